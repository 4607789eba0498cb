package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.cart.CartId;
import io.fondaco.inventory.Inventory;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.platform.idempotency.RequestKey;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Repeated requests to complete a cart, and requests for a cart that is not open. */
@QuarkusTest
class CheckoutIdempotencyTest {
    private static final CompleteRequest REQUEST =
            new CompleteRequest(new CompleteRequest.PaymentRequest("test", "tok_ok"), null);

    private final ProductFixture productFixture;
    private final ShopDatabase database;
    private final PrepareCheckout prepareCheckout;
    private final CompleteCart completeCart;
    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final Inventory inventory;
    private final ResponseJson responseJson;

    CheckoutIdempotencyTest(
            ProductFixture productFixture,
            ShopDatabase database,
            PrepareCheckout prepareCheckout,
            CompleteCart completeCart,
            CheckoutAttemptStatements checkoutAttemptStatements,
            Inventory inventory,
            ResponseJson responseJson) {
        this.productFixture = productFixture;
        this.database = database;
        this.prepareCheckout = prepareCheckout;
        this.completeCart = completeCart;
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.inventory = inventory;
        this.responseJson = responseJson;
    }

    @Test
    void completionStoresNoSecondRecordOfItsKey() throws SQLException {
        String key = UUID.randomUUID().toString();
        ready().complete("test", "tok_ok", key).then().statusCode(201);
        assertThat(database.query("SELECT count(*) FROM idempotency.request WHERE key = '%s'".formatted(key)))
                .isEqualTo("0");
    }

    @Test
    void declineIsReplayedWhateverTheCartLooksLikeNow() {
        Shopper shopper = ready();
        Response declined = shopper.complete("test", "tok_declined", "first");
        declined.then().statusCode(402).header("Idempotent-Replayed", nullValue());
        assertReplayed(shopper.complete("test", "tok_declined", "first"), declined);
        String line = shopper.getCart().path("lines[0].id");
        shopper.request()
                .body(Map.of("quantity", 9_999))
                .patch(shopper.path("/lines/" + line))
                .then()
                .statusCode(200);
        shopper.complete("test", "tok_declined", "second")
                .then()
                .statusCode(409)
                .body("code", equalTo("out_of_stock"));
        assertReplayed(shopper.complete("test", "tok_declined", "first"), declined);
        shopper.request()
                .body(Map.of("quantity", 1))
                .patch(shopper.path("/lines/" + line))
                .then()
                .statusCode(200);
        shopper.complete("test", "tok_ok", "third").then().statusCode(201);
        assertReplayed(shopper.complete("test", "tok_declined", "first"), declined);
        shopper.complete("test", "tok_ok", "fourth").then().statusCode(409).body("code", equalTo("cart_completed"));
    }

    /** A replayed request on an open cart prepares an attempt first and rolls it back. */
    @Test
    void replayOnAnOpenCartReservesNothing() {
        String sku = productFixture.createProduct(250, 2);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        shopper.complete("test", "tok_declined", "k").then().statusCode(402);
        shopper.complete("test", "tok_declined", "k").then().statusCode(402).header("Idempotent-Replayed", "true");
        shopper.getCart().then().body("status", equalTo("open"));
        assertThat(productFixture.availableStock(sku)).isEqualTo(2);
    }

    @Test
    void replayDoesNotRequireTheProvider() throws SQLException {
        Shopper shopper = ready();
        shopper.complete("test", "tok_declined", "k").then().statusCode(402);
        CompleteRequest removed = new CompleteRequest(new CompleteRequest.PaymentRequest("removed", "tok_ok"), null);
        String fingerprint = key(removed).fingerprint();
        database.execute("UPDATE checkout.attempt SET idempotency_fingerprint = '%s' WHERE cart_id = '%s'"
                .formatted(fingerprint, uuid(shopper)));
        shopper.complete("removed", "tok_ok", "k").then().statusCode(402).header("Idempotent-Replayed", "true");
        shopper.complete("removed", "tok_ok", "new")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_payment_provider"));
    }

