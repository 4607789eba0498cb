package io.fondaco.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.IntegrationsProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was sent is sent once more, and what could not be sent is sent later. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookReplayTest {
    private final StubWebhookReceiver stubWebhookReceiver = new StubWebhookReceiver();

    @AfterEach
    void deleteWebhooks() {
        WebhookAdminClient.deleteAll();
        stubWebhookReceiver.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/replay", "/deliveries/replay"})
    void aDeliveryIsMadeOnceMoreUnderTheSameId(String path) {
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/again", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.createProduct();
        WebhookAdminClient.createProduct();
        await().until(() -> delivered(id) == 2);
        ReceivedWebhook first = stubWebhookReceiver.requests("/again").getFirst();
        String delivery =
                WebhookAdminClient.deliveries(id).path("data.find { it.event_id == '%s' }.id".formatted(first.id()));
        WebhookAdminClient.request()
                .body(Map.of("delivery_ids", List.of(delivery)))
                .post(WebhookAdminClient.PATH + "/" + id + path)
                .then()
                .statusCode(202)
                .body("replayed", equalTo(1))
                .body("next_from", equalTo(null));
        await().until(() -> stubWebhookReceiver.requests("/again").size() == 3);
        assertThat(stubWebhookReceiver.requests("/again").getLast().id()).isEqualTo(first.id());
        assertThat(stubWebhookReceiver.requests("/again").getLast().body()).isEqualTo(first.body());
    }

    @Test
    void anotherWebhooksDeliveryIsNotReplayed() {
        String mine = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/mine", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.createProduct();
        await().until(() -> delivered(mine) == 1);
        String yours = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/yours", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.replay(
                        yours,
                        Map.of(
                                "delivery_ids",
                                List.of(WebhookAdminClient.deliveries(mine)
                                        .path("data[0].id")
                                        .toString())))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(0));
        WebhookAdminClient.test(yours);
        await().until(() -> stubWebhookReceiver.requests("/yours").size() == 1);
        assertThat(stubWebhookReceiver.requests("/mine")).hasSize(1);
    }

    @Test
    void aTimeIsReplayedAlsoFromWhileTheWebhookWasDisabled() {
        Instant from = Instant.now();
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/later", StubWebhookReceiver.respondWith(200)), "product.created");
        String before = WebhookAdminClient.createProduct();
        await().until(() -> delivered(id) == 1);
        WebhookAdminClient.change(id, Map.of("status", "disabled")).then().statusCode(200);
        String meanwhile = WebhookAdminClient.createProduct();
        String sentinel = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/sentinel", StubWebhookReceiver.respondWith(200)), "product.created");
        String after = WebhookAdminClient.createProduct();
        await().until(() -> delivered(sentinel) == 1);
        WebhookAdminClient.change(id, Map.of("status", "enabled")).then().statusCode(200);
        WebhookAdminClient.replay(id, range(from, Instant.now(), true))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(2));
        await().until(() -> stubWebhookReceiver.requests("/later").size() == 3);
        assertThat(stubWebhookReceiver.requests("/later").stream().map(ReceivedWebhook::subject))
                .containsExactlyInAnyOrder(before, meanwhile, after);

        WebhookAdminClient.replay(id, range(from, Instant.now(), false))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(3));
        await().until(() -> stubWebhookReceiver.requests("/later").size() == 6);
        assertThat(stubWebhookReceiver.requests("/later").stream()
                        .map(ReceivedWebhook::id)
                        .distinct())
                .hasSize(3);
        assertThat(stubWebhookReceiver.requests("/sentinel")).hasSize(1);
    }

    @Test
    void aReplayIsOfTheTypesThatAreNamedAndNeverOfAnothersTrials() {
        Instant from = Instant.now();
        String tried = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/tried", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.test(tried);
        await().until(() -> delivered(tried) == 1);
        String all = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/all", StubWebhookReceiver.respondWith(200)), "*");
        String product = WebhookAdminClient.createProduct();
        await().until(() -> !stubWebhookReceiver.requests("/all", product).isEmpty() && delivered(tried) == 2);
        WebhookAdminClient.replay(all, range(from, Instant.now(), false)).then().statusCode(202);
        await().until(() -> stubWebhookReceiver.requests("/all", product).size() >= 2);
        assertThat(stubWebhookReceiver.requests("/all").stream().map(ReceivedWebhook::type))
                .doesNotContain("webhook.test");
        WebhookAdminClient.replay(
                        tried,
                        Map.of(
                                "from", from.toString(),
                                "to", Instant.now().toString(),
                                "event_types", List.of("webhook.*")))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(1));
        await().until(() -> stubWebhookReceiver.requests("/tried").stream()
                        .filter(call -> call.type().equals("webhook.test"))
                        .count()
                == 2);
    }

    static Stream<Map<String, Object>> badRanges() {
        String now = Instant.now().toString();
        return Stream.of(
                Map.of(),
                Map.of("from", now),
                Map.of("to", now),
                Map.of("from", now, "to", now),
                Map.of("from", "2030-01-01T00:00:00Z", "to", "2020-01-01T00:00:00Z"),
                Map.of("from", "-999999999-01-01T00:00:00Z", "to", now),
                Map.of("from", now, "to", "+999999999-12-31T23:59:59Z"),
                Map.of("from", "2020-01-01T00:00:00Z", "to", now, "event_types", List.of("no.such")),
                Map.of(
                        "delivery_ids",
                        Stream.generate(() -> "delivery_01m854p75ces786w6kzjd476ke")
                                .limit(1_001)
                                .toList()),
                Map.of("delivery_ids", List.of("'; DROP TABLE webhook.delivery; --")),
                Map.of("from", "yesterday", "to", now));
    }

    @ParameterizedTest
    @MethodSource("badRanges")
    void aRangeThatIsNoneIsRefused(Map<String, Object> range) {
        String id = WebhookAdminClient.registerForId(
                stubWebhookReceiver.stub("/bad", StubWebhookReceiver.respondWith(200)), "product.created");
        Response answer = WebhookAdminClient.replay(id, range);
        assertThat(answer.statusCode()).as(answer.asString()).isIn(400, 422);
        assertThat(answer.contentType()).startsWith("application/problem+json");
    }

    @Test
    void nothingIsReplayedToNobody() {
        WebhookAdminClient.replay("webhook_01m854p75ces786w6kzjd476ke", Map.of("delivery_ids", List.of()))
                .then()
                .statusCode(404);
    }

    private static Map<String, Object> range(Instant from, Instant to, boolean undeliveredOnly) {
        return Map.of("from", from.toString(), "to", to.toString(), "undelivered_only", undeliveredOnly);
    }

    private static long delivered(String id) {
        return WebhookAdminClient.deliveries(id).jsonPath().getList("data.status").stream()
                .filter("delivered"::equals)
                .count();
    }
}
