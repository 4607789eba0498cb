package io.fondaco.webhook;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.fondaco.IntegrationsProfile;
import io.fondaco.Together;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Endpoints are registered, changed and deleted by who may. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookEndpointTest {
    private static final String UNKNOWN = "webhook_01m854p75ces786w6kzjd476ke";

    private final Receiver receiver = new Receiver();

    @AfterEach
    void nothingIsLeft() {
        Webhooks.deleteAll();
        receiver.close();
    }

    @Test
    void aWebhookIsRegisteredReadChangedAndDeleted() {
        Response created = Webhooks.staff()
                .body(Map.of(
                        "url", "https://hooks.example.com/shop?x=1",
                        "event_types", List.of("order.placed", "order.*", "order.placed"),
                        "description", "The warehouse's"))
                .post(Webhooks.PATH);
        created.then()
                .statusCode(201)
                .header("ETag", notNullValue())
                .body("url", equalTo("https://hooks.example.com/shop?x=1"))
                .body("event_types", contains("order.*", "order.placed"))
                .body("description", equalTo("The warehouse's"))
                .body("status", equalTo("enabled"))
                .body("disabled_reason", equalTo(""));
        String id = created.path("id");
        Webhooks.get(id)
                .then()
                .statusCode(200)
                .header("ETag", created.header("ETag"))
                .body("created_at", equalTo(created.path("created_at")));
        Response changed = Webhooks.change(
                id, Map.of("url", "https://hooks.example.com/", "event_types", List.of("*"), "description", ""));
        changed.then()
                .statusCode(200)
                .body("url", equalTo("https://hooks.example.com/"))
                .body("event_types", contains("*"))
                .body("description", equalTo(""));
        assertThat(changed.header("ETag"))
                .isNotEqualTo(created.header("ETag"))
                .isEqualTo(Webhooks.get(id).header("ETag"));
        Webhooks.delete(id).then().statusCode(204);
        Webhooks.get(id).then().statusCode(404);
        Webhooks.delete(id).then().statusCode(404);
    }

    @Test
    void aChangeNeedsTheTagThatWasSeenLast() {
        Response created = Webhooks.register("https://hooks.example.com/", "*");
        String path = Webhooks.PATH + "/" + created.path("id");
        Webhooks.staff().body(Map.of("description", "x")).patch(path).then().statusCode(428);
        Webhooks.staff().delete(path).then().statusCode(428);
        Webhooks.change(created.path("id"), Map.of("description", "somebody else's"))
                .then()
                .statusCode(200);
        Webhooks.staff()
                .header("If-Match", created.header("ETag"))
                .body(Map.of("description", "x"))
                .patch(path)
                .then()
                .statusCode(412);
        Webhooks.staff()
                .header("If-Match", created.header("ETag"))
                .delete(path)
                .then()
                .statusCode(412);
        Webhooks.get(created.path("id")).then().body("description", equalTo("somebody else's"));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        for (String id : List.of(UNKNOWN, "order_01m854p75ces786w6kzjd476ke", "x", "%00", "'--")) {
            String path = Webhooks.PATH + "/" + id;
            RequestSpecification staff = Webhooks.staff().urlEncodingEnabled(false);
            assertThat(staff.get(path).statusCode()).isIn(400, 404);
            assertThat(Webhooks.staff()
                            .urlEncodingEnabled(false)
                            .get(path + "/deliveries")
                            .statusCode())
                    .isIn(400, 404);
        }
        Webhooks.rotate(UNKNOWN).then().statusCode(404);
        Webhooks.staff().post(Webhooks.PATH + "/" + UNKNOWN + "/test").then().statusCode(404);
        Webhooks.staff()
                .header("If-Match", "*")
                .body(Map.of("description", "x"))
                .patch(Webhooks.PATH + "/" + UNKNOWN)
                .then()
                .statusCode(404);
        Webhooks.log(UNKNOWN).then().statusCode(404);
    }

    @Test
    void theSecretIsShownWhenItIsMadeAndNeverAgain() {
        Response created = Webhooks.register(receiver.at("/shown", Receiver.answers(200)), "webhook.test");
        String id = created.path("id");
        Response rotated = Webhooks.rotate(id);
        rotated.then().statusCode(200).body("previous_secret_until", notNullValue());
        List<String> secrets = List.of(created.path("secret"), rotated.path("secret"));
        assertThat(secrets).doesNotHaveDuplicates().allMatch(secret -> secret.matches("whsec_[A-Za-z0-9+/]{43}="));
        Webhooks.test(id);
        await().until(() -> "delivered".equals(Webhooks.log(id).path("data[0].status")));
        Response changed = Webhooks.change(id, Map.of("description", "x"));
        for (Response later :
                List.of(changed, Webhooks.get(id), Webhooks.staff().get(Webhooks.PATH), Webhooks.log(id))) {
            assertThat(later.statusCode()).isEqualTo(200);
            assertThat(later.asString()).doesNotContain("whsec_", "\"secret\"");
            assertThat(later.asString())
                    .doesNotContain(secrets.get(0).substring(6), secrets.get(1).substring(6));
        }
    }

    @Test
    void listsArePagedEachWebhookOnceTheOldestFirst() {
        List<String> ids = IntStream.range(0, 5)
                .mapToObj(number -> Webhooks.registered("https://hooks.example.com/" + number, "*"))
                .toList();
        Webhooks.delete(ids.get(2)).then().statusCode(204);
        Response first = Webhooks.staff().get(Webhooks.PATH + "?limit=3");
        first.then().body("data.id", contains(ids.get(0), ids.get(1), ids.get(3)));
        Response second = Webhooks.staff()
                .queryParam("cursor", first.<String>path("next_cursor"))
                .get(Webhooks.PATH + "?limit=3");
        second.then().body("data.id", contains(ids.get(4))).body("next_cursor", equalTo(null));
        for (String query : List.of("limit=0", "limit=101", "cursor=AAAA", "cursor=%00")) {
            Webhooks.staff()
                    .urlEncodingEnabled(false)
                    .get(Webhooks.PATH + "?" + query)
                    .then()
                    .statusCode(400);
        }
    }

    @Test
    void theLogIsPagedTheLatestFirstAndNarrowedByStatus() {
        String id = Webhooks.registered(receiver.at("/log", Receiver.answers(200)), "webhook.test");
        for (int number = 0; number < 3; number++) {
            Webhooks.test(id);
        }
        await().until(() -> Webhooks.log(id)
                .jsonPath()
                .getList("data.status")
                .equals(List.of("delivered", "delivered", "delivered")));
        List<String> all = Webhooks.log(id).path("data.id");
        assertThat(all).isSortedAccordingTo(Comparator.reverseOrder());
        String path = Webhooks.PATH + "/" + id + "/deliveries";
        Response first = Webhooks.staff().get(path + "?limit=2&status=delivered");
        first.then().body("data.id", equalTo(all.subList(0, 2)));
        Webhooks.staff()
                .queryParam("cursor", first.<String>path("next_cursor"))
                .get(path + "?limit=2&status=delivered")
                .then()
                .body("data.id", equalTo(all.subList(2, 3)))
                .body("next_cursor", equalTo(null));
        Webhooks.staff().get(path + "?status=failed").then().body("data", hasSize(0));
        Webhooks.staff().get(path + "?status=lost").then().statusCode(400);
    }

    @Test
    void aKeyDoesWhatItsScopesSay() {
        String id = Webhooks.registered("https://hooks.example.com/", "*");
        String one = Webhooks.PATH + "/" + id;
        RequestSpecification reader = with("webhooks:read");
        for (String path : List.of(Webhooks.PATH, one, one + "/deliveries", Webhooks.PATH + "/event-types")) {
            given().get(path).then().statusCode(401);
            given(reader).get(path).then().statusCode(200);
            given(with("orders:read")).get(path).then().statusCode(403);
        }
        for (RequestSpecification other : List.of(reader, with("orders:write"))) {
            given(other)
                    .body(Map.of("url", "https://a.example/", "event_types", List.of("*")))
                    .post(Webhooks.PATH)
                    .then()
                    .statusCode(403);
            given(other)
                    .header("If-Match", "*")
                    .body(Map.of())
                    .patch(one)
                    .then()
                    .statusCode(403);
            given(other).header("If-Match", "*").delete(one).then().statusCode(403);
            for (String verb : List.of("/rotate-secret", "/test", "/replay", "/deliveries/replay")) {
                given(other)
                        .body(Map.of("delivery_ids", List.of()))
                        .post(one + verb)
                        .then()
                        .statusCode(403);
            }
        }
        for (String verb : List.of("/rotate-secret", "/test", "/replay", "/deliveries/replay")) {
            given().contentType("application/json")
                    .body(Map.of())
                    .post(one + verb)
                    .then()
                    .statusCode(401);
        }
    }

    @Test
    void thereIsRoomForSoManyWebhooksAndNoMoreWhoeverElseMakesOne() throws Exception {
        List<Integer> ends = Together.all(NearbyReceivers.MOST_ENDPOINTS + 8, 10, number -> Webhooks.register(
                        "https://hooks.example.com/" + number, "*")
                .statusCode());
        assertThat(ends).containsOnly(201, 409);
        assertThat(ends.stream().filter(status -> status == 201)).hasSize(NearbyReceivers.MOST_ENDPOINTS);
        Response refused = Webhooks.register("https://hooks.example.com/one-more", "*");
        refused.then().statusCode(409).body("code", equalTo("too_many_webhooks"));
        String oldest = Webhooks.staff().get(Webhooks.PATH).path("data[0].id");
        Webhooks.delete(oldest).then().statusCode(204);
        Webhooks.register("https://hooks.example.com/one-more", "*").then().statusCode(201);
    }

    @Test
    void whatIsDeletedGetsNothingNotEvenWhatWasWaiting() {
        String deleted = Webhooks.registered(receiver.at("/deleted", Receiver.answers(503)), "product.created");
        Webhooks.registered(receiver.at("/kept", Receiver.answers(200)), "product.created");
        Webhooks.product();
        await().until(() -> !receiver.calls("/deleted").isEmpty());
        await().until(() -> {
            Webhooks.delete(deleted);
            return Webhooks.get(deleted).statusCode() == 404;
        });
        await().until(() -> receiver.calls("/deleted").stream().noneMatch(Received::isOpen));
        int before = receiver.calls("/deleted").size();
        // By the time that another has failed as often as that one would have, it would have been called again.
        String witness = Webhooks.registered(receiver.at("/witness", Receiver.answers(503)), "product.created");
        String product = Webhooks.product();
        await().until(() -> receiver.calls("/witness").size() >= 4);
        assertThat(receiver.calls("/deleted")).hasSize(before);
        assertThat(receiver.calls("/kept", product)).hasSize(1);
        assertThat(witness).isNotEqualTo(deleted);
    }

    @Test
    void aWebhookThatIsEnabledAgainStartsOver() {
        String id = Webhooks.registered(receiver.at("/flaky", Receiver.answers(410)), "product.created");
        Webhooks.product();
        await().until(() -> "disabled".equals(Webhooks.get(id).path("status")));
        receiver.at("/flaky", Receiver.answers(200));
        Webhooks.change(id, Map.of("status", "enabled"))
                .then()
                .statusCode(200)
                .body("status", equalTo("enabled"))
                .body("disabled_reason", equalTo(""))
                .body("consecutive_failures", equalTo(0))
                .body("failing_since", equalTo(null));
        String product = Webhooks.product();
        await().until(() -> receiver.calls("/flaky", product).size() == 1);
        Webhooks.change(id, Map.of("status", "asleep")).then().statusCode(422);
    }

    @Test
    void theTypesOfEventsAreListed() {
        Webhooks.staff()
                .get(Webhooks.PATH + "/event-types")
                .then()
                .statusCode(200)
                .body(
                        "data.name",
                        hasItems(
                                "order.placed",
                                "order.refunded",
                                "product.created",
                                "webhook.disabled",
                                "webhook.test"))
                .body("data.find { it.name == 'order.placed' }.summary", notNullValue());
    }

    private static RequestSpecification with(String scope) {
        String secret = Webhooks.staff()
                .body(Map.of("name", scope, "scopes", List.of(scope)))
                .post("/admin/v1/api-keys")
                .path("secret");
        return given().filter(Webhooks::inOrder)
                .contentType("application/json")
                .header("Authorization", "Bearer " + secret);
    }
}
