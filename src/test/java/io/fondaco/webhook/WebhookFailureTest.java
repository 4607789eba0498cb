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

/** What receivers do wrong is their own trouble. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookFailureTest {
    /** Calls of a pod to one endpoint, as it comes. */
    private static final int CALLS_PER_ENDPOINT = 8;

    private static final int MANY = 12;

    private final StubWebhookReceiver stubWebhookReceiver = new StubWebhookReceiver();

    @AfterEach
    void deleteWebhooks() {
        WebhookAdminClient.deleteAll();
        stubWebhookReceiver.close();
    }

    @Test
    void whoAnswersGoneIsDisabledAtOnceAndOthersAreTold() {
        try (LogRecorder log = LogRecorder.open()) {
            WebhookAdminClient.registerForId(
                    stubWebhookReceiver.stub("/watch", StubWebhookReceiver.respondWith(200)), "webhook.*");
            String gone = WebhookAdminClient.registerForId(
                    stubWebhookReceiver.stub("/gone", StubWebhookReceiver.respondWith(410)), "product.created");
            WebhookAdminClient.createProduct();
            await().until(() -> !stubWebhookReceiver.requests("/watch", gone).isEmpty());
            ReceivedWebhook told = stubWebhookReceiver.requests("/watch", gone).getFirst();
            assertThat(told.type()).isEqualTo("webhook.disabled");
            assertThat(told.json().getString("data.id")).isEqualTo(gone);
            assertThat(told.json().getString("data.reason")).isEqualTo("It answered 410 Gone");
            WebhookAdminClient.get(gone)
                    .then()
                    .body("status", equalTo("disabled"))
                    .body("disabled_reason", equalTo("It answered 410 Gone"))
                    .header("ETag", '"' + told.json().getString("resource_version") + '"');
            WebhookAdminClient.deliveries(gone)
                    .then()
                    .body("data[0].status", equalTo("failed"))
                    .body("data[0].attempts.status", equalTo(List.of(410)));
            assertThat(stubWebhookReceiver.requests("/gone")).hasSize(1);
            assertThat(log.lines()).anyMatch(line -> line.contains(gone + " is disabled: It answered 410 Gone"));
        }
    }

    @Test
    void whatTheOldUrlAnswersIsNotHeldAgainstTheNewOne() {
        CountDownLatch moved = new CountDownLatch(1);
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/old", (call, socket) -> {
                    moved.await();
                    StubWebhookReceiver.respondWith(410).respond(call, socket);
                }),
                "product.created");
        WebhookAdminClient.createProduct();
        await().until(() -> !stubWebhookReceiver.requests("/old").isEmpty());
        WebhookAdminClient.change(
                        id, Map.of("url", stubWebhookReceiver.stub("/new", StubWebhookReceiver.respondWith(200))))
                .then()
                .statusCode(200);
        moved.countDown();
        await().until(() -> WebhookAdminClient.deliveries(id).asString().contains("410"));
        WebhookAdminClient.get(id).then().body("status", equalTo("enabled"));
        String product = WebhookAdminClient.createProduct();
        await().until(() -> stubWebhookReceiver.requests("/new", product).size() == 1);
    }

    @Test
    void whoFailsForTooLongIsDisabledAndOthersAreTold() {
        try (LogRecorder log = LogRecorder.open()) {
            WebhookAdminClient.registerForId(
                    stubWebhookReceiver.stub("/watch", StubWebhookReceiver.respondWith(200)), "webhook.*");
            String broken = WebhookAdminClient.registerForId(
                    stubWebhookReceiver.stub("/broken", StubWebhookReceiver.respondWith(503)), "product.created");
            WebhookAdminClient.createProduct();
            await().until(() -> !stubWebhookReceiver.requests("/watch", broken).isEmpty());
            ReceivedWebhook told =
                    stubWebhookReceiver.requests("/watch", broken).getFirst();
            assertThat(told.type()).isEqualTo("webhook.disabled");
            assertThat(told.json().getString("data.reason")).isEqualTo("It has failed for too long");
            WebhookAdminClient.get(broken)
                    .then()
                    .body("status", equalTo("disabled"))
                    .body(
                            "consecutive_failures",
                            equalTo(stubWebhookReceiver.requests("/broken").size()));
            assertThat(stubWebhookReceiver.requests("/broken")).hasSizeGreaterThanOrEqualTo(5);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains(broken + " is disabled: It has failed for too long"));
        }
    }

    @Test
    void whoNeverAnswersDelaysNobodyElseThoughTheyShareAHost() {
        String hanging = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/hanging", StubWebhookReceiver.neverRespond()), "product.created");
        String quick = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/quick", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/witness", StubWebhookReceiver.respondWith(200)), "product.created");
        for (String id : List.of(hanging, quick)) {
            WebhookAdminClient.change(id, Map.of("status", "disabled")).then().statusCode(200);
        }
        Instant from = Instant.now();
        List<String> products =
                Stream.generate(WebhookAdminClient::createProduct).limit(MANY).toList();
        await().until(() -> subjects("/witness").containsAll(products));
        for (String id : List.of(hanging, quick)) {
            WebhookAdminClient.change(id, Map.of("status", "enabled")).then().statusCode(200);
        }

        // All of it is due at once.
        Map<String, Object> all =
                Map.of("from", from.toString(), "to", Instant.now().toString());
        WebhookAdminClient.replay(hanging, all).then().body("replayed", equalTo(MANY));
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> stubWebhookReceiver.requests("/hanging").size() == CALLS_PER_ENDPOINT);
        WebhookAdminClient.replay(quick, all).then().body("replayed", equalTo(MANY));
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> subjects("/quick").containsAll(products));
        assertThat(stubWebhookReceiver.requests("/hanging").getFirst().isPending())
                .isTrue();
        assertThat(stubWebhookReceiver.requests("/quick")).hasSize(MANY);
    }

    private List<String> subjects(String path) {
        return stubWebhookReceiver.requests(path).stream()
                .map(ReceivedWebhook::subject)
                .toList();
    }

    @Test
    void whoNeverAnswersIsCutAtTheTimeLimit() {
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/hanging", StubWebhookReceiver.neverRespond()), "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "No whole answer within 3000 ms");
        await().until(() -> !stubWebhookReceiver.requests("/hanging").getFirst().isPending());
    }

    @Test
    void whoDripsItsAnswerIsCutAtTheTimeLimit() {
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/drips", StubWebhookReceiver.respondSlowly()), "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "No whole answer within 3000 ms");
        await().until(() -> !stubWebhookReceiver.requests("/drips").getFirst().isPending());
    }

    @Test
    void whoAnswersWithoutEndIsCutAtTheSizeLimitAndHasTakenIt() {
        CountDownLatch cutOff = new CountDownLatch(1);
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/floods", StubWebhookReceiver.respondWithBytes(1_000_000_000, cutOff)),
                "product.created");
        WebhookAdminClient.createProduct();
        await().untilAsserted(() -> WebhookAdminClient.deliveries(id)
                .then()
                .body("data.status", equalTo(List.of("delivered")))
                .body("data[0].attempts.status", equalTo(List.of(200))));
        await().until(() -> cutOff.getCount() == 0);
        String kept = WebhookAdminClient.deliveries(id).path("data[0].attempts[0].response");
        assertThat(kept).hasSize(1_000).containsOnlyOnce("x".repeat(1_000));
        assertThat(stubWebhookReceiver.requests("/floods")).hasSize(1);
    }

    @Test
    void whoTalksGarbageOrHangsUpIsTriedAgain() {
        String garbage = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/garbage", StubWebhookReceiver.respondWithGarbage()), "product.created");
        String closing = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/closes", StubWebhookReceiver.closeConnection()), "product.created");
        try (LogRecorder log = LogRecorder.open()) {
            WebhookAdminClient.createProduct();
            awaitFailure(garbage, "The connection failed");
            awaitFailure(closing, "The connection failed");
            for (String id : List.of(garbage, closing)) {
                assertThat(WebhookAdminClient.deliveries(id).<String>path("data[0].attempts[0].error"))
                        .as("no class of ours")
                        .doesNotContainIgnoringCase("exception")
                        .matches("[A-Za-z: ]+");
            }
            assertThat(log.lines()).as("what a receiver makes up").noneMatch(line -> line.contains("220"));
        }
        stubWebhookReceiver.stub("/garbage", StubWebhookReceiver.respondWith(200));
        stubWebhookReceiver.stub("/closes", StubWebhookReceiver.respondWith(200));
        for (String id : List.of(garbage, closing)) {
            await().until(() ->
                    "delivered".equals(WebhookAdminClient.deliveries(id).path("data[0].status")));
        }
    }

    @Test
    void aRedirectIsAFailureAndLeadsNowhere() {
        try (StubWebhookReceiver internal = new StubWebhookReceiver()) {
            String target = internal.stub("/secrets", StubWebhookReceiver.respondWith(200));
            for (int status : List.of(301, 302, 303, 307, 308)) {
                String path = "/redirects/" + status;
                String id = WebhookAdminClient.registerForId(
                        stubWebhookReceiver.stub(
                                path, StubWebhookReceiver.respondWith(status, "Location: " + target + "\r\n")),
                        "product.created");
                WebhookAdminClient.createProduct();
                awaitFailure(id, "It answered " + status);
                WebhookAdminClient.delete(id).then().statusCode(204);
            }
            assertThat(internal.connections()).isZero();
        }
    }

    @Test
    void nobodyToCallIsAFailureOfItsOwn() {
        int port;
        try (StubWebhookReceiver gone = new StubWebhookReceiver()) {
            port = gone.port();
        }
        String id = WebhookAdminClient.registerForId("http://127.0.0.1:" + port + "/", "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "No connection");
    }

    @Test
    void aReceiverThatCannotShowWhoItIsGetsNothing(@TempDir Path directory) throws Exception {
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
        server.setHttpsConfigurator(new HttpsConfigurator(serving(keys)));
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

    private static SSLContext serving(Path keys) throws Exception {
        KeyStore store = KeyStore.getInstance(keys.toFile(), "changeit".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void whoAsksForMoreTimeGetsIt() {
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/busy", StubWebhookReceiver.respondWith(429, "Retry-After: 1800\r\n")),
                "product.created");
        WebhookAdminClient.createProduct();
        awaitFailure(id, "It answered 429");
        JsonPath log = WebhookAdminClient.deliveries(id).jsonPath();
        Duration until = Duration.between(
                Instant.parse(log.getString("data[0].attempts[0].at")),
                Instant.parse(log.getString("data[0].next_attempt_at")));
        assertThat(until).isBetween(Duration.ofMinutes(29), Duration.ofMinutes(31));
    }

    @Test
    void whatNobodyTakesIsGivenUpAfterTheLastAttempt() {
        // Something else is taken in between, or the endpoint were disabled first.
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/picky", (call, socket) -> StubWebhookReceiver.respondWith(
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
