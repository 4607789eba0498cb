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
    private static final int AT_A_TIME = 8;

    private static final int MANY = 12;

    private final Receiver receiver = new Receiver();

    @AfterEach
    void nothingIsLeft() {
        Webhooks.deleteAll();
        receiver.close();
    }

    @Test
    void whoAnswersGoneIsDisabledAtOnceAndOthersAreTold() {
        try (LogRecorder log = LogRecorder.open()) {
            Webhooks.registered(receiver.at("/watch", Receiver.answers(200)), "webhook.*");
            String gone = Webhooks.registered(receiver.at("/gone", Receiver.answers(410)), "product.created");
            Webhooks.product();
            await().until(() -> !receiver.calls("/watch", gone).isEmpty());
            Received told = receiver.calls("/watch", gone).getFirst();
            assertThat(told.type()).isEqualTo("webhook.disabled");
            assertThat(told.json().getString("data.id")).isEqualTo(gone);
            assertThat(told.json().getString("data.reason")).isEqualTo("It answered 410 Gone");
            Webhooks.get(gone)
                    .then()
                    .body("status", equalTo("disabled"))
                    .body("disabled_reason", equalTo("It answered 410 Gone"))
                    .header("ETag", '"' + told.json().getString("resource_version") + '"');
            Webhooks.log(gone)
                    .then()
                    .body("data[0].status", equalTo("failed"))
                    .body("data[0].attempts.status", equalTo(List.of(410)));
            assertThat(receiver.calls("/gone")).hasSize(1);
            assertThat(log.lines()).anyMatch(line -> line.contains(gone + " is disabled: It answered 410 Gone"));
        }
    }

    @Test
    void whatTheOldUrlAnswersIsNotHeldAgainstTheNewOne() {
        CountDownLatch moved = new CountDownLatch(1);
        String id = Webhooks.registered(
                receiver.at("/old", (call, socket) -> {
                    moved.await();
                    Receiver.answers(410).answer(call, socket);
                }),
                "product.created");
        Webhooks.product();
        await().until(() -> !receiver.calls("/old").isEmpty());
        Webhooks.change(id, Map.of("url", receiver.at("/new", Receiver.answers(200))))
                .then()
                .statusCode(200);
        moved.countDown();
        await().until(() -> Webhooks.log(id).asString().contains("410"));
        Webhooks.get(id).then().body("status", equalTo("enabled"));
        String product = Webhooks.product();
        await().until(() -> receiver.calls("/new", product).size() == 1);
    }

    @Test
    void whoFailsForTooLongIsDisabledAndOthersAreTold() {
        try (LogRecorder log = LogRecorder.open()) {
            Webhooks.registered(receiver.at("/watch", Receiver.answers(200)), "webhook.*");
            String broken = Webhooks.registered(receiver.at("/broken", Receiver.answers(503)), "product.created");
            Webhooks.product();
            await().until(() -> !receiver.calls("/watch", broken).isEmpty());
            Received told = receiver.calls("/watch", broken).getFirst();
            assertThat(told.type()).isEqualTo("webhook.disabled");
            assertThat(told.json().getString("data.reason")).isEqualTo("It has failed for too long");
            Webhooks.get(broken)
                    .then()
                    .body("status", equalTo("disabled"))
                    .body(
                            "consecutive_failures",
                            equalTo(receiver.calls("/broken").size()));
            assertThat(receiver.calls("/broken")).hasSizeGreaterThanOrEqualTo(5);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains(broken + " is disabled: It has failed for too long"));
        }
    }

    @Test
    void whoNeverAnswersDelaysNobodyElseThoughTheyShareAHost() {
        String hanging = Webhooks.registered(receiver.at("/hanging", Receiver.hangs()), "product.created");
        String quick = Webhooks.registered(receiver.at("/quick", Receiver.answers(200)), "product.created");
        Webhooks.registered(receiver.at("/witness", Receiver.answers(200)), "product.created");
        for (String id : List.of(hanging, quick)) {
            Webhooks.change(id, Map.of("status", "disabled")).then().statusCode(200);
        }
        Instant from = Instant.now();
        List<String> products = Stream.generate(Webhooks::product).limit(MANY).toList();
        await().until(() -> subjects("/witness").containsAll(products));
        for (String id : List.of(hanging, quick)) {
            Webhooks.change(id, Map.of("status", "enabled")).then().statusCode(200);
        }

        // All of it is due at once.
        Map<String, Object> all =
                Map.of("from", from.toString(), "to", Instant.now().toString());
        Webhooks.replay(hanging, all).then().body("replayed", equalTo(MANY));
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> receiver.calls("/hanging").size() == AT_A_TIME);
        Webhooks.replay(quick, all).then().body("replayed", equalTo(MANY));
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> subjects("/quick").containsAll(products));
        assertThat(receiver.calls("/hanging").getFirst().isOpen()).isTrue();
        assertThat(receiver.calls("/quick")).hasSize(MANY);
    }

    private List<String> subjects(String path) {
        return receiver.calls(path).stream().map(Received::subject).toList();
    }

    @Test
    void whoNeverAnswersIsCutAtTheTimeLimit() {
        String id = Webhooks.registered(receiver.at("/hanging", Receiver.hangs()), "product.created");
        Webhooks.product();
        failsWith(id, "No whole answer within 3000 ms");
        await().until(() -> !receiver.calls("/hanging").getFirst().isOpen());
    }

    @Test
    void whoDripsItsAnswerIsCutAtTheTimeLimit() {
        String id = Webhooks.registered(receiver.at("/drips", Receiver.drips()), "product.created");
        Webhooks.product();
        failsWith(id, "No whole answer within 3000 ms");
        await().until(() -> !receiver.calls("/drips").getFirst().isOpen());
    }

    @Test
    void whoAnswersWithoutEndIsCutAtTheSizeLimitAndHasTakenIt() {
        CountDownLatch cutOff = new CountDownLatch(1);
        String id =
                Webhooks.registered(receiver.at("/floods", Receiver.floods(1_000_000_000, cutOff)), "product.created");
        Webhooks.product();
        await().untilAsserted(() -> Webhooks.log(id)
                .then()
                .body("data.status", equalTo(List.of("delivered")))
                .body("data[0].attempts.status", equalTo(List.of(200))));
        await().until(() -> cutOff.getCount() == 0);
        String kept = Webhooks.log(id).path("data[0].attempts[0].response");
        assertThat(kept).hasSize(1_000).containsOnlyOnce("x".repeat(1_000));
        assertThat(receiver.calls("/floods")).hasSize(1);
    }

    @Test
    void whoTalksGarbageOrHangsUpIsTriedAgain() {
        String garbage = Webhooks.registered(receiver.at("/garbage", Receiver.talksGarbage()), "product.created");
        String closing = Webhooks.registered(receiver.at("/closes", Receiver.closes()), "product.created");
        try (LogRecorder log = LogRecorder.open()) {
            Webhooks.product();
            failsWith(garbage, "The connection failed");
            failsWith(closing, "The connection failed");
            for (String id : List.of(garbage, closing)) {
                assertThat(Webhooks.log(id).<String>path("data[0].attempts[0].error"))
                        .as("no class of ours")
                        .doesNotContainIgnoringCase("exception")
                        .matches("[A-Za-z: ]+");
            }
            assertThat(log.lines()).as("what a receiver makes up").noneMatch(line -> line.contains("220"));
        }
        receiver.at("/garbage", Receiver.answers(200));
        receiver.at("/closes", Receiver.answers(200));
        for (String id : List.of(garbage, closing)) {
            await().until(() -> "delivered".equals(Webhooks.log(id).path("data[0].status")));
        }
    }

    @Test
    void aRedirectIsAFailureAndLeadsNowhere() {
        try (Receiver internal = new Receiver()) {
            String target = internal.at("/secrets", Receiver.answers(200));
            for (int status : List.of(301, 302, 303, 307, 308)) {
                String path = "/redirects/" + status;
                String id = Webhooks.registered(
                        receiver.at(path, Receiver.answers(status, "Location: " + target + "\r\n")), "product.created");
                Webhooks.product();
                failsWith(id, "It answered " + status);
                Webhooks.delete(id).then().statusCode(204);
            }
            assertThat(internal.connections()).isZero();
        }
    }

    @Test
    void nobodyToCallIsAFailureOfItsOwn() {
        int port;
        try (Receiver gone = new Receiver()) {
            port = gone.port();
        }
        String id = Webhooks.registered("http://127.0.0.1:" + port + "/", "product.created");
        Webhooks.product();
        failsWith(id, "No connection");
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
            String id = Webhooks.registered(
                    "https://127.0.0.1:" + server.getAddress().getPort() + "/", "product.created");
            Webhooks.product();
            failsWith(id, "No TLS connection");
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
        String id = Webhooks.registered(
                receiver.at("/busy", Receiver.answers(429, "Retry-After: 1800\r\n")), "product.created");
        Webhooks.product();
        failsWith(id, "It answered 429");
        JsonPath log = Webhooks.log(id).jsonPath();
        Duration until = Duration.between(
                Instant.parse(log.getString("data[0].attempts[0].at")),
                Instant.parse(log.getString("data[0].next_attempt_at")));
        assertThat(until).isBetween(Duration.ofMinutes(29), Duration.ofMinutes(31));
    }

    @Test
    void whatNobodyTakesIsGivenUpAfterTheLastAttempt() {
        // Something else is taken in between, or the endpoint were disabled first.
        String id = Webhooks.registered(
                receiver.at(
                        "/picky", (call, socket) -> Receiver.answers(call.type().equals("webhook.test") ? 200 : 500)
                                .answer(call, socket)),
                "product.created");
        Webhooks.product();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    Webhooks.test(id);
                    return Webhooks.log(id).jsonPath().getList("data.status").contains("failed");
                });
        List<?> attempts = Webhooks.log(id).jsonPath().getList("data.find { it.status == 'failed' }.attempts");
        assertThat(attempts).hasSize(13);
        Webhooks.get(id).then().body("status", equalTo("enabled"));
    }

    private static void failsWith(String id, String error) {
        await().untilAsserted(() -> {
            assertThat(Webhooks.log(id).jsonPath().getList("data[0].attempts")).isNotEmpty();
            Webhooks.log(id).then().body("data[0].attempts.error", everyItem(startsWith(error)));
        });
    }
}
