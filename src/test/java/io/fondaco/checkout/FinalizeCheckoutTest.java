package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.cart.CartId;
import io.fondaco.checkout.FinalizeCheckout.Finalization;
import io.fondaco.checkout.PrepareCheckout.Preparation.Prepared;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.RequestKey;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Callers that apply a payment result to an attempt that another caller has ended since they read it. They write
 * nothing, also if a newer attempt is completing the cart.
 */
@QuarkusTest
@ActivateRequestContext
class FinalizeCheckoutTest {
    private static final CompleteRequest REQUEST =
            new CompleteRequest(new CompleteRequest.PaymentRequest("test", "tok_ok"), null);

    private final ProductFixture productFixture;
    private final ShopDatabase database;
    private final PrepareCheckout prepareCheckout;
    private final FinalizeCheckout finalizeCheckout;
    private final CompleteCart completeCart;
    private final Payments payments;
    private final ResponseJson responseJson;

    FinalizeCheckoutTest(
            ProductFixture productFixture,
            ShopDatabase database,
            PrepareCheckout prepareCheckout,
            FinalizeCheckout finalizeCheckout,
            CompleteCart completeCart,
            Payments payments,
            ResponseJson responseJson) {
        this.productFixture = productFixture;
        this.database = database;
        this.prepareCheckout = prepareCheckout;
        this.finalizeCheckout = finalizeCheckout;
        this.completeCart = completeCart;
        this.payments = payments;
        this.responseJson = responseJson;
    }

    @Test
    void oneOfSeveralCallersPlacesTheOrder() throws Exception {
        String sku = productFixture.createProduct(250, 5);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        Prepared prepared = prepare(shopper);
        PaymentResult captured = payments.authorize(prepared.payment(), "tok_ok");
        List<Finalization> finalizations =
                ConcurrentRunner.runAll(6, _ -> inRequestContext(prepared.attempt(), captured));
        assertThat(finalizations).filteredOn(Finalization::applied).hasSize(1);
        assertThat(finalizations)
                .filteredOn(finalization -> finalization.response().isPresent())
                .hasSize(1);
        assertThat(ordersOf(shopper)).isEqualTo("1");
        assertThat(productFixture.availableStock(sku)).isEqualTo(4);
    }

    @Test
    void callerWithADeclineDoesNotReopenACompletedCart() throws Exception {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 5), 1);
        CheckoutAttempt attempt = prepare(shopper).attempt();
        PaymentResult captured = captured(attempt);
        assertThat(finalizeCheckout.onPaymentResult(attempt, captured).applied())
                .isTrue();
        for (PaymentOutcome outcome : List.of(PaymentOutcome.DECLINED, PaymentOutcome.VOIDED)) {
            assertThat(finalizeCheckout
                            .onPaymentResult(attempt, PaymentResult.of(outcome))
                            .applied())
                    .isFalse();
        }
        assertThat(finalizeCheckout
                        .failOutOfStock(attempt, captured, new InsufficientStock(List.of()))
                        .applied())
                .isFalse();
        shopper.getCart().then().body("status", equalTo("completed"));
        assertThat(stateOf(attempt)).isEqualTo("placed");
    }

    /** The cart was reopened and is being completed by a newer attempt: the cart's status alone proves nothing. */
    @Test
    void callerOfAnEarlierAttemptDoesNotEndTheCompletionOfANewerOne() throws Exception {
        String sku = productFixture.createProduct(250, 5);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        CheckoutAttempt earlier = prepare(shopper).attempt();
        PaymentResult captured = captured(earlier);
        assertThat(finalizeCheckout
                        .onPaymentResult(earlier, PaymentResult.of(PaymentOutcome.VOIDED))
                        .applied())
                .isTrue();
        CheckoutAttempt newer = prepare(shopper).attempt();
        List<PaymentResult> late = List.of(
                captured,
                PaymentResult.of(PaymentOutcome.UNKNOWN),
                PaymentResult.of(PaymentOutcome.DECLINED),
                PaymentResult.of(PaymentOutcome.VOIDED));
        for (PaymentResult result : late) {
            assertThat(finalizeCheckout.onPaymentResult(earlier, result))
                    .as(result.toString())
                    .isEqualTo(Finalization.CONFLICT);
            assertUntouched(shopper, newer, sku);
        }
        assertThat(finalizeCheckout.failOutOfStock(earlier, captured, new InsufficientStock(List.of())))
                .isEqualTo(Finalization.CONFLICT);
        assertUntouched(shopper, newer, sku);
        assertThat(completeCart.applyPaymentResult(earlier, captured)).isEmpty();
        assertUntouched(shopper, newer, sku);
        assertThat(database.query("SELECT sum(amount) FROM payment.refund WHERE payment_id = '%s'"
                        .formatted(earlier.payment().value())))
                .as("the money of the earlier attempt goes back")
                .isEqualTo("250");
        assertThat(completeCart.applyPaymentResult(newer, captured(newer))).isPresent();
        shopper.complete("test", "tok_ok", "k").then().statusCode(201).header("Idempotent-Replayed", "true");
        assertThat(ordersOf(shopper)).isEqualTo("1");
    }

    @Test
    void callerThatLostGetsTheResponseOfTheWinner() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 5), 1);
        CheckoutAttempt attempt = prepare(shopper).attempt();
        assertThat(completeCart.applyPaymentResult(attempt, captured(attempt))).isPresent();
        assertThat(completeCart.applyPaymentResult(attempt, captured(attempt))).isEmpty();
        shopper.complete("test", "tok_ok", "k")
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("payment.action", nullValue())
                .body("status", equalTo("confirmed"));
    }

    private void assertUntouched(Shopper shopper, CheckoutAttempt newer, String sku) throws SQLException {
        shopper.getCart().then().body("status", equalTo("completing"));
        assertThat(stateOf(newer)).isEqualTo("reserved");
        assertThat(ordersOf(shopper)).isEqualTo("0");
        assertThat(productFixture.availableStock(sku)).isEqualTo(4);
    }

    private Finalization inRequestContext(CheckoutAttempt attempt, PaymentResult result) {
        ManagedContext context = Arc.container().requestContext();
        context.activate();
        try {
            return finalizeCheckout.onPaymentResult(attempt, result);
        } finally {
            context.terminate();
        }
    }

    private Prepared prepare(Shopper shopper) {
        return prepareCheckout.prepare(
                CartId.parse(shopper.cartId()),
                shopper.token(),
                RequestKey.required("k", responseJson.write(REQUEST)),
                REQUEST);
    }

    private PaymentResult captured(CheckoutAttempt attempt) {
        Payment payment = payments.find(attempt.payment()).orElseThrow();
        PaymentResult result = payments.authorize(payment, "tok_ok");
        assertThat(result.outcome()).isEqualTo(PaymentOutcome.CAPTURED);
        return result;
    }

    private String stateOf(CheckoutAttempt attempt) throws SQLException {
        return database.query("SELECT state FROM checkout.attempt WHERE id = '%s'".formatted(attempt.id()));
    }

    private String ordersOf(Shopper shopper) throws SQLException {
        UUID cart = CartId.parse(shopper.cartId()).value();
        return database.query("SELECT count(*) FROM \"order\".orders WHERE cart_id = '%s'".formatted(cart));
    }
}