    @Test
    void keyWithOtherContentIsRejectedInEachStateOfTheCart() {
        Shopper shopper = ready();
        shopper.complete("test", "tok_declined", "first").then().statusCode(402);
        assertReused(shopper.complete("test", "tok_slow", "first"));
        prepare(shopper);
        assertReused(shopper.complete("test", "tok_slow", "k"));
        assertReused(shopper.complete("test", "tok_slow", "first"));
        expireLease(shopper);
        assertReused(shopper.complete("test", "tok_slow", "k"));
        shopper.complete("test", "tok_ok", "k").then().statusCode(201);
        assertReused(shopper.complete("test", "tok_slow", "k"));
    }

    @Test
    void requestWaitsForTheLeaseOfItsInterruptedAttemptAndThenResumesIt() {
        Shopper shopper = ready();
        prepare(shopper);
        shopper.complete("test", "tok_ok", "k")
                .then()
                .statusCode(409)
                .header("Retry-After", "2")
                .body("code", equalTo("request_in_flight"));
        shopper.complete("test", "tok_ok", "another")
                .then()
                .statusCode(409)
                .header("Retry-After", "2")
                .body("code", equalTo("completion_in_progress"));
        expireLease(shopper);
        shopper.complete("test", "tok_ok", "another")
                .then()
                .statusCode(409)
                .body("code", equalTo("completion_in_progress"));
        Response resumed = shopper.complete("test", "tok_ok", "k");
        resumed.then()
                .statusCode(201)
                .header("Idempotent-Replayed", nullValue())
                .body("status", equalTo("confirmed"));
        assertReplayed(shopper.complete("test", "tok_ok", "k"), resumed);
    }

