package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.cart.CartId;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.identity.Secret;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Interrupts checkout attempts before and after the payment; recovery or the client's retry finishes them. */
@QuarkusTest
class CheckoutRecoveryTest {
    private static final CompleteRequest REQUEST =
            new CompleteRequest(new CompleteRequest.PaymentRequest("test", "tok_ok"), null);

    @Inject
    ProductFixture productFixture;

    @Inject
    PrepareCheckout prepareCheckout;

    @Inject
    CheckoutAttemptStatements checkoutAttemptStatements;

    @Inject
    Payments payments;

    @Inject
    ResponseJson responseJson;

    @Inject
    EntityManager entities;

    @Test
    @ActivateRequestContext
    void crashBeforeAuthorizationReopensTheCart() {
        String sku = productFixture.createProduct(250, 1);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        expireLease(prepareCheckout(shopper).attempt());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> shopper.getCart().then().body("status", equalTo("open")));
        assertThat(productFixture.availableStock(sku)).isEqualTo(1);
        shopper.complete("test", "tok_ok", "k").then().statusCode(201);
    }

    @Test
    @ActivateRequestContext
    void crashAfterCapturePlacesTheOrder() {
        String sku = productFixture.createProduct(250, 1);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        PrepareCheckout.Preparation.Prepared prepared = prepareCheckout(shopper);
        assertThat(payments.authorize(prepared.payment(), "tok_ok").outcome()).isEqualTo(PaymentOutcome.CAPTURED);
        expireLease(prepared.attempt());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> shopper.getCart().then().body("status", equalTo("completed")));
        shopper.complete("test", "tok_ok", "k")
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"));
        assertThat(productFixture.availableStock(sku)).isZero();
    }

    /** One run works through all six batches of ten; one batch per run would take six runs, five seconds apart. */
    @Test
    @ActivateRequestContext
    void oneRecoveryRunFinishesSixtyInterruptedCheckouts() {
        String sku = productFixture.createProduct(250, 60);
        List<Shopper> shoppers = IntStream.range(0, 60)
                .mapToObj(_ -> Shopper.readyToCheckout(sku, 1))
                .toList();
        List<CheckoutAttempt> attempts = shoppers.stream()
                .map(shopper -> prepareCheckout(shopper).attempt())
                .toList();
        attempts.forEach(this::expireLease);
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(productFixture.availableStock(sku))
                .isEqualTo(60));
        shoppers.forEach(shopper -> shopper.getCart().then().body("status", equalTo("open")));
    }

    @Test
    @ActivateRequestContext
    void clientRetryFinishesAnInterruptedCheckout() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1);
        prepareCheckout(shopper);
        shopper.complete("test", "tok_ok", "k").then().statusCode(409).body("code", equalTo("request_in_flight"));
        QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                        "UPDATE idempotency.request SET locked_until = now() WHERE principal = :principal")
                .setParameter("principal", key(shopper).principal())
                .executeUpdate());
        shopper.complete("test", "tok_ok", "k").then().statusCode(201).body("status", equalTo("confirmed"));
    }

    @Test
    @ActivateRequestContext
    void providerRefusesAuthorizationAfterVoid() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1);
        PrepareCheckout.Preparation.Prepared prepared = prepareCheckout(shopper);
        assertThat(payments.voidPayment(prepared.payment()).outcome()).isEqualTo(PaymentOutcome.VOIDED);
        assertThat(payments.authorize(prepared.payment(), "tok_ok").outcome()).isEqualTo(PaymentOutcome.VOIDED);
    }

    private PrepareCheckout.Preparation.Prepared prepareCheckout(Shopper shopper) {
        return (PrepareCheckout.Preparation.Prepared)
                prepareCheckout.prepare(CartId.parse(shopper.cartId()), shopper.token(), key(shopper), REQUEST);
    }

    private IdempotencyKey key(Shopper shopper) {
        return IdempotencyKey.required(
                "k",
                "cart:" + HexFormat.of().formatHex(Secret.hash(shopper.token())),
                "POST /store/v1/carts/%s/complete".formatted(shopper.cartId()),
                responseJson.write(REQUEST));
    }

    /** Expires the lease, as after a crash of the process that had it. */
    private void expireLease(CheckoutAttempt attempt) {
        QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                        "UPDATE checkout.attempt SET next_attempt_at = now(), leased_until = now() WHERE id = :id")
                .setParameter("id", attempt.id())
                .executeUpdate());
    }
}
