package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.fondaco.cart.CartId;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.RequestKey;
import io.quarkus.agroal.DataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
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
    ShopDatabase database;

    @Inject
    @DataSource("primary")
    javax.sql.DataSource primary;

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

    /**
     * A transaction that ends an attempt locks the reservation before the attempt. Recovery, which extends the
     * reservation, must not hold a lock on the attempt meanwhile: the two would be deadlocked.
     */
    @Test
    @ActivateRequestContext
    void recoveryWaitsForAReservationWithoutALockOnTheAttempt() throws Exception {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1);
        CheckoutAttempt attempt = prepareCheckout(shopper).attempt();
        try (Connection finalizer = primary.getConnection();
                Statement statement = finalizer.createStatement()) {
            finalizer.setAutoCommit(false);
            statement.execute("SELECT FROM inventory.reservation WHERE id = '%s' FOR UPDATE"
                    .formatted(attempt.reservation().orElseThrow().value()));
            expireLease(attempt);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> database.query("""
                    SELECT count(*) > 0 FROM pg_stat_activity
                     WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE inventory.reservation%'
                    """).equals("t"));
            statement.execute("SELECT FROM checkout.attempt WHERE id = '%s' FOR UPDATE NOWAIT".formatted(attempt.id()));
            finalizer.rollback();
            finalizer.setAutoCommit(true);
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> shopper.getCart().then().body("status", equalTo("open")));
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
        return prepareCheckout.prepare(
                CartId.parse(shopper.cartId()),
                shopper.token(),
                RequestKey.required("k", responseJson.write(REQUEST)),
                REQUEST);
    }

    /** Expires the lease, as after a crash of the process that had it. */
    private void expireLease(CheckoutAttempt attempt) {
        QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                        "UPDATE checkout.attempt SET next_attempt_at = now(), leased_until = now() WHERE id = :id")
                .setParameter("id", attempt.id())
                .executeUpdate());
    }
}
