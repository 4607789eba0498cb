package io.fondaco.parcel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.fondaco.invoice.SellerFixture;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Labels for the parcels of an order, over HTTP. The city of the recipient selects what the provider does. */
@QuarkusTest
class LabelTest {
    private static final Duration RECOVERED = Duration.ofSeconds(30);
    private static final Map<String, Object> SENDER = address("Berlin", "DE");

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    /** What still waits for the provider would open its circuit breaker for other tests. */
    @AfterEach
    void deleteUnansweredLabels() throws SQLException {
        database.execute("DELETE FROM parcel.label WHERE state IN ('requested', 'cancelling')");
    }

    @Test
    void labelIsBoughtForAParcel() throws SQLException {
        Response order = order(2, "Capital");
        String key = UUID.randomUUID().toString();
        Response bought = AdminApi.orderAction(order.path("id"), "labels", body(parcel(order, 2)), key);
        bought.then()
                .statusCode(201)
                .body("data.size()", equalTo(1))
                .body("data[0].order_id", equalTo(order.path("id")))
                .body("data[0].provider", equalTo("test"))
                .body("data[0].state", equalTo("purchased"))
                .body("data[0].weight_grams", equalTo(2_400))
                .body("data[0].length_mm", nullValue())
                .body("data[0].lines.line_id", contains(order.<String>path("lines[0].id")))
                .body("data[0].lines.quantity", contains(2))
                .body("data[0].carrier", equalTo("Test carrier"))
                .body("data[0].tracking_number", startsWith("TEST"))
                .body("data[0].tracking_url", startsWith("https://tracking.example/TEST"))
                .body("data[0].document_type", equalTo("application/pdf"))
                .body("data[0].document_url", nullValue())
                .body("data[0].cost.amount", equalTo(600))
                .body("data[0].cost.currency", equalTo("GBP"))
                .body("data[0].error", nullValue())
                .body("data[0].fulfillment_id", nullValue());
        Response repeated = AdminApi.orderAction(order.path("id"), "labels", body(parcel(order, 2)), key);
        repeated.then().statusCode(201).header("Idempotent-Replayed", "true");
        assertThat(repeated.asString()).isEqualTo(bought.asString());
        AdminApi.request()
                .get("/admin/v1/orders/%s/labels".formatted(order.<String>path("id")))
                .then()
                .statusCode(200)
                .body("data", equalTo(bought.path("data")));
        Response document = AdminApi.request().get(path(order, bought) + "/document");
        document.then().statusCode(200).contentType("application/pdf");
        assertThat(new String(document.asByteArray(), StandardCharsets.US_ASCII))
                .startsWith("%PDF-")
                .contains(bought.<String>path("data[0].tracking_number"))
                .endsWith("%%EOF\n");
        assertThat(eventsOf(bought)).isEqualTo("label.purchased");
    }

    @Test
    void parcelOfOneUnitHasTheSizeOfItsVariant() throws SQLException {
        Response order = order(4, "Capital");
        buy(order, parcel(order, 1))
                .then()
                .statusCode(201)
                .body("data[0].weight_grams", equalTo(1_200))
                .body("data[0].length_mm", equalTo(300))
                .body("data[0].width_mm", equalTo(200))
                .body("data[0].height_mm", equalTo(100));
        Map<String, Object> measured = parcel(order, 1);
        measured.putAll(Map.of("weight_grams", 1_300, "length_mm", 310, "width_mm", 210, "height_mm", 110));
        buy(order, measured, parcel(order, 2))
                .then()
                .statusCode(201)
                .body("data.weight_grams", contains(1_300, 2_400))
                .body("data.length_mm", contains(310, null))
                .body("data[0].width_mm", equalTo(210))
                .body("data[0].height_mm", equalTo(110));
    }

