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
    private final Receiver receiver = new Receiver();

    @AfterEach
    void nothingIsLeft() {
        Webhooks.deleteAll();
        receiver.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/replay", "/deliveries/replay"})
    void aDeliveryIsMadeOnceMoreUnderTheSameId(String path) {
        String id = Webhooks.registered(receiver.at("/again", Receiver.answers(200)), "product.created");
        Webhooks.product();
        Webhooks.product();
        await().until(() -> delivered(id) == 2);
        Received first = receiver.calls("/again").getFirst();
        String delivery = Webhooks.log(id).path("data.find { it.event_id == '%s' }.id".formatted(first.id()));
        Webhooks.staff()
                .body(Map.of("delivery_ids", List.of(delivery)))
                .post(Webhooks.PATH + "/" + id + path)
                .then()
                .statusCode(202)
                .body("replayed", equalTo(1))
                .body("next_from", equalTo(null));
        await().until(() -> receiver.calls("/again").size() == 3);
        assertThat(receiver.calls("/again").getLast().id()).isEqualTo(first.id());
        assertThat(receiver.calls("/again").getLast().body()).isEqualTo(first.body());
    }

    @Test
    void anotherWebhooksDeliveryIsNotReplayed() {
        String mine = Webhooks.registered(receiver.at("/mine", Receiver.answers(200)), "product.created");
        Webhooks.product();
        await().until(() -> delivered(mine) == 1);
        String yours = Webhooks.registered(receiver.at("/yours", Receiver.answers(200)), "product.created");
        Webhooks.replay(
                        yours,
                        Map.of(
                                "delivery_ids",
                                List.of(Webhooks.log(mine).path("data[0].id").toString())))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(0));
        Webhooks.test(yours);
        await().until(() -> receiver.calls("/yours").size() == 1);
        assertThat(receiver.calls("/mine")).hasSize(1);
    }

    @Test
    void aTimeIsReplayedAlsoFromWhileTheWebhookWasDisabled() {
        Instant from = Instant.now();
        String id = Webhooks.registered(receiver.at("/later", Receiver.answers(200)), "product.created");
        String before = Webhooks.product();
        await().until(() -> delivered(id) == 1);
        Webhooks.change(id, Map.of("status", "disabled")).then().statusCode(200);
        String meanwhile = Webhooks.product();
        String sentinel = Webhooks.registered(receiver.at("/sentinel", Receiver.answers(200)), "product.created");
        String after = Webhooks.product();
        await().until(() -> delivered(sentinel) == 1);
        Webhooks.change(id, Map.of("status", "enabled")).then().statusCode(200);
        Webhooks.replay(id, range(from, Instant.now(), true))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(2));
        await().until(() -> receiver.calls("/later").size() == 3);
        assertThat(receiver.calls("/later").stream().map(Received::subject))
                .containsExactlyInAnyOrder(before, meanwhile, after);

        Webhooks.replay(id, range(from, Instant.now(), false))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(3));
        await().until(() -> receiver.calls("/later").size() == 6);
        assertThat(receiver.calls("/later").stream().map(Received::id).distinct())
                .hasSize(3);
        assertThat(receiver.calls("/sentinel")).hasSize(1);
    }

    @Test
    void aReplayIsOfTheTypesThatAreNamedAndNeverOfAnothersTrials() {
        Instant from = Instant.now();
        String tried = Webhooks.registered(receiver.at("/tried", Receiver.answers(200)), "product.created");
        Webhooks.test(tried);
        await().until(() -> delivered(tried) == 1);
        String all = Webhooks.registered(receiver.at("/all", Receiver.answers(200)), "*");
        String product = Webhooks.product();
        await().until(() -> !receiver.calls("/all", product).isEmpty() && delivered(tried) == 2);
        Webhooks.replay(all, range(from, Instant.now(), false)).then().statusCode(202);
        await().until(() -> receiver.calls("/all", product).size() >= 2);
        assertThat(receiver.calls("/all").stream().map(Received::type)).doesNotContain("webhook.test");
        Webhooks.replay(
                        tried,
                        Map.of(
                                "from", from.toString(),
                                "to", Instant.now().toString(),
                                "event_types", List.of("webhook.*")))
                .then()
                .statusCode(202)
                .body("replayed", equalTo(1));
        await().until(() -> receiver.calls("/tried").stream()
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
        String id = Webhooks.registered(receiver.at("/bad", Receiver.answers(200)), "product.created");
        Response answer = Webhooks.replay(id, range);
        assertThat(answer.statusCode()).as(answer.asString()).isIn(400, 422);
        assertThat(answer.contentType()).startsWith("application/problem+json");
    }

    @Test
    void nothingIsReplayedToNobody() {
        Webhooks.replay("webhook_01m854p75ces786w6kzjd476ke", Map.of("delivery_ids", List.of()))
                .then()
                .statusCode(404);
    }

    private static Map<String, Object> range(Instant from, Instant to, boolean undeliveredOnly) {
        return Map.of("from", from.toString(), "to", to.toString(), "undelivered_only", undeliveredOnly);
    }

    private static long delivered(String id) {
        return Webhooks.log(id).jsonPath().getList("data.status").stream()
                .filter("delivered"::equals)
                .count();
    }
}
