package io.fondaco.checkout;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.cart.CartId;
import io.fondaco.inventory.Inventory;
import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.RequestKey;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Backorders: never more than the limit allows, and filled first when stock arrives. */
@QuarkusTest
class BackorderTest {
    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Inject
    PrepareCheckout prepareCheckout;

    @Inject
    CompleteCart completeCart;

    @Inject
    CheckoutAttemptStatements checkoutAttemptStatements;

    @Inject
    Payments payments;

    @Inject
    Inventory inventory;

    @Inject
    ResponseJson responseJson;

    @Test
    void concurrentCheckoutsSellStockPlusBackorderLimit() throws Exception {
        String sku = productFixture.createProduct(250, 3);
        policy(sku, Map.of("policy", "backorder", "limit", 5)).then().statusCode(200);
        List<Shopper> shoppers = IntStream.range(0, 20)
                .mapToObj(_ -> Shopper.readyToCheckout(sku, 1))
                .toList();
        List<Integer> statuses = ConcurrentRunner.runAll(
                20, 8, n -> shoppers.get(n).complete("tok_ok").statusCode());
        assertThat(statuses).containsOnly(201, 409);
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(8);
        level(sku)
                .then()
                .body("data[0].on_hand", equalTo(0))
                .body("data[0].reserved", equalTo(0))
                .body("data[0].backordered", equalTo(5))
                .body("data[0].available", equalTo(-5));
        assertThat(database.query("SELECT sum(l.backordered_quantity) FROM \"order\".line l WHERE sku = '" + sku + "'"))
                .isEqualTo("5");
    }

    @Test
    void orderReportsBackordersAndIncomingStockFillsThem() {
        String sku = productFixture.createProduct(250, 2);
        policy(sku, Map.of("policy", "backorder", "limit", 10)).then().statusCode(200);
        Response first = Shopper.readyToCheckout(sku, 5).complete("tok_ok");
        first.then()
                .statusCode(201)
                .body("lines[0].quantity", equalTo(5))
                .body("lines[0].backordered_quantity", equalTo(3));
        Response second = Shopper.readyToCheckout(sku, 2).complete("tok_ok");
        second.then().statusCode(201).body("lines[0].backordered_quantity", equalTo(2));
        adjust(sku, Map.of("delta", 4))
                .then()
                .statusCode(200)
                .body("on_hand", equalTo(0))
                .body("backordered", equalTo(1))
                .body("available", equalTo(-1));
        getOrder(first).then().body("backorders.quantity", contains(3)).body("backorders.waiting", contains(0));
        getOrder(second).then().body("backorders.quantity", contains(2)).body("backorders.waiting", contains(1));
        adjust(sku, Map.of("available", 4))
                .then()
                .statusCode(200)
                .body("on_hand", equalTo(3))
                .body("available", equalTo(3));
        getOrder(second).then().body("backorders.waiting", contains(0));
    }

    @Test
    void stockAtAnotherLocationFillsBackorders() {
        String sku = productFixture.createProduct(250, 0);
        policy(sku, Map.of("policy", "backorder", "limit", 3)).then().statusCode(200);
        Response order = Shopper.readyToCheckout(sku, 2).complete("tok_ok");
        adjust(sku, Map.of("delta", 5, "location", "annexe", "create_location", true))
                .then()
                .statusCode(200)
                .body("on_hand", equalTo(3));
        getOrder(order).then().body("backorders.waiting", contains(0));
        level(sku).then().body("data.location", contains("annexe", "default")).body("data.available", contains(3, 0));
    }