    @Test
    void unitIsInOneParcelWithALabel() throws Exception {
        Response order = order(3, "Capital");
        Response bought = buy(order, parcel(order, 2));
        bought.then().statusCode(201);
        buy(order, parcel(order, 1), parcel(order, 1))
                .then()
                .statusCode(422)
                .body("code", equalTo("quantity_exceeds_line"))
                .body("errors.pointer", contains("/parcels/1/lines/0/quantity"));
        List<Response> responses = ConcurrentRunner.runAll(4, _ -> buy(order, parcel(order, 1)));
        assertThat(responses).extracting(Response::statusCode).containsExactlyInAnyOrder(201, 422, 422, 422);
        cancel(order, bought).then().statusCode(200).body("state", equalTo("cancelled"));
        cancel(order, bought).then().statusCode(200).body("state", equalTo("cancelled"));
        buy(order, parcel(order, 2)).then().statusCode(201);
        assertThat(eventsOf(bought)).isEqualTo("label.purchased,label.cancelled");
    }

    @Test
    void fulfillmentTakesCarrierTrackingAndUnitsFromItsLabel() throws SQLException {
        Response order = order(3, "Capital");
        Response bought = buy(order, parcel(order, 2));
        String label = bought.path("data[0].id");
        AdminApi.orderAction(order.path("id"), "fulfillments", Map.of("label_id", label, "carrier", "Post"))
                .then()
                .statusCode(422)
                .body("code", equalTo("label_has_tracking"));
        AdminApi.orderAction(order.path("id"), "fulfillments", Map.of("label_id", label))
                .then()
                .statusCode(201)
                .body("fulfillment_status", equalTo("partially_fulfilled"))
                .body("fulfillments.carrier", contains("Test carrier"))
                .body("fulfillments.tracking_number", contains(bought.<String>path("data[0].tracking_number")))
                .body("fulfillments.tracking_url", contains(bought.<String>path("data[0].tracking_url")))
                .body("fulfillments[0].lines.quantity", contains(2));
        label(order, label).body("fulfillment_id", notNullValue());
        AdminApi.orderAction(order.path("id"), "fulfillments", Map.of("label_id", label))
                .then()
                .statusCode(409)
                .body("code", equalTo("label_used"));
        cancel(order, bought).then().statusCode(409).body("code", equalTo("label_used"));
        AdminApi.orderAction(
                        order.path("id"),
                        "fulfillments",
                        Map.of("label_id", LabelId.random().toString()))
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_label"));
        buy(order, parcel(order, 1)).then().statusCode(201);
    }

    @Test
    void fulfillmentThatFailsLeavesItsLabelUnused() throws SQLException {
        Response order = order(1, "Capital");
        Response bought = buy(order, parcel(order, 1));
        AdminApi.orderAction(
                        order.path("id"),
                        "fulfillments",
                        Map.of(
                                "label_id", bought.path("data[0].id"),
                                "lines", List.of(Map.of("line_id", order.<String>path("lines[0].id"), "quantity", 2))))
                .then()
                .statusCode(422)
                .body("code", equalTo("quantity_exceeds_line"));
        label(order, bought.path("data[0].id")).body("fulfillment_id", nullValue());
    }

    @Test
    void providerWhoseAnswerWasLostIsAskedAgain() throws SQLException {
        Response order = order(1, "Lost");
        Response bought = buy(order, parcel(order, 1));
        String label = bought.path("data[0].id");
        bought.then()
                .statusCode(202)
                .body("data[0].state", equalTo("requested"))
                .body("data[0].error", equalTo("The provider did not answer."));
        AdminApi.request().get(path(order, bought) + "/document").then().statusCode(404);
        AdminApi.orderAction(order.path("id"), "fulfillments", Map.of("label_id", label))
                .then()
                .statusCode(409)
                .body("code", equalTo("label_not_purchased"));
        makeDue(label);
        await().atMost(RECOVERED).untilAsserted(() -> label(order, label)
                .body("state", equalTo("purchased"))
                .body("error", nullValue())
                .body("tracking_number", startsWith("TEST")));
        AdminApi.request().get(path(order, bought) + "/document").then().statusCode(200);
        assertThat(eventsOf(bought)).isEqualTo("label.purchased");
    }

