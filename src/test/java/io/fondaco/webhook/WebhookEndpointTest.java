package io.fondaco.webhook;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.IntegrationsProfile;
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

/** Registration, change and deletion of webhook endpoints, and the scopes that they require. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookEndpointTest {
    private static final String UNKNOWN = "webhook_01m854p75ces786w6kzjd476ke";

    private final StubWebhookReceiver receiver = new StubWebhookReceiver();

    @AfterEach
    void deleteWebhooks() {
        WebhookAdminClient.deleteAll();
        receiver.close();
    }

    @Test
    void webhookIsRegisteredReadChangedAndDeleted() {
        Response created = WebhookAdminClient.request()
                .body(Map.of(
                        "url", "https://hooks.example.com/shop?x=1",
                        "event_types", List.of("order.placed", "order.*", "order.placed"),
                        "description", "The warehouse's"))
                .post(WebhookAdminClient.PATH);
        created.then()
                .statusCode(201)
                .header("ETag", notNullValue())
                .body("url", equalTo("https://hooks.example.com/shop?x=1"))
                .body("event_types", contains("order.*", "order.placed"))
                .body("description", equalTo("The warehouse's"))
                .body("status", equalTo("enabled"))
                .body("disabled_reason", equalTo(""));
        String id = created.path("id");
        WebhookAdminClient.get(id)
                .then()
                .statusCode(200)
                .header("ETag", created.header("ETag"))
                .body("created_at", equalTo(created.path("created_at")));
        Response changed = WebhookAdminClient.change(
                id, Map.of("url", "https://hooks.example.com/", "event_types", List.of("*"), "description", ""));
        changed.then()
                .statusCode(200)
                .body("url", equalTo("https://hooks.example.com/"))
                .body("event_types", contains("*"))
                .body("description", equalTo(""));
        assertThat(changed.header("ETag"))
                .isNotEqualTo(created.header("ETag"))
                .isEqualTo(WebhookAdminClient.get(id).header("ETag"));
        WebhookAdminClient.delete(id).then().statusCode(204);
        WebhookAdminClient.get(id).then().statusCode(404);
        WebhookAdminClient.delete(id).then().statusCode(404);
    }

    @Test
    void changeRequiresTheCurrentETag() {
        Response created = WebhookAdminClient.register("https://hooks.example.com/", "*");
        String path = WebhookAdminClient.PATH + "/" + created.path("id");
        WebhookAdminClient.request()
                .body(Map.of("description", "x"))
                .patch(path)
                .then()
                .statusCode(428);
        WebhookAdminClient.request().delete(path).then().statusCode(428);
        WebhookAdminClient.change(created.path("id"), Map.of("description", "somebody else's"))
                .then()
                .statusCode(200);
        WebhookAdminClient.request()
                .header("If-Match", created.header("ETag"))
                .body(Map.of("description", "x"))
                .patch(path)
                .then()
                .statusCode(412);
        WebhookAdminClient.request()
                .header("If-Match", created.header("ETag"))
                .delete(path)
                .then()
                .statusCode(412);
        WebhookAdminClient.get(created.path("id")).then().body("description", equalTo("somebody else's"));
    }

    @Test
    void unknownWebhookIsNotFound() {
        for (String id : List.of(UNKNOWN, "order_01m854p75ces786w6kzjd476ke", "x", "%00", "'--")) {
            String path = WebhookAdminClient.PATH + "/" + id;
            RequestSpecification staff = WebhookAdminClient.request().urlEncodingEnabled(false);
            assertThat(staff.get(path).statusCode()).isIn(400, 404);
            assertThat(WebhookAdminClient.request()
                            .urlEncodingEnabled(false)
                            .get(path + "/deliveries")
                            .statusCode())
                    .isIn(400, 404);
        }
        WebhookAdminClient.rotate(UNKNOWN).then().statusCode(404);
        WebhookAdminClient.request()
                .post(WebhookAdminClient.PATH + "/" + UNKNOWN + "/test")
                .then()
                .statusCode(404);
        WebhookAdminClient.request()
                .header("If-Match", "*")
                .body(Map.of("description", "x"))
                .patch(WebhookAdminClient.PATH + "/" + UNKNOWN)
                .then()
                .statusCode(404);
        WebhookAdminClient.deliveries(UNKNOWN).then().statusCode(404);
    }

    @Test
    void secretIsReturnedOnlyWhenItIsCreated() {
        Response created = WebhookAdminClient.register(
                receiver.stub("/shown", StubWebhookReceiver.respondWith(200)), "webhook.test");
        String id = created.path("id");
        Response rotated = WebhookAdminClient.rotate(id);
        rotated.then().statusCode(200).body("previous_secret_until", notNullValue());
        List<String> secrets = List.of(created.path("secret"), rotated.path("secret"));
        assertThat(secrets).doesNotHaveDuplicates().allMatch(secret -> secret.matches("whsec_[A-Za-z0-9+/]{43}="));
        WebhookAdminClient.test(id);
        await().until(() -> "delivered".equals(WebhookAdminClient.deliveries(id).path("data[0].status")));
        Response changed = WebhookAdminClient.change(id, Map.of("description", "x"));
        for (Response later : List.of(
                changed,
                WebhookAdminClient.get(id),
                WebhookAdminClient.request().get(WebhookAdminClient.PATH),
                WebhookAdminClient.deliveries(id))) {
            assertThat(later.statusCode()).isEqualTo(200);
            assertThat(later.asString()).doesNotContain("whsec_", "\"secret\"");
            assertThat(later.asString())
                    .doesNotContain(secrets.get(0).substring(6), secrets.get(1).substring(6));
        }
    }

    @Test
    void webhooksArePagedOldestFirst() {
        List<String> ids = IntStream.range(0, 5)
                .mapToObj(number -> WebhookAdminClient.registerForId("https://hooks.example.com/" + number, "*"))
                .toList();
        WebhookAdminClient.delete(ids.get(2)).then().statusCode(204);
        Response first = WebhookAdminClient.request().get(WebhookAdminClient.PATH + "?limit=3");
        first.then().body("data.id", contains(ids.get(0), ids.get(1), ids.get(3)));
        Response second = WebhookAdminClient.request()
                .queryParam("cursor", first.<String>path("next_cursor"))
                .get(WebhookAdminClient.PATH + "?limit=3");
        second.then().body("data.id", contains(ids.get(4))).body("next_cursor", equalTo(null));
        for (String query : List.of("limit=0", "limit=101", "cursor=AAAA", "cursor=%00")) {
            WebhookAdminClient.request()
                    .urlEncodingEnabled(false)
                    .get(WebhookAdminClient.PATH + "?" + query)
                    .then()
                    .statusCode(400);
        }
    }

    @Test
    void deliveriesArePagedNewestFirstAndFilteredByStatus() {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/log", StubWebhookReceiver.respondWith(200)), "webhook.test");
        for (int number = 0; number < 3; number++) {
            WebhookAdminClient.test(id);
        }
        await().until(() -> WebhookAdminClient.deliveries(id)
                .jsonPath()
                .getList("data.status")
                .equals(List.of("delivered", "delivered", "delivered")));
        List<String> all = WebhookAdminClient.deliveries(id).path("data.id");
        assertThat(all).isSortedAccordingTo(Comparator.reverseOrder());
        String path = WebhookAdminClient.PATH + "/" + id + "/deliveries";
        Response first = WebhookAdminClient.request().get(path + "?limit=2&status=delivered");
        first.then().body("data.id", equalTo(all.subList(0, 2)));
        WebhookAdminClient.request()
                .queryParam("cursor", first.<String>path("next_cursor"))
                .get(path + "?limit=2&status=delivered")
                .then()
                .body("data.id", equalTo(all.subList(2, 3)))
                .body("next_cursor", equalTo(null));
        WebhookAdminClient.request().get(path + "?status=failed").then().body("data", hasSize(0));
        WebhookAdminClient.request().get(path + "?status=lost").then().statusCode(400);
    }

    @Test
    void scopesOfAKeyAreEnforced() {
        String id = WebhookAdminClient.registerForId("https://hooks.example.com/", "*");
        String one = WebhookAdminClient.PATH + "/" + id;
        RequestSpecification reader = with("webhooks:read");
        for (String path :
                List.of(WebhookAdminClient.PATH, one, one + "/deliveries", WebhookAdminClient.PATH + "/event-types")) {
            given().get(path).then().statusCode(401);
            given(reader).get(path).then().statusCode(200);
            given(with("orders:read")).get(path).then().statusCode(403);
        }
        for (RequestSpecification other : List.of(reader, with("orders:write"))) {
            given(other)
                    .body(Map.of("url", "https://a.example/", "event_types", List.of("*")))
                    .post(WebhookAdminClient.PATH)
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
    void endpointLimitHoldsUnderConcurrentCreation() throws Exception {
        List<Integer> statuses = ConcurrentRunner.runAll(
                LocalWebhookSettings.MAX_ENDPOINTS + 8, 10, number -> WebhookAdminClient.register(
                                "https://hooks.example.com/" + number, "*")
                        .statusCode());
        assertThat(statuses).containsOnly(201, 409);
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(LocalWebhookSettings.MAX_ENDPOINTS);
        Response refused = WebhookAdminClient.register("https://hooks.example.com/one-more", "*");
        refused.then().statusCode(409).body("code", equalTo("too_many_webhooks"));
        String oldest =
                WebhookAdminClient.request().get(WebhookAdminClient.PATH).path("data[0].id");
        WebhookAdminClient.delete(oldest).then().statusCode(204);
        WebhookAdminClient.register("https://hooks.example.com/one-more", "*")
                .then()
                .statusCode(201);
    }

    @Test
    void deletedWebhookReceivesNoPendingDeliveries() {
        String deleted = WebhookAdminClient.registerForId(
                receiver.stub("/deleted", StubWebhookReceiver.respondWith(503)), "product.created");
        WebhookAdminClient.registerForId(
                receiver.stub("/kept", StubWebhookReceiver.respondWith(200)), "product.created");
        WebhookAdminClient.createProduct();
        await().until(() -> !receiver.requests("/deleted").isEmpty());
        await().until(() -> {
            WebhookAdminClient.delete(deleted);
            return WebhookAdminClient.get(deleted).statusCode() == 404;
        });
        await().until(() -> receiver.requests("/deleted").stream().noneMatch(ReceivedWebhook::isPending));
        int before = receiver.requests("/deleted").size();
        // When this endpoint has failed four times, the deleted one would have received another attempt.
        String witness = WebhookAdminClient.registerForId(
                receiver.stub("/witness", StubWebhookReceiver.respondWith(503)), "product.created");
        String product = WebhookAdminClient.createProduct();
        await().until(() -> receiver.requests("/witness").size() >= 4);
        assertThat(receiver.requests("/deleted")).hasSize(before);
        assertThat(receiver.requests("/kept", product)).hasSize(1);
        assertThat(witness).isNotEqualTo(deleted);
    }

    @Test
    void reenabledWebhookStartsWithoutFailures() {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/flaky", StubWebhookReceiver.respondWith(410)), "product.created");
        WebhookAdminClient.createProduct();
        await().until(() -> "disabled".equals(WebhookAdminClient.get(id).path("status")));
        receiver.stub("/flaky", StubWebhookReceiver.respondWith(200));
        WebhookAdminClient.change(id, Map.of("status", "enabled"))
                .then()
                .statusCode(200)
                .body("status", equalTo("enabled"))
                .body("disabled_reason", equalTo(""))
                .body("consecutive_failures", equalTo(0))
                .body("failing_since", equalTo(null));
        String product = WebhookAdminClient.createProduct();
        await().until(() -> receiver.requests("/flaky", product).size() == 1);
        WebhookAdminClient.change(id, Map.of("status", "asleep")).then().statusCode(422);
    }

    @Test
    void eventTypesAreListed() {
        WebhookAdminClient.request()
                .get(WebhookAdminClient.PATH + "/event-types")
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
        String secret = WebhookAdminClient.request()
                .body(Map.of("name", scope, "scopes", List.of(scope)))
                .post("/admin/v1/api-keys")
                .path("secret");
        return given().filter(WebhookAdminClient::withConsistencyToken)
                .contentType("application/json")
                .header("Authorization", "Bearer " + secret);
    }
}