    @Test
    void scheduledJobFillsRemainingBackorders() throws Exception {
        String sku = productFixture.createProduct(250, 0);
        policy(sku, Map.of("policy", "backorder", "limit", 3)).then().statusCode(200);
        Response order = Shopper.readyToCheckout(sku, 2).complete("tok_ok");
        database.execute("UPDATE inventory.stock_level SET on_hand = 2 WHERE sku = '" + sku + "'");
        database.execute("INSERT INTO inventory.movement (sku, location, kind, quantity, reference) VALUES ('" + sku
                + "', 'default', 'adjusted', 2, 'by hand')");
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> getOrder(order).then().body("backorders.waiting", contains(0)));
    }

    @Test
    void cancelledBackorderStopsWaitingAndAddsNoStock() {
        String sku = productFixture.createProduct(250, 1);
        policy(sku, Map.of("policy", "backorder", "limit", 5)).then().statusCode(200);
        Response order = Shopper.readyToCheckout(sku, 4).complete("tok_ok");
        order.then().statusCode(201).body("lines[0].backordered_quantity", equalTo(3));
        AdminApi.orderAction(order.path("id"), "cancel", Map.of()).then().statusCode(200);
        level(sku)
                .then()
                .body("data[0].on_hand", equalTo(1))
                .body("data[0].backordered", equalTo(0))
                .body("data[0].available", equalTo(1));
        getOrder(order).then().body("backorders.waiting", contains(0));
        assertThat(history(sku)).contains("cancelled", "restocked").doesNotContain("filled");
    }

    @Test
    void restockedReturnFillsWaitingBackorders() {
        String sku = productFixture.createProduct(250, 1);
        policy(sku, Map.of("policy", "backorder", "limit", 5)).then().statusCode(200);
        Response order = Shopper.readyToCheckout(sku, 2).complete("tok_ok");
        String line = order.path("lines[0].id");
        AdminApi.orderAction(
                        order.path("id"),
                        "fulfillments",
                        Map.of("lines", List.of(Map.of("line_id", line, "quantity", 1))))
                .then()
                .statusCode(201);
        AdminApi.orderAction(
                        order.path("id"),
                        "returns",
                        Map.of("lines", List.of(Map.of("line_id", line, "quantity", 1)), "restock", true))
                .then()
                .statusCode(201)
                .body("backorders.waiting", contains(0));
        level(sku).then().body("data[0].on_hand", equalTo(0)).body("data[0].available", equalTo(0));
        assertThat(history(sku)).startsWith("filled", "restocked").doesNotContain("cancelled");
    }

    @Test
    void declinedPaymentReleasesBackorders() {
        String sku = productFixture.createProduct(250, 1);
        policy(sku, Map.of("policy", "backorder", "limit", 2)).then().statusCode(200);
        Shopper.readyToCheckout(sku, 3).complete("tok_declined").then().statusCode(402);
        level(sku)
                .then()
                .body("data[0].on_hand", equalTo(1))
                .body("data[0].reserved", equalTo(0))
                .body("data[0].backordered", equalTo(0));
    }

    @Test
    @ActivateRequestContext
    void expiredReservationOfSoldStockBecomesABackorder() {
        String sku = productFixture.createProduct(250, 1);
        policy(sku, Map.of("policy", "backorder", "limit", 5)).then().statusCode(200);
        CheckoutAttempt attempt = prepareCheckout(Shopper.readyToCheckout(sku, 1));
        assertThat(attempt.snapshot().backordered()).isEmpty();
        inventory.release(attempt.reservation().orElseThrow());
        Shopper.readyToCheckout(sku, 1)
                .complete("tok_ok")
                .then()
                .statusCode(201)
                .body("lines[0].backordered_quantity", equalTo(0));
        AdminApi.getOrder(captureAndFinalize(attempt))
                .then()
                .statusCode(200)
                .body("lines[0].backordered_quantity", equalTo(1))
                .body("backorders.waiting", contains(1));
    }

    @Test
    @ActivateRequestContext
    void expiredBackorderReservationUsesArrivedStock() {
        String sku = productFixture.createProduct(250, 0);
        policy(sku, Map.of("policy", "backorder", "limit", 5)).then().statusCode(200);
        CheckoutAttempt attempt = prepareCheckout(Shopper.readyToCheckout(sku, 1));
        assertThat(attempt.snapshot().backordered()).containsOnly(Map.entry(sku, 1));
        inventory.release(attempt.reservation().orElseThrow());
        adjust(sku, Map.of("delta", 1)).then().statusCode(200);
        AdminApi.getOrder(captureAndFinalize(attempt))
                .then()
                .statusCode(200)
                .body("lines[0].backordered_quantity", equalTo(0))
                .body("backorders", empty());
    }

    /** Prepares a checkout attempt without calling the provider, and reads it back. */
    private CheckoutAttempt prepareCheckout(Shopper shopper) {
        CompleteRequest request = new CompleteRequest(new CompleteRequest.PaymentRequest("test", "tok_ok"), null);
        RequestKey key = RequestKey.required(UUID.randomUUID().toString(), responseJson.write(request));
        PrepareCheckout.Preparation.Prepared prepared =
                prepareCheckout.prepare(CartId.parse(shopper.cartId()), shopper.token(), key, request);
        return checkoutAttemptStatements.find(prepared.attempt().id()).orElseThrow();
    }

    /** Captures the payment and finalizes the attempt. Returns the order id. */
    private String captureAndFinalize(CheckoutAttempt attempt) {
        Payment payment = payments.find(attempt.payment()).orElseThrow();
        completeCart.applyPaymentResult(attempt, payments.authorize(payment, "tok_ok"));
        return attempt.snapshot().id().toString();
    }

    @Test
    void loweredLimitKeepsBackordersAndStopsSales() {
        String sku = productFixture.createProduct(250, 0);
        policy(sku, Map.of("policy", "backorder", "limit", 5)).then().statusCode(200);
        Response order = Shopper.readyToCheckout(sku, 3).complete("tok_ok");
        order.then().statusCode(201);
        policy(sku, Map.of("policy", "deny")).then().statusCode(200);
        Shopper.readyToCheckout(sku, 1)
                .complete("tok_ok")
                .then()
                .statusCode(409)
                .body("code", equalTo("out_of_stock"))
                .body("errors[0].available", equalTo(0));
        getOrder(order).then().body("backorders.waiting", contains(3));
    }

    @Test
    void databaseRejectsBackordersBeyondTheLimit() throws SQLException {
        String sku = productFixture.createProduct(250, 1);
        policy(sku, Map.of("policy", "backorder", "limit", 2)).then().statusCode(200);
        database.execute("UPDATE inventory.stock_level SET backordered = 3 WHERE sku = '" + sku + "'");
        assertThatThrownBy(() ->
                        database.execute("UPDATE inventory.stock_level SET backordered = 4 WHERE sku = '" + sku + "'"))
                .hasMessageContaining("backorder limit of 2");
        assertThatThrownBy(() ->
                        database.execute("UPDATE inventory.stock_level SET reserved = 2 WHERE sku = '" + sku + "'"))
                .hasMessageContaining("stock_level_reserved_is_there");
        database.execute("UPDATE inventory.stock_level SET backordered = 0 WHERE sku = '" + sku + "'");
    }

    @Test
    void storeShowsStockStatusAndExpectedDate() {
        String sku = productFixture.createProduct(250, 1);
        awaitAvailability(sku, "in_stock", true);
        product(sku).then().body("variants[0].expected_on", nullValue());
        Shopper.readyToCheckout(sku, 1).complete("tok_ok").then().statusCode(201);
        awaitAvailability(sku, "out_of_stock", false);
        policy(sku, Map.of("policy", "preorder", "limit", 1, "expected_on", "2027-03-01"))
                .then()
                .statusCode(200);
        awaitAvailability(sku, "preorder", true);
        product(sku).then().body("variants[0].expected_on", equalTo("2027-03-01"));
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        shopper.getCart()
                .then()
                .body("problems.code", contains("out_of_stock"))
                .body("problems[0].available", equalTo(1));
        Shopper last = Shopper.readyToCheckout(sku, 1);
        last.getCart().then().body("problems", empty());
        last.complete("tok_ok").then().statusCode(201);
        awaitAvailability(sku, "out_of_stock", false);
        policy(sku, Map.of("policy", "backorder", "limit", 2)).then().statusCode(200);
        awaitAvailability(sku, "backorder", true);
        adjust(sku, Map.of("delta", 2)).then().statusCode(200);
        awaitAvailability(sku, "in_stock", true);
    }

    @Test
    void sellingPolicyRequiresCurrentVersionAndValidLimit() {
        String sku = productFixture.createProduct(250, 1);
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> AdminApi.request()
                .get("/admin/v1/stock/" + sku + "/selling-policy")
                .then()
                .statusCode(200)
                .header("ETag", "\"0\"")
                .body("policy", equalTo("deny")));
        AdminApi.request()
                .body(Map.of("policy", "backorder", "limit", 2))
                .put("/admin/v1/stock/" + sku + "/selling-policy")
                .then()
                .statusCode(428);
        policy(sku, Map.of("policy", "backorder", "limit", 2))
                .then()
                .statusCode(200)
                .header("ETag", "\"1\"");
        AdminApi.request()
                .header("If-Match", "\"0\"")
                .body(Map.of("policy", "deny"))
                .put("/admin/v1/stock/" + sku + "/selling-policy")
                .then()
                .statusCode(412);
        policy(sku, Map.of("policy", "backorder")).then().statusCode(422).body("errors[0].pointer", equalTo("/limit"));
        policy(sku, Map.of("policy", "deny", "limit", 2)).then().statusCode(422);
        policy("NO-SUCH-SKU", Map.of("policy", "deny")).then().statusCode(404);
    }

    private void awaitAvailability(String sku, String availability, boolean available) {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> product(sku)
                .then()
                .body("variants[0].availability", equalTo(availability))
                .body("variants[0].available", equalTo(available)));
    }

    private static Response product(String sku) {
        return given().get("/store/v1/products/" + sku.toLowerCase(Locale.ROOT).replace('_', '-') + "?currency=GBP");
    }

    private static Response getOrder(Response order) {
        return AdminApi.getOrder(order.path("id"));
    }

    private static Response level(String sku) {
        return read("/admin/v1/stock?sku=" + sku);
    }

    /** The events of the stock history, newest first. */
    private static List<String> history(String sku) {
        return read("/admin/v1/stock/" + sku + "/history").path("data.event");
    }

    /** Reads with the consistency token of a new write, so that the response is current. */
    private static Response read(String path) {
        String token = AdminApi.request()
                .body(Map.of("code", "probe-" + UUID.randomUUID()))
                .post("/admin/v1/stock-locations")
                .header("Fondaco-Consistency");
        return AdminApi.request().header("Fondaco-Consistency", token).get(path);
    }

    private static Response adjust(String sku, Map<String, Object> change) {
        Map<String, Object> body = new java.util.HashMap<>(change);
        body.put("sku", sku);
        return AdminApi.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(body)
                .post("/admin/v1/stock/adjustments");
    }

    private static Response policy(String sku, Map<String, Object> policy) {
        return AdminApi.request()
                .header("If-Match", "*")
                .body(policy)
                .put("/admin/v1/stock/" + sku + "/selling-policy");
    }
}
