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

/** Replays of deliveries and of the events of a time range. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookReplayTest {
    private final StubWebhookReceiver receiver = new StubWebhookReceiver();

    @AfterEach
    void deleteWebhooks() {
        WebhookAdminClient.deleteAll();
        receiver.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/replay", "/deliveries/replay"})
    void deliveryIsReplayedUnderTheSameId(String path) {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/again", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.createProduct();
        WebhookAdminClient.createProduct();
        await().until(() -> delivered(id) == 2);
        ReceivedWebhook first = receiver.requests("/again").getFirst();
        String delivery =
                WebhookAdminClient.deliveries(id).path("data.find { it.event_id == '%s' }.id".formatted(first.id()));
        WebhookAdminClient.request()
                .body(Map.of("delivery_ids", List.of(delivery)))
                .post(WebhookAdminClient.PATH + "/" + id + path)
                .then()
                .statusCode(202)
                .body("replayed", equalTo(1))
                .body("next_from", equalTo(null));
        await().until(() -> receiver.requests("/again").size() == 3);
        assertThat(receiver.requests("/again").getLast().id()).isEqualTo(first.id());
        assertThat(receiver.requests("/again").getLast().body()).isEqualTo(first.body());
    }

    @Test
    void deliveryOfAnotherWebhookIsNotReplayed() {
        String own = WebhookAdminClient.registerForId(
                receiver.stub("/mine", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.createProduct();
        await().until(() -> delivered(own) == 1);
        String other = WebhookAdminClient.registerForId(
                receiver.stub("/yours", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.replay(
                        other,
                        Map.of(
                                "delivery_ids",
                                List.of(WebhookAdminClient.deliveries(own)
                                        .path("data[0].id")
                                        .toString())))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(0));
        WebhookAdminClient.test(other);
        await().until(() -> receiver.requests("/yours").size() == 1);
        assertThat(receiver.requests("/mine")).hasSize(1);
    }

    @Test
    void timeRangeIsReplayedIncludingTheTimeWhileDisabled() {
        Instant from = Instant.now();
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/later", StubWebhookReceiver.respondWith(200)), "product.created");
        String before = WebhookAdminClient.createProduct();
        await().until(() -> delivered(id) == 1);
        WebhookAdminClient.change(id, Map.of("status", "disabled")).then().statusCode(200);
        String meanwhile = WebhookAdminClient.createProduct();
        String sentinel = WebhookAdminClient.registerForId(
                receiver.stub("/sentinel", StubWebhookReceiver.respondWith(200)), "product.created");
        String after = WebhookAdminClient.createProduct();
        await().until(() -> delivered(sentinel) == 1);
        WebhookAdminClient.change(id, Map.of("status", "enabled")).then().statusCode(200);
        WebhookAdminClient.replay(id, range(from, Instant.now(), true))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(2));
        await().until(() -> receiver.requests("/later").size() == 3);
        assertThat(receiver.requests("/later").stream().map(ReceivedWebhook::subject))
                .containsExactlyInAnyOrder(before, meanwhile, after);

        WebhookAdminClient.replay(id, range(from, Instant.now(), false))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(3));
        await().until(() -> receiver.requests("/later").size() == 6);
        assertThat(receiver.requests("/later").stream().map(ReceivedWebhook::id).distinct())
                .hasSize(3);
        assertThat(receiver.requests("/sentinel")).hasSize(1);
    }

    @Test
    void replayIsLimitedToTheGivenTypesAndOmitsTestEventsOfOthers() {
        Instant from = Instant.now();
        String tested = WebhookAdminClient.registerForId(
                receiver.stub("/tried", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.test(tested);
        await().until(() -> delivered(tested) == 1);
        String all = WebhookAdminClient.registerForId(receiver.stub("/all", StubWebhookReceiver.respondWith(200)), "*");
        String product = WebhookAdminClient.createProduct();
        await().until(() -> !receiver.requests("/all", product).isEmpty() && delivered(tested) == 2);
        WebhookAdminClient.replay(all, range(from, Instant.now(), false)).then().statusCode(202);
        await().until(() -> receiver.requests("/all", product).size() >= 2);
        assertThat(receiver.requests("/all").stream().map(ReceivedWebhook::type))
                .doesNotContain("webhook.test");
        WebhookAdminClient.replay(
                        tested,
                        Map.of(
                                "from", from.toString(),
                                "to", Instant.now().toString(),
                                "event_types", List.of("webhook.*")))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(1));
        await().until(() -> receiver.requests("/tried").stream()
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
    void invalidReplayRangeIsRefused(Map<String, Object> range) {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/bad", StubWebhookReceiver.respondWith(200)), "product.created");
        Response response = WebhookAdminClient.replay(id, range);
        assertThat(response.statusCode()).as(response.asString()).isIn(400, 422);
        assertThat(response.contentType()).startsWith("application/problem+json");
    }

    @Test
    void replayToAnUnknownWebhookIsNotFound() {
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
