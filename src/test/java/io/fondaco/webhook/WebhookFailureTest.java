package io.fondaco.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.startsWith;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fondaco.IntegrationsProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries to receivers that fail: retries, limits and the disabling of endpoints. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookFailureTest {
    private static final int EVENT_COUNT = 12;

    private final StubWebhookReceiver receiver = new StubWebhookReceiver();

    @AfterEach
    void deleteWebhooks() {
        WebhookAdminClient.deleteAll();
        receiver.close();
    }

    @Test
    void endpointThatReturnsGoneIsDisabledAndOthersAreNotified() {
        try (LogRecorder log = LogRecorder.open()) {
            WebhookAdminClient.registerForId(
                    receiver.stub("/watch", StubWebhookReceiver.respondWith(200)), "webhook.*");
            String gone = WebhookAdminClient.registerForId(
                    receiver.stub("/gone", StubWebhookReceiver.respondWith(410)), "product.created");
            WebhookAdminClient.createProduct();
            await().until(() -> !receiver.requests("/watch", gone).isEmpty());
            ReceivedWebhook notification = receiver.requests("/watch", gone).getFirst();
            assertThat(notification.type()).isEqualTo("webhook.disabled");
            assertThat(notification.json().getString("data.id")).isEqualTo(gone);
            assertThat(notification.json().getString("data.reason")).isEqualTo("The endpoint returned 410 Gone");
            WebhookAdminClient.get(gone)
                    .then()
                    .body("status", equalTo("disabled"))
                    .body("disabled_reason", equalTo("The endpoint returned 410 Gone"))
                    .header("ETag", '"' + notification.json().getString("resource_version") + '"');
            WebhookAdminClient.deliveries(gone)
                    .then()
                    .body("data[0].status", equalTo("failed"))
                    .body("data[0].attempts.status", equalTo(List.of(410)));
            assertThat(receiver.requests("/gone")).hasSize(1);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains(gone + " is disabled: The endpoint returned 410 Gone"));
        }
    }

    @Test
    void responseOfTheOldUrlDoesNotDisableTheNewOne() {
        CountDownLatch urlChanged = new CountDownLatch(1);
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/old", (call, socket) -> {
                    urlChanged.await();
                    StubWebhookReceiver.respondWith(410).respond(call, socket);
                }),
                "product.created");
        WebhookAdminClient.createProduct();
        await().until(() -> !receiver.requests("/old").isEmpty());
        WebhookAdminClient.change(id, Map.of("url", receiver.stub("/new", StubWebhookReceiver.respondWith(200))))
                .then()
                .statusCode(200);
        urlChanged.countDown();
        await().until(() -> WebhookAdminClient.deliveries(id).asString().contains("410"));
        WebhookAdminClient.get(id).then().body("status", equalTo("enabled"));
        String product = WebhookAdminClient.createProduct();
        await().until(() -> receiver.requests("/new", product).size() == 1);
    }

    @Test
    void endpointThatFailsForTooLongIsDisabledAndOthersAreNotified() {
        try (LogRecorder log = LogRecorder.open()) {
            WebhookAdminClient.registerForId(
                    receiver.stub("/watch", StubWebhookReceiver.respondWith(200)), "webhook.*");
            String broken = WebhookAdminClient.registerForId(
                    receiver.stub("/broken", StubWebhookReceiver.respondWith(503)), "product.created");
            WebhookAdminClient.createProduct();
            await().until(() -> !receiver.requests("/watch", broken).isEmpty());
            ReceivedWebhook notification = receiver.requests("/watch", broken).getFirst();
            assertThat(notification.type()).isEqualTo("webhook.disabled");
            assertThat(notification.json().getString("data.reason"))
                    .isEqualTo("All deliveries have failed for too long");
            WebhookAdminClient.get(broken)
                    .then()
                    .body("status", equalTo("disabled"))
                    .body(
                            "consecutive_failures",
                            equalTo(receiver.requests("/broken").size()));
            assertThat(receiver.requests("/broken")).hasSizeGreaterThanOrEqualTo(5);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains(broken + " is disabled: All deliveries have failed for too long"));
        }
    }

    @Test
    void hangingEndpointDoesNotDelayAnotherOnTheSameHost() {
        String hanging = WebhookAdminClient.registerForId(
                receiver.stub("/hanging", StubWebhookReceiver.neverRespond()), "product.created");
        String quick = WebhookAdminClient.registerForId(
                receiver.stub("/quick", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.registerForId(
                receiver.stub("/witness", StubWebhookReceiver.respondWith(200)), "product.created");
        for (String id : List.of(hanging, quick)) {
            WebhookAdminClient.change(id, Map.of("status", "disabled")).then().statusCode(200);
        }
        Instant from = Instant.now();
        List<String> products = Stream.generate(WebhookAdminClient::createProduct)
                .limit(EVENT_COUNT)
                .toList();
        await().until(() -> subjects("/witness").containsAll(products));
        for (String id : List.of(hanging, quick)) {
            WebhookAdminClient.change(id, Map.of("status", "enabled")).then().statusCode(200);
        }

        // All of these deliveries are due at the same time.
        Map<String, Object> all =
                Map.of("from", from.toString(), "to", Instant.now().toString());
        WebhookAdminClient.replay(hanging, all).then().body("replayed", equalTo(EVENT_COUNT));
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> receiver.requests("/hanging").size() == WebhookDeliveries.MAX_CALLS_PER_ENDPOINT);
        WebhookAdminClient.replay(quick, all).then().body("replayed", equalTo(EVENT_COUNT));
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> subjects("/quick").containsAll(products));
        assertThat(receiver.requests("/hanging").getFirst().isPending()).isTrue();
        assertThat(receiver.requests("/quick")).hasSize(EVENT_COUNT);
    }

    private List<String> subjects(String path) {
        return receiver.requests(path).stream().map(ReceivedWebhook::subject).toList();
    }

    @Test
    void hangingResponseIsCutOffAtTheTimeLimit() {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/hanging", StubWebhookReceiver.neverRespond()), "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "No complete response within 3000 ms");
        await().until(() -> !receiver.requests("/hanging").getFirst().isPending());
    }

    @Test
    void slowResponseIsCutOffAtTheTimeLimit() {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/drips", StubWebhookReceiver.respondSlowly()), "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "No complete response within 3000 ms");
        await().until(() -> !receiver.requests("/drips").getFirst().isPending());
    }

    @Test
    void largeResponseIsCutOffAtTheSizeLimitAndCountsAsAccepted() {
        CountDownLatch cutOff = new CountDownLatch(1);
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/floods", StubWebhookReceiver.respondWithBytes(1_000_000_000, cutOff)),
                "product.created");
        WebhookAdminClient.createProduct();
        await().untilAsserted(() -> WebhookAdminClient.deliveries(id)
                .then()
                .body("data.status", equalTo(List.of("delivered")))
                .body("data[0].attempts.status", equalTo(List.of(200))));
        await().until(() -> cutOff.getCount() == 0);
        String kept = WebhookAdminClient.deliveries(id).path("data[0].attempts[0].response");
        assertThat(kept).hasSize(1_000).containsOnlyOnce("x".repeat(1_000));
        assertThat(receiver.requests("/floods")).hasSize(1);
    }

    @Test
    void invalidResponseAndClosedConnectionAreRetried() {
        String garbage = WebhookAdminClient.registerForId(
                receiver.stub("/garbage", StubWebhookReceiver.respondWithGarbage()), "product.created");
        String closing = WebhookAdminClient.registerForId(
                receiver.stub("/closes", StubWebhookReceiver.closeConnection()), "product.created");
        try (LogRecorder log = LogRecorder.open()) {
            WebhookAdminClient.createProduct();
            awaitFailure(garbage, "The connection failed");
            awaitFailure(closing, "The connection failed");
            for (String id : List.of(garbage, closing)) {
                assertThat(WebhookAdminClient.deliveries(id).<String>path("data[0].attempts[0].error"))
                        .as("contains no class name")
                        .doesNotContainIgnoringCase("exception")
                        .matches("[A-Za-z: ]+");
            }
            assertThat(log.lines()).as("text from the receiver").noneMatch(line -> line.contains("220"));
        }
        receiver.stub("/garbage", StubWebhookReceiver.respondWith(200));
        receiver.stub("/closes", StubWebhookReceiver.respondWith(200));
        for (String id : List.of(garbage, closing)) {
            await().until(() ->
                    "delivered".equals(WebhookAdminClient.deliveries(id).path("data[0].status")));
        }
    }

    @Test
    void redirectIsAFailureAndIsNotFollowed() {
        try (StubWebhookReceiver internal = new StubWebhookReceiver()) {
            String target = internal.stub("/secrets", StubWebhookReceiver.respondWith(200));
            for (int status : List.of(301, 302, 303, 307, 308)) {
                String path = "/redirects/" + status;
                String id = WebhookAdminClient.registerForId(
                        receiver.stub(path, StubWebhookReceiver.respondWith(status, "Location: " + target + "\r\n")),
                        "product.created");
                WebhookAdminClient.createProduct();
                awaitFailure(id, "The endpoint returned " + status);
                WebhookAdminClient.delete(id).then().statusCode(204);
            }
            assertThat(internal.connections()).isZero();
        }
    }

    @Test
    void refusedConnectionIsAFailure() {
        int port;
        try (StubWebhookReceiver gone = new StubWebhookReceiver()) {
            port = gone.port();
        }
        String id = WebhookAdminClient.registerForId("http://127.0.0.1:" + port + "/", "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "No connection");
    }

    @Test
    void receiverWithUntrustedCertificateGetsNothing(@TempDir Path directory) throws Exception {
        Path keys = directory.resolve("keys.p12");
        new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        "changeit",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=hooks.example.com",
                        "-ext",
                        "SAN=IP:127.0.0.1")
                .redirectErrorStream(true)
                .start()
                .waitFor();
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(sslContext(keys)));
        AtomicInteger arrived = new AtomicInteger();
        server.createContext("/", exchange -> {
            arrived.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try {
            String id = WebhookAdminClient.registerForId(
                    "https://127.0.0.1:" + server.getAddress().getPort() + "/", "product.created");
            WebhookAdminClient.createProduct();
            awaitFailure(id, "No TLS connection");
            assertThat(arrived).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    private static SSLContext sslContext(Path keys) throws Exception {
        KeyStore store = KeyStore.getInstance(keys.toFile(), "changeit".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void retryAfterDelaysTheNextAttempt() {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/busy", StubWebhookReceiver.respondWith(429, "Retry-After: 1800\r\n")),
                "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "The endpoint returned 429");
        JsonPath log = WebhookAdminClient.deliveries(id).jsonPath();
        Duration until = Duration.between(
                Instant.parse(log.getString("data[0].attempts[0].at")),
                Instant.parse(log.getString("data[0].next_attempt_at")));
        assertThat(until).isBetween(Duration.ofMinutes(29), Duration.ofMinutes(31));
    }

    @Test
    void deliveryFailsAfterTheLastAttempt() {
        // The endpoint accepts test events in between; otherwise it would be disabled first.
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/picky", (call, socket) -> StubWebhookReceiver.respondWith(
                                call.type().equals("webhook.test") ? 200 : 500)
                        .respond(call, socket)),
                "product.created");
        WebhookAdminClient.createProduct();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    WebhookAdminClient.test(id);
                    return WebhookAdminClient.deliveries(id)
                            .jsonPath()
                            .getList("data.status")
                            .contains("failed");
                });
        List<?> attempts =
                WebhookAdminClient.deliveries(id).jsonPath().getList("data.find { it.status == 'failed' }.attempts");
        assertThat(attempts).hasSize(13);
        WebhookAdminClient.get(id).then().body("status", equalTo("enabled"));
    }

    private static void awaitFailure(String id, String error) {
        await().untilAsserted(() -> {
            assertThat(WebhookAdminClient.deliveries(id).jsonPath().getList("data[0].attempts"))
                    .isNotEmpty();
            WebhookAdminClient.deliveries(id).then().body("data[0].attempts.error", everyItem(startsWith(error)));
        });
    }
}
