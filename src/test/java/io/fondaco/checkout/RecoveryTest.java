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

/** Cuts a completion off at each point where it can be, and lets the recovery, or the client, finish it. */
@QuarkusTest
class RecoveryTest {
    private static final CompleteRequest REQUEST =
            new CompleteRequest(new CompleteRequest.PaymentRequest("test", "tok_ok"), null);

    @Inject
    Shelf shelf;

    @Inject
    CompletionStart start;

    @Inject
    Completions completions;

    @Inject
    Payments payments;

    @Inject
    Documents documents;

    @Inject
    EntityManager entities;

    @Test
    @ActivateRequestContext
    void cutOffBeforeTheProviderWasAskedTheCartIsOpenAgain() {
        String sku = shelf.put(250, 1);
        Shopper shopper = Shopper.ready(sku, 1);
        leave(begin(shopper).completion());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> shopper.view().then().body("status", equalTo("open")));
        assertThat(shelf.available(sku)).isEqualTo(1);
        shopper.complete("test", "tok_ok", "k").then().statusCode(201);
    }

    @Test
    @ActivateRequestContext
    void cutOffAfterTheMoneyWasTakenTheOrderStands() {
        String sku = shelf.put(250, 1);
        Shopper shopper = Shopper.ready(sku, 1);
        CompletionStart.Start.Begun begun = begin(shopper);
        assertThat(payments.authorise(begun.payment(), "tok_ok").outcome()).isEqualTo(PaymentOutcome.CAPTURED);
        leave(begun.completion());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> shopper.view().then().body("status", equalTo("completed")));
        shopper.complete("test", "tok_ok", "k")
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"));
        assertThat(shelf.available(sku)).isZero();
    }

    /** One run of the recovery, where batch by batch would take six of them, five seconds apart. */
    @Test
    @ActivateRequestContext
    void howeverManyWereCutOffTheyAreFinishedOneAfterTheOther() {
        String sku = shelf.put(250, 60);
        List<Shopper> shoppers =
                IntStream.range(0, 60).mapToObj(_ -> Shopper.ready(sku, 1)).toList();
        List<Completion> begun =
                shoppers.stream().map(shopper -> begin(shopper).completion()).toList();
        begun.forEach(this::leave);
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(shelf.available(sku)).isEqualTo(60));
        shoppers.forEach(shopper -> shopper.view().then().body("status", equalTo("open")));
    }

    @Test
    @ActivateRequestContext
    void aClientThatComesBackFinishesItself() {
        Shopper shopper = Shopper.ready(shelf.put(250, 1), 1);
        begin(shopper);
        shopper.complete("test", "tok_ok", "k").then().statusCode(409).body("code", equalTo("request_in_flight"));
        QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                        "UPDATE idempotency.request SET locked_until = now() WHERE principal = :principal")
                .setParameter("principal", key(shopper).principal())
                .executeUpdate());
        shopper.complete("test", "tok_ok", "k").then().statusCode(201).body("status", equalTo("confirmed"));
    }

    @Test
    @ActivateRequestContext
    void moneyTakenAfterItWasGivenUpIsRefusedByTheProvider() {
        Shopper shopper = Shopper.ready(shelf.put(250, 1), 1);
        CompletionStart.Start.Begun begun = begin(shopper);
        assertThat(payments.abandon(begun.payment()).outcome()).isEqualTo(PaymentOutcome.VOIDED);
        assertThat(payments.authorise(begun.payment(), "tok_ok").outcome()).isEqualTo(PaymentOutcome.VOIDED);
    }

    private CompletionStart.Start.Begun begin(Shopper shopper) {
        return (CompletionStart.Start.Begun)
                start.begin(CartId.parse(shopper.cart()), shopper.token(), key(shopper), REQUEST);
    }

    private IdempotencyKey key(Shopper shopper) {
        return IdempotencyKey.required(
                "k",
                "cart:" + HexFormat.of().formatHex(Secret.hash(shopper.token())),
                "POST /store/v1/carts/%s/complete".formatted(shopper.cart()),
                documents.write(REQUEST));
    }

    /** As after a crash: nobody works on it any more. */
    private void leave(Completion completion) {
        QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                        "UPDATE checkout.completion SET locked_until = now() WHERE id = :id")
                .setParameter("id", completion.id())
                .executeUpdate());
    }
}