    @Test
    void labelThatMayHaveBeenBoughtIsBoughtBeforeItIsCancelled() throws SQLException {
        Response order = order(1, "Lost");
        Response bought = buy(order, parcel(order, 1));
        String label = bought.path("data[0].id");
        cancel(order, bought).then().statusCode(202).body("state", equalTo("cancelling"));
        makeDue(label);
        await().atMost(RECOVERED).untilAsserted(() -> label(order, label)
                .body("state", equalTo("cancelled"))
                .body("tracking_number", startsWith("TEST")));
        assertThat(eventsOf(bought)).isEqualTo("label.cancelled");
    }

    @Test
    void unitsOfACancelledRequestAreFreeWhileTheProviderIsDown() throws SQLException {
        Response order = order(1, "Down");
        Response requested = buy(order, parcel(order, 1));
        requested.then().statusCode(202).body("data[0].state", equalTo("requested"));
        buy(order, parcel(order, 1)).then().statusCode(422).body("code", equalTo("quantity_exceeds_line"));
        cancel(order, requested).then().statusCode(202).body("state", equalTo("cancelling"));
        buy(order, parcel(order, 1)).then().statusCode(202);
    }

    @Test
    void refusalIsStatedAndFreesTheUnits() throws SQLException {
        Response order = order(1, "Nowhere");
        Response refused = buy(order, parcel(order, 1));
        refused.then()
                .statusCode(201)
                .body("data[0].state", equalTo("failed"))
                .body("data[0].error", containsString("does not deliver"))
                .body("data[0].tracking_number", nullValue());
        cancel(order, refused).then().statusCode(200).body("state", equalTo("failed"));
        buy(order, parcel(order, 1)).then().statusCode(201).body("data[0].state", equalTo("failed"));
        assertThat(eventsOf(refused)).isEqualTo("label.failed");
    }

    @Test
    void labelThatTheCarrierDoesNotCancelCanBeUsed() throws SQLException {
        Response order = order(1, "Collected");
        Response bought = buy(order, parcel(order, 1));
        cancel(order, bought)
                .then()
                .statusCode(200)
                .body("state", equalTo("purchased"))
                .body("error", containsString("collected"));
        AdminApi.orderAction(order.path("id"), "fulfillments", Map.of("label_id", bought.path("data[0].id")))
                .then()
                .statusCode(201);
    }

    @Test
    void invalidParcelsNameTheirFields() throws SQLException {
        Response order = order(3, "Capital");
        Map<String, Object> unknown = parcel(order, 1);
        unknown.put("lines", List.of(Map.of("line_id", "orderline_01m854pavfe30tgq878bnv1py6", "quantity", 1)));
        Map<String, Object> incomplete = parcel(order, 1);
        incomplete.put("length_mm", 10);
        buy(order, incomplete, unknown)
                .then()
                .statusCode(422)
                .body("errors.code", containsInAnyOrder("dimensions_incomplete", "unknown_line"))
                .body("errors.pointer", containsInAnyOrder("/parcels/0", "/parcels/1/lines/0/line_id"));
        database.execute("UPDATE catalog.variant SET weight_grams = 0 WHERE sku = '%s'"
                .formatted(order.<String>path("lines[0].sku")));
        buy(order, parcel(order, 1))
                .then()
                .statusCode(422)
                .body("code", equalTo("weight_unknown"))
                .body("errors.pointer", contains("/parcels/0/weight_grams"));
        Map<String, Object> other = new HashMap<>(body(parcel(order, 1)));
        other.put("provider", "other");
        AdminApi.orderAction(order.path("id"), "labels", other)
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_label_provider"));
        AdminApi.request()
                .body(body(parcel(order, 1)))
                .post("/admin/v1/orders/%s/labels".formatted(order.<String>path("id")))
                .then()
                .statusCode(400)
                .body("code", equalTo("idempotency_key_required"));
    }

