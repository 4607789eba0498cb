package io.fondaco.checkout;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.ConcurrentRunner;
import io.fondaco.customer.CustomerId;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class CheckoutTest {
    @Inject
    ProductFixture productFixture;

    @Test
    void completedCartBecomesAPaidOrderReadableWithItsToken() {
        String sku = productFixture.createProduct(250, 10);
        Response placed = Shopper.readyToCheckout(sku, 2).complete("tok_ok");
        placed.then()
                .statusCode(201)
                .body("number", greaterThan(1000))
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"))
                .body("fulfillment_status", equalTo("unfulfilled"))
                .body("lines.sku", contains(sku))
                .body("totals.total.amount", equalTo(500))
                .body("order_token", startsWith("order_"));
        String path = "/store/v1/orders/" + placed.path("id");
        given().header("Authorization", "Bearer " + placed.path("order_token"))
                .get(path)
                .then()
                .statusCode(200)
                .body("id", equalTo(placed.path("id")))
                .body("lines[0].quantity", equalTo(2));
        given().header("Authorization", "Bearer order_wrong").get(path).then().statusCode(404);
        given().get(path).then().statusCode(401);
        assertThat(productFixture.availableStock(sku)).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tok_slow", "tok_flaky"})
    void slowOrFlakyProviderResultsInOnePaidOrder(String token) {
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete(token);
        placed.then().statusCode(201).body("payment_status", equalTo("captured"));
        AdminApi.getOrder(placed.path("id")).then().body("payments.state", contains("captured"));
    }

    @Test
    void declinedPaymentReopensTheCartAndReleasesStock() {
        String sku = productFixture.createProduct(250, 2);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        shopper.complete("test", "tok_declined", "first")
                .then()
                .statusCode(402)
                .contentType("application/problem+json")
                .body("code", equalTo("payment_declined"));
        shopper.complete("test", "tok_declined", "first").then().statusCode(402).header("Idempotent-Replayed", "true");
        assertThat(productFixture.availableStock(sku)).isEqualTo(2);
        shopper.complete("tok_ok").then().statusCode(201);
        assertThat(productFixture.availableStock(sku)).isZero();
    }

    @Test
    void unknownPaymentOutcomeIsPendingUntilRecovery() {
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("tok_unknown");
        placed.then().statusCode(202).body("status", equalTo("payment_pending"));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"))
                .body("payments.size()", equalTo(1)));
    }

    @Test
    void webhookConfirmsAPendingOrderOnce() {
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("tok_async");
        placed.then().statusCode(202).body("payment_status", equalTo("pending"));
        String reference = AdminApi.getOrder(placed.path("id")).path("payments[0].reference");
        PaymentWebhookSender.send(reference, "payment.captured", "sha256=00")
                .then()
                .statusCode(401);
        PaymentWebhookSender.send(reference, "payment.captured").then().statusCode(204);
        PaymentWebhookSender.send(reference, "payment.captured").then().statusCode(204);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"))
                .body("history.event", contains("placed", "paid"));
    }

    @Test
    void decliningWebhookCancelsTheOrderAndRestocks() {
        String sku = productFixture.createProduct(250, 1);
        Response placed = Shopper.readyToCheckout(sku, 1).complete("tok_async");
        assertThat(productFixture.availableStock(sku)).isZero();
        PaymentWebhookSender.send(
                        AdminApi.getOrder(placed.path("id")).path("payments[0].reference"), "payment.declined")
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("failed"));
        assertThat(productFixture.availableStock(sku)).isEqualTo(1);
    }

    @Test
    void sameKeyReplaysTheResponseAndRejectsAnotherBody() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        Response first = shopper.complete("test", "tok_ok", "same");
        Response second = shopper.complete("test", "tok_ok", "same");
        first.then().statusCode(201);
        second.then().statusCode(201).header("Idempotent-Replayed", "true");
        assertThat(second.asString()).isEqualTo(first.asString());
        shopper.complete("test", "tok_slow", "same")
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency_key_reused"));
        shopper.complete("tok_ok").then().statusCode(409).body("code", equalTo("cart_completed"));
        shopper.request()
                .body(Map.of("payment", Map.of("provider", "test", "token", "tok_ok")))
                .post(shopper.path("/complete"))
                .then()
                .statusCode(400)
                .body("code", equalTo("idempotency_key_required"));
    }

    @Test
    void incompleteCartReportsAllProblems() {
        String sku = productFixture.createProduct(250, 10);
        Response created = given().contentType("application/json")
                .body(Map.of("currency", "GBP", "lines", List.of(Map.of("sku", sku, "quantity", 1))))
                .post("/store/v1/carts");
        new Shopper(created.path("id"), created.path("cart_token"))
                .complete("tok_ok")
                .then()
                .statusCode(422)
                .body("code", equalTo("cart_incomplete"))
                .body("errors.code", contains("missing_email", "missing_shipping_address"));
    }

    @Test
    void differentExpectedTotalPlacesNoOrder() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        shopper.request()
                .header("Idempotency-Key", "k")
                .body("""
                        {"payment": {"provider": "test", "token": "tok_ok"},
                         "expected_total": {"amount": 249, "currency": "GBP"}}
                        """)
                .post(shopper.path("/complete"))
                .then()
                .statusCode(409)
                .body("code", equalTo("price_changed"))
                .body("total.amount", equalTo(250));
        shopper.complete("nobody", "x", "k2").then().statusCode(422).body("code", equalTo("unknown_payment_provider"));
        shopper.complete("tok_ok").then().statusCode(201);
    }

    @Test
    void outOfStockCheckoutReportsShortageAndKeepsTheCartOpen() {
        String sku = productFixture.createProduct(250, 1);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        shopper.complete("tok_ok")
                .then()
                .statusCode(409)
                .body("code", equalTo("out_of_stock"))
                .body("errors[0].sku", equalTo(sku))
                .body("errors[0].requested", equalTo(2))
                .body("errors[0].available", equalTo(1));
        shopper.getCart().then().body("status", equalTo("open"));
    }

    @Test
    void customerIdIsVisibleOnlyToStaff() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        String key = UUID.randomUUID().toString();
        Response order = shopper.complete("test", "tok_ok", key);
        order.then().statusCode(201).body("$", not(hasKey("customer_id")));
        shopper.complete("test", "tok_ok", key)
                .then()
                .header("Idempotent-Replayed", "true")
                .body("$", not(hasKey("customer_id")));
        given().header("Authorization", "Bearer " + order.path("order_token"))
                .get("/store/v1/orders/" + order.path("id"))
                .then()
                .statusCode(200)
                .body("$", not(hasKey("customer_id")));
        AdminApi.getOrder(order.path("id")).then().body("customer_id", startsWith("customer_"));
    }

    @Test
    void ordersOfOneEmailAddressHaveOneCustomer() {
        String sku = productFixture.createProduct(250, 10);
        Shopper second = Shopper.readyToCheckout(sku, 1);
        second.request()
                .body(Map.of("email", "ADA@Example.org"))
                .patch(second.path(""))
                .then()
                .statusCode(200);
        assertThat(customerOf(second.complete("tok_ok")))
                .isEqualTo(customerOf(Shopper.readyToCheckout(sku, 1).complete("tok_ok")))
                .isEqualTo(CustomerId.ofGuest("ada@example.org").toString());
    }

    private static String customerOf(Response placed) {
        return AdminApi.getOrder(placed.path("id")).path("customer_id");
    }

    /**
     * Any client can request 9,999 units: the reported quantity is capped at
     * fondaco.inventory.shortage-disclosure-limit.
     */
    @Test
    void availableQuantityIsCappedForShoppers() {
        for (long stock : new long[] {10, 11, 168}) {
            String sku = productFixture.createProduct(250, stock);
            Shopper shopper = Shopper.readyToCheckout(sku, 9_999);
            String detail =
                    stock == 10 ? "9999 requested, 10 available" : "9999 requested, fewer available (at least 10)";
            shopper.getCart()
                    .then()
                    .statusCode(200)
                    .body("problems[0].code", equalTo("out_of_stock"))
                    .body("problems[0].sku", equalTo(sku))
                    .body("problems[0].requested", equalTo(9_999))
                    .body("problems[0].available", equalTo(10))
                    .body("problems[0].detail", equalTo(detail));
            shopper.complete("tok_ok")
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("out_of_stock"))
                    .body("errors[0].sku", equalTo(sku))
                    .body("errors[0].requested", equalTo(9_999))
                    .body("errors[0].available", equalTo(10))
                    .body("errors[0].detail", equalTo(detail));
            AdminApi.request()
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .body(Map.of("sku", sku, "delta", -9_999, "reason", "test"))
                    .post("/admin/v1/stock/adjustments")
                    .then()
                    .statusCode(409)
                    .body("errors[0].available", equalTo((int) stock));
        }
    }

    @Test
    void concurrentCompletionsOfOneCartPlaceOneOrder() throws Exception {
        String sku = productFixture.createProduct(250, 100);
        Shopper shopper = Shopper.readyToCheckout(sku, 3);
        List<Integer> statuses =
                ConcurrentRunner.runAll(8, _ -> shopper.complete("tok_ok").statusCode());
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(1);
        assertThat(statuses.stream().filter(status -> status != 201)).containsOnly(409);
        assertThat(productFixture.availableStock(sku)).isEqualTo(97);
    }

    @Test
    void lastUnitIsSoldOnce() throws Exception {
        String sku = productFixture.createProduct(250, 1);
        List<Integer> statuses = ConcurrentRunner.runAll(
                8, _ -> Shopper.readyToCheckout(sku, 1).complete("tok_ok").statusCode());
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(1);
        assertThat(statuses.stream().filter(status -> status != 201)).containsOnly(409);
        assertThat(productFixture.availableStock(sku)).isZero();
    }

    @Test
    void cartCannotBeChangedDuringCompletion() throws Exception {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var slowCompletion =
                    threads.submit(() -> shopper.complete("tok_slow").statusCode());
            await().untilAsserted(() -> shopper.getCart().then().body("status", equalTo("completing")));
            shopper.request()
                    .body(Map.of("email", "b@example.org"))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("completion_in_progress"));
            shopper.complete("tok_ok")
                    .then()
                    .statusCode(409)
                    .header("Retry-After", equalTo("2"))
                    .body("code", equalTo("completion_in_progress"));
            assertThat(slowCompletion.get()).isEqualTo(201);
        }
    }

    @Test
    void orderListIsNewestFirstAndFiltered() {
        String id = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("tok_ok")
                .path("id");
        String second = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("manual", "", UUID.randomUUID().toString())
                .path("id");
        Response page = AdminApi.request()
                .queryParam("limit", 1)
                .queryParam("email", "ADA@example.org")
                .get("/admin/v1/orders");
        page.then().statusCode(200).body("data.id", contains(second));
        AdminApi.request()
                .queryParam("cursor", page.<String>path("next_cursor"))
                .queryParam("email", "ADA@example.org")
                .get("/admin/v1/orders")
                .then()
                .statusCode(200)
                .body("data.id", hasItem(id));
        AdminApi.request()
                .queryParam("colour", "red")
                .get("/admin/v1/orders")
                .then()
                .statusCode(400);
        AdminApi.request()
                .queryParam("status", "confirmed")
                .get("/admin/v1/orders")
                .then()
                .body("data.id", hasItem(id));
    }
}
