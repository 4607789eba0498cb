package io.fondaco.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.Shopper;
import io.fondaco.payment.FakeStripe.Fault;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Authorizations at Stripe that staff captures, captures in part, or voids. */
@QuarkusTest
class StripeCaptureTest extends StripeTestBase {
    @Test
    void partialCaptureVoidsTheRest() {
        Response placed = placeAuthorizedOrder();
        assertThat(stripe.authorizedAmount()).isEqualTo(1000);
        assertThat(stripe.netCapturedAmount()).isZero();
        capture(placed, 1001, "a").then().statusCode(422).body("code", equalTo("amount_out_of_range"));
        capture(placed, 400, "b")
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("captured"))
                .body("payments[0].captured.amount", equalTo(400));
        capture(placed, 400, "b").then().statusCode(200).header("Idempotent-Replayed", "true");
        capture(placed, 600, "c").then().statusCode(409).body("code", equalTo("not_capturable"));
        assertThat(stripe.netCapturedAmount()).isEqualTo(400);
        assertThat(stripe.authorizedAmount()).isZero();
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("amount", Map.of("amount", 401, "currency", "GBP")))
                .then()
                .statusCode(409);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void captureWithLostResponseIsMadeOnce(Fault fault) {
        Response placed = placeAuthorizedOrder();
        stripe.failNext("capture", fault, fault);
        AdminApi.orderAction(placed.path("id"), "capture", Map.of(), "a")
                .then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("code", equalTo("payment_outcome_unknown"));
        stripe.recover();
        await().atMost(TIMEOUT).untilAsserted(() -> AdminApi.orderAction(placed.path("id"), "capture", Map.of(), "a")
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("captured"))
                .body("payments[0].captured.amount", equalTo(1000)));
        assertThat(stripe.netCapturedAmount()).isEqualTo(1000);
        assertThat(stripe.authorizedAmount()).isZero();
    }

    @Test
    void voidForACancelledOrderIsRetriedUntilStripeConfirms() throws Exception {
        Response placed = placeAuthorizedOrder();
        stripe.failNext("cancel", Fault.ERROR_BEFORE, Fault.ERROR_BEFORE);
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("voided"));
        assertThat(stripe.authorizedAmount()).isEqualTo(1000);
        awaitVoid();
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(database.query("SELECT count(*) FROM payment.void"))
                .isEqualTo("0"));
        assertThat(stripe.netCapturedAmount()).isZero();
    }

    @Test
    void dashboardCaptureAndCancellationAreRecorded() {
        Response captured = placeAuthorizedOrder();
        String intent = intentId(captured);
        stripe.changeInDashboard(intent, "capture");
        String event = stripe.event("payment_intent.succeeded", intent);
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        AdminApi.getOrder(captured.path("id"))
                .then()
                .body("payment_status", equalTo("captured"))
                .body("history.event", contains("placed", "captured"));
        Response cancelled = placeAuthorizedOrder();
        stripe.changeInDashboard(intentId(cancelled), "cancel");
        StripeTestSupport.postWebhook(stripe.event("payment_intent.canceled", intentId(cancelled)))
                .then()
                .statusCode(204);
        AdminApi.getOrder(cancelled.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("voided"))
                .body("history.event", contains("placed", "authorization_lost"));
        AdminApi.orderAction(cancelled.path("id"), "capture", Map.of()).then().statusCode(409);
    }

    @Test
    void authorizationOfAnotherAmountIsVoidedAndTheCheckoutFails() throws Exception {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4);
        stripe.chargeLess(1);
        StripeTestSupport.complete(shopper, FakeStripe.VISA).then().statusCode(402);
        awaitVoid();
        assertThat(database.query(
                        "SELECT state FROM payment.payment WHERE provider = 'stripe' ORDER BY created_at DESC"))
                .isEqualTo("mismatched");
    }

    /** Makes scheduled voids due until Stripe has confirmed them. */
    private void awaitVoid() {
        await().atMost(TIMEOUT).untilAsserted(() -> {
            database.execute("UPDATE payment.void SET next_attempt_at = now(), leased_until = now()");
            assertThat(stripe.authorizedAmount()).isZero();
        });
    }

    private Response placeAuthorizedOrder() {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4), FakeStripe.VISA);
        placed.then().statusCode(201).body("payment_status", equalTo("authorized"));
        return placed;
    }

    private static Response capture(Response placed, long amount, String key) {
        return AdminApi.orderAction(
                placed.path("id"), "capture", Map.of("amount", Map.of("amount", amount, "currency", "GBP")), key);
    }
}