    @Test
    void oneOfSeveralRequestsResumesAnInterruptedAttempt() throws Exception {
        Shopper shopper = ready();
        prepare(shopper);
        expireLease(shopper);
        List<Response> answers = ConcurrentRunner.runAll(8, _ -> shopper.complete("test", "tok_ok", "k"));
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 201 && answer.header("Idempotent-Replayed") == null)
                .hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() != 201)
                .allSatisfy(answer -> answer.then().statusCode(409).body("code", equalTo("request_in_flight")));
    }

    @Test
    void wrongTokenIsNotFoundInEachStateOfTheCart() {
        Shopper shopper = ready();
        Shopper intruder = new Shopper(shopper.cartId(), ready().token());
        shopper.complete("test", "tok_declined", "first").then().statusCode(402);
        assertNotFound(intruder, "first");
        prepare(shopper);
        assertNotFound(intruder, "k");
        assertNotFound(intruder, "another");
        expireLease(shopper);
        assertNotFound(intruder, "k");
        shopper.complete("test", "tok_ok", "k").then().statusCode(201);
        assertNotFound(intruder, "k");
        assertNotFound(intruder, "another");
        assertNotFound(new Shopper(CartId.random().toString(), shopper.token()), "k");
    }

    @Test
    void pendingOrderIsReplayedAsItWasPlaced() {
        Shopper shopper = ready();
        Response placed = shopper.complete("test", "tok_async", "k");
        placed.then().statusCode(202).body("status", equalTo("payment_pending"));
        assertReplayed(shopper.complete("test", "tok_async", "k"), placed);
        PaymentWebhookSender.send(
                        AdminApi.getOrder(placed.path("id")).path("payments[0].reference"), "payment.captured")
                .then()
                .statusCode(204);
        assertReplayed(shopper.complete("test", "tok_async", "k"), placed);
    }

    @Test
    @ActivateRequestContext
    void shortageAfterThePaymentIsReplayed() {
        String sku = productFixture.createProduct(250, 1);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        inventory.release(prepare(shopper).attempt().reservation().orElseThrow());
        Shopper.readyToCheckout(sku, 1).complete("tok_ok").then().statusCode(201);
        expireLease(shopper);
        Response shortage = shopper.complete("test", "tok_ok", "k");
        shortage.then().statusCode(409).body("code", equalTo("out_of_stock")).body("errors.sku", contains(sku));
        assertReplayed(shopper.complete("test", "tok_ok", "k"), shortage);
        shopper.getCart().then().body("status", equalTo("open"));
    }

    /** The same request, with the same key, is a new one after an attempt that took no money. */
    @Test
    @ActivateRequestContext
    void keyOfAnAttemptThatTookNoMoneyCanBeUsedAgain() {
        for (PaymentOutcome outcome : List.of(PaymentOutcome.VOIDED, PaymentOutcome.PROVIDER_UNAVAILABLE)) {
            Shopper shopper = ready();
            completeCart.applyPaymentResult(prepare(shopper).attempt(), PaymentResult.of(outcome));
            shopper.getCart().then().body("status", equalTo("open"));
            shopper.complete("test", "tok_ok", "k").then().statusCode(201).header("Idempotent-Replayed", nullValue());
        }
    }

    @Test
    void refusedRequestStoresNothing() {
        String sku = productFixture.createProduct(250, 0);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        shopper.complete("test", "tok_ok", "k").then().statusCode(409).body("code", equalTo("out_of_stock"));
        AdminApi.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Map.of("sku", sku, "delta", 1, "reason", "test"))
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(200);
        shopper.complete("test", "tok_ok", "k").then().statusCode(201).header("Idempotent-Replayed", nullValue());
    }

    @Test
    void numberOfKeysOfACartIsLimited() throws SQLException {
        Shopper shopper = ready();
        shopper.complete("test", "tok_declined", "first").then().statusCode(402);
        database.execute("""
                INSERT INTO checkout.attempt (id, cart_id, order_id, payment_id, state, snapshot, idempotency_key,
                                              idempotency_fingerprint, response_status, response_body)
                SELECT gen_random_uuid(), cart_id, gen_random_uuid(), gen_random_uuid(), state, snapshot, 'key' || n,
                       idempotency_fingerprint, response_status, response_body
                  FROM checkout.attempt, generate_series(1, 999) AS n WHERE cart_id = '%s'
                """.formatted(uuid(shopper)));
        shopper.complete("tok_ok").then().statusCode(429).body("code", equalTo("too_many_idempotency_keys"));
        shopper.complete("test", "tok_declined", "first").then().statusCode(402).header("Idempotent-Replayed", "true");
        shopper.getCart().then().body("status", equalTo("open"));
        database.execute(
                "UPDATE checkout.attempt SET idempotency_key = NULL WHERE cart_id = '%s' AND idempotency_key = 'key1'"
                        .formatted(uuid(shopper)));
        shopper.complete("tok_ok").then().statusCode(201);
    }

    private Shopper ready() {
        return Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
    }

    /** Prepares an attempt with the key {@code k}, as a request that is interrupted before it calls the provider. */
    private PrepareCheckout.Preparation.Prepared prepare(Shopper shopper) {
        return prepareCheckout.prepare(CartId.parse(shopper.cartId()), shopper.token(), key(REQUEST), REQUEST);
    }

    private RequestKey key(CompleteRequest request) {
        return RequestKey.required("k", responseJson.write(request));
    }

    /** Expires the lease, as after a crash of the process that had it; recovery does not begin yet. */
    private void expireLease(Shopper shopper) {
        try {
            database.execute("""
                    UPDATE checkout.attempt SET leased_until = now(), next_attempt_at = now() + interval '1 hour'
                     WHERE cart_id = '%s' AND state = 'reserved'
                    """.formatted(uuid(shopper)));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static UUID uuid(Shopper shopper) {
        return CartId.parse(shopper.cartId()).value();
    }

    private static void assertReplayed(Response response, Response first) {
        response.then().statusCode(first.statusCode()).header("Idempotent-Replayed", "true");
        assertThat(response.asString()).isEqualTo(first.asString());
    }

    private static void assertReused(Response response) {
        response.then().statusCode(422).body("code", equalTo("idempotency_key_reused"));
    }

    private static void assertNotFound(Shopper shopper, String key) {
        shopper.complete("test", "tok_ok", key).then().statusCode(404).body("code", equalTo("not_found"));
    }
}