    @Test
    void orderWithoutAddressOrSellerHasNoLabel() throws SQLException {
        Response collected = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("tok_ok");
        buy(collected, parcel(collected, 1)).then().statusCode(409).body("code", equalTo("no_shipping_address"));
        Response order = order(1, "Capital");
        Map<String, Object> withoutSender = Map.of("provider", "test", "parcels", List.of(parcel(order, 1)));
        AdminApi.orderAction(order.path("id"), "labels", withoutSender)
                .then()
                .statusCode(409)
                .body("code", equalTo("seller_incomplete"));
        try (SellerFixture _ = new SellerFixture()) {
            AdminApi.orderAction(order.path("id"), "labels", withoutSender)
                    .then()
                    .statusCode(201);
        }
        Response fulfilled = order(1, "Capital");
        AdminApi.orderAction(fulfilled.path("id"), "fulfillments", Map.of())
                .then()
                .statusCode(201);
        buy(fulfilled, parcel(fulfilled, 1)).then().statusCode(409).body("code", equalTo("invalid_order_status"));
    }

    @Test
    void labelOfAnotherOrderIsNotFound() throws SQLException {
        Response order = order(1, "Capital");
        Response bought = buy(order, parcel(order, 1));
        Response other = order(1, "Capital");
        AdminApi.request().get(path(other, bought) + "/document").then().statusCode(404);
        cancel(other, bought).then().statusCode(404);
        AdminApi.orderAction(other.path("id"), "fulfillments", Map.of("label_id", bought.path("data[0].id")))
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_label"));
    }

    /** A paid order of units of 1.2 kg that is sent to this city. */
    private Response order(int quantity, String city) throws SQLException {
        String sku = productFixture.createProduct(250, 10);
        database.execute("""
                UPDATE catalog.variant SET weight_grams = 1200, length_mm = 300, width_mm = 200, height_mm = 100
                 WHERE sku = '%s'
                """.formatted(sku));
        Shopper shopper = Shopper.withCart(sku, quantity);
        shopper.request()
                .body(Map.of("shipping_address", address(city, "AT"), "shipping_method", "standard"))
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        Response placed = shopper.complete("tok_ok");
        placed.then().statusCode(201);
        return placed;
    }

    private static Map<String, Object> address(String city, String country) {
        return Map.of("name", "Ada", "line1", "Main Street 1", "city", city, "postal_code", "1010", "country", country);
    }

    private static Map<String, Object> parcel(Response order, int quantity) {
        return new HashMap<>(
                Map.of("lines", List.of(Map.of("line_id", order.<String>path("lines[0].id"), "quantity", quantity))));
    }

    @SafeVarargs
    private static Map<String, Object> body(Map<String, Object>... parcels) {
        return Map.of("provider", "test", "sender", SENDER, "parcels", List.of(parcels));
    }

    @SafeVarargs
    private static Response buy(Response order, Map<String, Object>... parcels) {
        return AdminApi.orderAction(order.path("id"), "labels", body(parcels));
    }

    private static String path(Response order, Response bought) {
        return "/admin/v1/orders/%s/labels/%s".formatted(order.<String>path("id"), bought.<String>path("data[0].id"));
    }

    private static Response cancel(Response order, Response bought) {
        return AdminApi.request().post(path(order, bought) + "/cancel");
    }

    private static ValidatableResponse label(Response order, String label) {
        return AdminApi.request()
                .get("/admin/v1/orders/%s/labels".formatted(order.<String>path("id")))
                .then()
                .statusCode(200)
                .rootPath("data.find { it.id == '%s' }".formatted(label));
    }

    /** As if the lease of the request and the delay before the next attempt were over. */
    private void makeDue(String label) throws SQLException {
        database.execute("UPDATE parcel.label SET leased_until = '-infinity', next_attempt_at = now() WHERE id = '%s'"
                .formatted(LabelId.parse(label).value()));
    }

    private String eventsOf(Response bought) throws SQLException {
        return database.query("""
                SELECT string_agg(type, ',' ORDER BY sequence) FROM messaging.outbox WHERE subject = '%s'
                """.formatted(bought.<String>path("data[0].id")));
    }
}
