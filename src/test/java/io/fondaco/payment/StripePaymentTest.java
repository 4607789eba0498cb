package io.fondaco.payment;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fondaco.IntegrationsProfile;
import io.fondaco.Together;
import io.fondaco.checkout.Shopper;
import io.fondaco.checkout.Staff;
import io.fondaco.payment.StripeStandIn.Fault;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Buying by Stripe, judged by the answers of the shop and by the books of the stand-in. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class StripePaymentTest extends StripeCustomers {
    @Test
    void aCardIsChargedOnceForExactlyTheTotal() {
        Shopper shopper = Shopper.ready(shelf.put(250, 10), 2);
        Response placed = shopper.complete("stripe", StripeStandIn.VISA, "k");
        placed.then()
                .statusCode(201)
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"))
                .body("payment", nullValue());
        int asked = stripe.requests();
        shopper.complete("stripe", StripeStandIn.VISA, "k")
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true");
        assertThat(stripe.requests()).isEqualTo(asked);
        assertThat(stripe.charges()).isEqualTo(1);
        assertThat(stripe.balance()).isEqualTo(500);
        Response order = Staff.order(placed.path("id"));
        String payment = order.path("payments[0].reference");
        ObjectNode intent = stripe.intent(order.path("payments[0].provider_reference"));
        assertThat(intent.path("currency").asText()).isEqualTo("gbp");
        assertThat(intent.path("metadata").path("fondaco_payment").asText()).isEqualTo(payment);
        assertThat(stripe.requests("create"))
                .extracting(StripeStandIn.Request::key)
                .containsExactly(payment + ":create");
        assertThat(stripe.requests("create").getFirst().params()).doesNotContainKey("payment_method");
        assertThat(stripe.requests("confirm"))
                .extracting(StripeStandIn.Request::key)
                .containsExactly(payment + ":confirm");
    }

    @Test
    void aDeclinedCardTakesNothingAndCannotBeConfirmedBehindOurBack() {
        String sku = shelf.put(250, 2);
        Shopper shopper = Shopper.ready(sku, 2);
        StripeShop.complete(shopper, StripeStandIn.DECLINED)
                .then()
                .statusCode(402)
                .body("code", equalTo("payment_declined"));
        assertThat(shelf.available(sku)).isEqualTo(2);
        assertThat(stripe.intent(stripe.firstIntent()).path("status").asText()).isEqualTo("canceled");
        StripeShop.complete(shopper, "pm_of_nobody").then().statusCode(402);
        StripeShop.complete(shopper, StripeStandIn.VISA).then().statusCode(201);
        assertThat(stripe.balance()).isEqualTo(500);
    }

    @Test
    void aShopperWhoMustAuthenticateIsToldHowAndTheWebhookSettlesItOnce() throws SQLException {
        String sku = shelf.put(250, 10);
        Shopper shopper = Shopper.ready(sku, 1);
        Response placed = shopper.complete("stripe", StripeStandIn.AUTHENTICATION_REQUIRED, "k");
        placed.then()
                .statusCode(202)
                .body("status", equalTo("payment_pending"))
                .body("order_token", notNullValue())
                .body("payment.provider", equalTo("stripe"))
                .body("payment.action.type", equalTo("use_stripe_sdk"))
                .body("payment.action.client_secret", containsString("_secret_"));
        shopper.complete("stripe", StripeStandIn.AUTHENTICATION_REQUIRED, "k")
                .then()
                .statusCode(202)
                .header("Idempotent-Replayed", "true")
                .body("payment.action.client_secret", equalTo(placed.path("payment.action.client_secret")));
        assertThat(Staff.order(placed.path("id")).asString()).doesNotContain("_secret_");
        assertThat(database.query("SELECT count(*) FROM idempotency.request WHERE body LIKE '%\\_secret\\_%'"))
                .isEqualTo("0");
        String intent = intent(placed);
        assertThat(stripe.balance()).isZero();
        StripeShop.post(stripe.event("payment_intent.created", intent)).then().statusCode(204);
        stripe.authenticate(intent, true);
        String event = stripe.event("payment_intent.succeeded", intent);
        StripeShop.post(event).then().statusCode(204);
        StripeShop.post(event).then().statusCode(204);
        Staff.order(placed.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"))
                .body("history.event", contains("placed", "paid"));
        assertThat(stripe.balance()).isEqualTo(250);
        // What an event of before says is not believed.
        StripeShop.post(stripe.event("payment_intent.requires_action", intent))
                .then()
                .statusCode(204);
        StripeShop.post(stripe.event("payment_intent.succeeded", intent)
                        .replace("payment_intent.succeeded", "payment_intent.payment_failed"))
                .then()
                .statusCode(204);
        Staff.order(placed.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("history", hasSize(2));
        assertThat(database.query("SELECT count(*) FROM payment.payment WHERE action IS NOT NULL"))
                .isEqualTo("0");
        assertThat(shelf.available(sku)).isEqualTo(9);
    }

    @Test
    void aWebhookThatComesBeforeMoneyWasAskedForDecidesNothing() throws Exception {
        Shopper shopper = Shopper.ready(shelf.put(250, 1), 1);
        CountDownLatch held = stripe.hold("confirm");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Response> placed = threads.submit(() -> StripeShop.complete(shopper, StripeStandIn.VISA));
            await().atMost(SOON).until(() -> stripe.requests("confirm").size() == 1);
            StripeShop.post(stripe.event("payment_intent.created", stripe.firstIntent()))
                    .then()
                    .statusCode(204);
            shopper.view().then().body("status", equalTo("completing"));
            held.countDown();
            placed.get().then().statusCode(201).body("payment_status", equalTo("captured"));
        }
        assertThat(stripe.balance()).isEqualTo(250);
    }

    @Test
    void aFailedAuthenticationCancelsTheOrderAndNobodyCanPayForItAfterwards() {
        String sku = shelf.put(250, 1);
        Response placed = StripeShop.complete(Shopper.ready(sku, 1), StripeStandIn.AUTHENTICATION_REQUIRED);
        String intent = intent(placed);
        stripe.authenticate(intent, false);
        StripeShop.post(stripe.event("payment_intent.payment_failed", intent))
                .then()
                .statusCode(204);
        Staff.order(placed.path("id"))
                .then()
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("failed"));
        assertThat(stripe.confirmFromTheBrowser(intent)).isFalse();
        assertThat(stripe.balance()).isZero();
        assertThat(shelf.available(sku)).isEqualTo(1);
    }

    @Test
    void aShopperWhoNeverAuthenticatesIsNotWaitedForForever() throws SQLException {
        String sku = shelf.put(250, 1);
        Response placed = StripeShop.complete(Shopper.ready(sku, 1), StripeStandIn.AUTHENTICATION_REQUIRED);
        database.execute("""
                UPDATE checkout.completion SET created_at = now() - interval '31 minutes', locked_until = now()
                 WHERE state = 'pending'
                """);
        await().atMost(SOON)
                .untilAsserted(() -> Staff.order(placed.path("id")).then().body("status", equalTo("cancelled")));
        assertThat(stripe.intent(intent(placed)).path("status").asText()).isEqualTo("canceled");
        assertThat(shelf.available(sku)).isEqualTo(1);
    }

    /** Nothing is asked for before the intent is known, so whatever happens to its making, nothing was taken. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void whateverHappensWhenAnIntentIsMadeTheSameKeyMayTryAgainAtOnce(Fault fault) {
        String sku = shelf.put(250, 1);
        Shopper shopper = Shopper.ready(sku, 1);
        stripe.fail("create", fault);
        shopper.complete("stripe", StripeStandIn.VISA, "k")
                .then()
                .statusCode(503)
                .header("Retry-After", equalTo("5"))
                .body("code", equalTo("payment_unavailable"));
        assertThat(shelf.available(sku)).isEqualTo(1);
        shopper.view().then().body("status", equalTo("open"));
        shopper.complete("stripe", StripeStandIn.VISA, "k").then().statusCode(201);
        assertThat(stripe.charges()).isEqualTo(1);
        assertThat(stripe.balance()).isEqualTo(250);
    }

    /** The order stands if the money was taken, and does not if it was not; and no money is taken twice or left behind. */
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"SILENT_AFTER", "SILENT_BEFORE", "ERROR_AFTER", "ERROR_BEFORE"})
    void aLostAnswerToTheChargeIsFoundOut(Fault fault) {
        String sku = shelf.put(250, 1);
        Shopper shopper = Shopper.ready(sku, 1);
        stripe.fail("confirm", fault);
        Response placed = shopper.complete("stripe", StripeStandIn.VISA, "k");
        placed.then().statusCode(202).body("status", equalTo("payment_pending"));
        // However long it takes to ask: what is asked for is known by its id.
        stripe.forgetKeys();
        boolean taken = fault == Fault.SILENT_AFTER || fault == Fault.ERROR_AFTER;
        await().atMost(SOON).untilAsserted(() -> Staff.order(placed.path("id"))
                .then()
                .body("status", equalTo(taken ? "confirmed" : "cancelled"))
                .body("payment_status", equalTo(taken ? "captured" : "voided")));
        assertThat(stripe.balance()).isEqualTo(taken ? 250 : 0);
        assertThat(stripe.charges()).isEqualTo(taken ? 1 : 0);
        assertThat(shelf.available(sku)).isEqualTo(taken ? 0 : 1);
    }

    @Test
    void aChargeThatIsTurnedAwayForTooManyRequestsMayBeTriedAgainAtOnce() {
        Shopper shopper = Shopper.ready(shelf.put(250, 1), 1);
        stripe.fail("confirm", Fault.RATE_LIMITED);
        shopper.complete("stripe", StripeStandIn.VISA, "k").then().statusCode(503);
        assertThat(stripe.intent(stripe.firstIntent()).path("status").asText()).isEqualTo("canceled");
        shopper.complete("stripe", StripeStandIn.VISA, "k").then().statusCode(201);
        assertThat(stripe.balance()).isEqualTo(250);
    }

    @Test
    void anIntentWhoseIdWasLostIsFoundByMakingItAgain() throws SQLException {
        stripe.fail("confirm", Fault.ERROR_AFTER);
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 1), 1), StripeStandIn.VISA);
        placed.then().statusCode(202);
        // As after a failover that lost the last commits.
        database.execute("UPDATE payment.payment SET provider_reference = NULL WHERE state = 'pending'");
        await().atMost(SOON)
                .untilAsserted(() -> Staff.order(placed.path("id")).then().body("status", equalTo("confirmed")));
        assertThat(stripe.intentsOf(Staff.order(placed.path("id")).path("payments[0].reference")))
                .hasSize(1);
        assertThat(stripe.balance()).isEqualTo(250);
    }

    @Test
    void anotherAmountThanWasAskedForIsNotPaidAndGoesBackVisibly() {
        String sku = shelf.put(250, 2);
        Shopper shopper = Shopper.ready(sku, 2);
        stripe.takeLess(1);
        Response placed = StripeShop.complete(shopper, StripeStandIn.VISA);
        placed.then().statusCode(402).body("code", equalTo("payment_declined"));
        assertThat(shelf.available(sku)).isEqualTo(2);
        assertThat(counted("fondaco_payment_mismatches_total", "provider=\"stripe\""))
                .isPositive();
        await().atMost(SOON).untilAsserted(() -> {
            makeRefundsDue();
            assertThat(stripe.balance()).isZero();
        });
        assertThat(stripe.charges()).isEqualTo(1);
        assertThat(stripe.refundsOf(stripe.firstIntent())).isEqualTo(1);
    }

    @Test
    void moneyThatArrivesForAnOrderThatWasCancelledGoesBack() {
        Response placed =
                StripeShop.complete(Shopper.ready(shelf.put(250, 1), 1), StripeStandIn.AUTHENTICATION_REQUIRED);
        String intent = intent(placed);
        Staff.verb(placed.path("id"), "cancel", Map.of()).then().statusCode(200).body("status", equalTo("cancelled"));
        assertThat(stripe.intent(intent).path("status").asText()).isEqualTo("canceled");
        stripe.takeAnyway(intent);
        StripeShop.post(stripe.event("payment_intent.succeeded", intent)).then().statusCode(204);
        Staff.order(placed.path("id"))
                .then()
                .body("status", equalTo("cancelled"))
                .body("payments[0].state", equalTo("captured"))
                .body("refunds.state", contains("succeeded"));
        assertThat(stripe.balance()).isZero();
    }

    @Test
    void partsAreRefundedOnceEachAndNeverMoreThanWasTaken() {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 10), 4), StripeStandIn.VISA);
        String order = placed.path("id");
        refund(order, 300, "a").then().statusCode(201).body("payment_status", equalTo("partially_refunded"));
        refund(order, 300, "a").then().statusCode(201).header("Idempotent-Replayed", "true");
        assertThat(stripe.balance()).isEqualTo(700);
        refund(order, 701, "b").then().statusCode(409).body("code", equalTo("refund_exceeds_captured"));
        refund(order, 700, "c")
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("refunds.provider_reference", not(hasItem(nullValue())));
        assertThat(stripe.balance()).isZero();
        assertThat(stripe.refundsOf(intent(placed))).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"SILENT_AFTER", "ERROR_AFTER"})
    void aRefundWhoseAnswerWasLostIsNotSentTwiceEvenAfterStripeForgotItsKey(Fault fault) {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 10), 4), StripeStandIn.VISA);
        stripe.fail("refund", fault);
        refund(placed.path("id"), 300, "a").then().statusCode(201).body("refunds.state", contains("pending"));
        stripe.forgetKeys();
        await().atMost(SOON).untilAsserted(() -> {
            makeRefundsDue();
            Staff.order(placed.path("id")).then().body("refunds.state", contains("succeeded"));
        });
        assertThat(stripe.refundsOf(intent(placed))).isEqualTo(1);
        assertThat(stripe.balance()).isEqualTo(700);
    }

    @Test
    void whatIsGivenBackInTheDashboardIsWrittenDownOnce() throws Exception {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 10), 4), StripeStandIn.VISA);
        String order = placed.path("id");
        refund(order, 100, "a").then().statusCode(201);
        stripe.refundInTheDashboard(intent(placed), 200);
        String event = stripe.event("charge.refunded", intent(placed));
        stripe.goDown();
        StripeShop.post(event).then().statusCode(503);
        stripe.heal();
        Together.all(4, _ -> StripeShop.post(event).then().statusCode(204));
        Staff.order(order)
                .then()
                .body("payment_status", equalTo("partially_refunded"))
                .body("payments[0].refunded.amount", equalTo(300))
                .body("refunds.amount.amount", contains(100, 200))
                .body("refunds.state", contains("succeeded", "succeeded"))
                .body("refunds.provider_reference", not(hasItem(nullValue())))
                .body("history.event", contains("placed", "refunded", "refunded"));
        refund(order, 701, "b").then().statusCode(409).body("code", equalTo("refund_exceeds_captured"));
        stripe.refundInTheDashboard(intent(placed), 300);
        stripe.refundInTheDashboard(intent(placed), 400);
        StripeShop.post(stripe.event("charge.refunded", intent(placed))).then().statusCode(204);
        Staff.order(order).then().body("payment_status", equalTo("refunded")).body("refunds.size()", equalTo(4));
        assertThat(stripe.balance()).isZero();
    }

    @Test
    void aRefundIsConfirmedByItsWebhook() {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 10), 4), StripeStandIn.VISA);
        stripe.fail("refund", Fault.SILENT_AFTER);
        refund(placed.path("id"), 300, "a").then().body("refunds.state", contains("pending"));
        String event = stripe.event("charge.refunded", intent(placed));
        StripeShop.post(event).then().statusCode(204);
        StripeShop.post(event).then().statusCode(204);
        Staff.order(placed.path("id")).then().body("refunds.state", contains("succeeded"));
        assertThat(stripe.refundsOf(intent(placed))).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"refund.failed", "charge.refund.updated", "refund.updated"})
    void aRefundThatTheBankSendsBackDaysLaterFailsAndItsUnitsCanBeRefundedAgain(String type) throws Exception {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 10), 4), StripeStandIn.VISA);
        String order = placed.path("id");
        Staff.verb(order, "refunds", Map.of("lines", lines(placed, 4)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("refunds.state", contains("succeeded"));
        stripe.failLater(intent(placed), 1_000);
        String event = stripe.event(type, intent(placed));
        stripe.goDown();
        StripeShop.post(event).then().statusCode(503);
        stripe.heal();
        Together.all(3, _ -> StripeShop.post(event).then().statusCode(204));
        Staff.order(order)
                .then()
                .body("payment_status", equalTo("captured"))
                .body("payments[0].refunded.amount", equalTo(0))
                .body("refunds.state", contains("failed"))
                .body("lines[0].refunded_quantity", equalTo(0))
                .body("history.event", contains("placed", "refunded", "refund_failed"));
        Staff.verb(order, "refunds", Map.of("lines", lines(placed, 4)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("lines[0].refunded_quantity", equalTo(4))
                .body("refunds.state", contains("failed", "succeeded"));
        assertThat(stripe.balance()).isZero();
    }

    @Test
    void aRefundOfTheDashboardThatFailsLaterIsSeenToo() {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 10), 4), StripeStandIn.VISA);
        stripe.refundInTheDashboard(intent(placed), 300);
        StripeShop.post(stripe.event("charge.refunded", intent(placed))).then().statusCode(204);
        Staff.order(placed.path("id")).then().body("payments[0].refunded.amount", equalTo(300));
        stripe.failLater(intent(placed), 300);
        StripeShop.post(stripe.event("refund.failed", intent(placed))).then().statusCode(204);
        Staff.order(placed.path("id"))
                .then()
                .body("payment_status", equalTo("captured"))
                .body("payments[0].refunded.amount", equalTo(0))
                .body("refunds.state", contains("failed"));
    }

    @Test
    void aRefusedRefundFreesItsUnitsAndWhatWasGivenBackInTheDashboardIsWrittenDownWithIt() {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(500, 10), 4), StripeStandIn.VISA);
        String order = placed.path("id");
        stripe.refundInTheDashboard(intent(placed), 1_000);
        Staff.verb(order, "refunds", Map.of("lines", lines(placed, 3)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("partially_refunded"))
                .body("payments[0].refunded.amount", equalTo(1_000))
                .body("refunds.state", contains("failed", "succeeded"))
                .body("lines[0].refunded_quantity", equalTo(0));
        Staff.verb(order, "refunds", Map.of("lines", lines(placed, 2)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("lines[0].refunded_quantity", equalTo(2));
        assertThat(stripe.balance()).isZero();
    }

    @Test
    void aDashboardRefundThatDoesNotFitBesideAPendingOneOfOursIsNotForgotten() throws Exception {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(500, 10), 4), StripeStandIn.VISA);
        String order = placed.path("id");
        stripe.refundInTheDashboard(intent(placed), 1_000);
        String event = stripe.event("charge.refunded", intent(placed));
        CountDownLatch listed = stripe.hold("list_refunds");
        CountDownLatch sent = stripe.hold("refund");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Response> told = threads.submit(() -> StripeShop.post(event));
            await().atMost(SOON).until(() -> !stripe.requests("list_refunds").isEmpty());
            Future<Response> refunded = threads.submit(() -> refund(order, 1_500, "a"));
            await().atMost(SOON).until(() -> !stripe.requests("refund").isEmpty());
            listed.countDown();
            told.get().then().statusCode(503);
            sent.countDown();
            refunded.get()
                    .then()
                    .statusCode(201)
                    .body("payment_status", equalTo("partially_refunded"))
                    .body("refunds.amount.amount", contains(1_500, 1_000))
                    .body("refunds.state", contains("failed", "succeeded"));
        }
        StripeShop.post(event).then().statusCode(204);
        Staff.order(order).then().body("payments[0].refunded.amount", equalTo(1_000));
        assertThat(stripe.balance()).isEqualTo(1_000);
    }

    private static List<Map<String, Object>> lines(Response order, int quantity) {
        return List.of(Map.of("line_id", order.path("lines[0].id"), "quantity", quantity));
    }

    @Test
    void onlyStripesOwnFreshWebhooksAreHeard() throws SQLException {
        Response placed =
                StripeShop.complete(Shopper.ready(shelf.put(250, 1), 1), StripeStandIn.AUTHENTICATION_REQUIRED);
        // The recovery asks by itself, and not now.
        database.execute(
                "UPDATE checkout.completion SET locked_until = now() + interval '1 minute' WHERE state = 'pending'");
        String intent = intent(placed);
        stripe.authenticate(intent, true);
        String event = stripe.event("payment_intent.succeeded", intent);
        int asked = stripe.requests();
        for (String signature : List.of(
                "",
                "nonsense",
                "t=1,v1=00",
                "t=abc,v1=00",
                "t=99999999999999999999,v1=00",
                "t,v1",
                "t=,v1=",
                StripeShop.signature(event, "whsec_of_somebody_else", Instant.now()),
                StripeShop.signature(event + " ", StripeShop.SECRET, Instant.now()),
                StripeShop.signature(event, StripeShop.SECRET, Instant.now().minus(Duration.ofMinutes(6))))) {
            StripeShop.post(event, signature).then().statusCode(401).body("code", equalTo("invalid_signature"));
        }
        given().contentType("application/json")
                .body(event)
                .post("/store/v1/payment-webhooks/stripe")
                .then()
                .statusCode(401);
        String large = "{\"padding\": \"%s\"}".formatted("x".repeat(300_000));
        StripeShop.post(large).then().statusCode(413);
        String malformed = "{\"type\": ";
        StripeShop.post(malformed).then().statusCode(400);
        String foreign = event.replace(intent, "pi_of_another_shop").replaceAll("payment_[0-9a-z]{26}", "nothing");
        StripeShop.post(foreign).then().statusCode(204);
        assertThat(stripe.requests()).isEqualTo(asked);
        Staff.order(placed.path("id")).then().body("status", equalTo("payment_pending"));
        // While secrets are rotated, both count.
        StripeShop.post(event, StripeShop.signature(event, StripeShop.OLD_SECRET, Instant.now()))
                .then()
                .statusCode(204);
        Staff.order(placed.path("id")).then().body("status", equalTo("confirmed"));
    }

    @Test
    void aWebhookThatComesWhileStripeIsAwayIsToBeSentAgain() {
        Response placed =
                StripeShop.complete(Shopper.ready(shelf.put(250, 1), 1), StripeStandIn.AUTHENTICATION_REQUIRED);
        String intent = intent(placed);
        stripe.authenticate(intent, true);
        stripe.goDown();
        String event = stripe.event("payment_intent.succeeded", intent);
        StripeShop.post(event).then().statusCode(503).header("Retry-After", notNullValue());
        Staff.order(placed.path("id")).then().body("status", equalTo("payment_pending"));
        stripe.heal();
        StripeShop.post(event).then().statusCode(204);
        Staff.order(placed.path("id")).then().body("status", equalTo("confirmed"));
    }

    @Test
    void anOpenBreakerSellsNothingAsksNobodyAndLeavesWhatIsUnknownUnknown() {
        stripe.fail("confirm", Fault.ERROR_AFTER);
        Response unknown = StripeShop.complete(Shopper.ready(shelf.put(250, 1), 1), StripeStandIn.VISA);
        unknown.then().statusCode(202);
        stripe.goDown();
        String sku = shelf.put(250, 100);
        Shopper shopper = Shopper.ready(sku, 1);
        await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> {
            int asked = stripe.requests("create").size();
            shopper.complete("stripe", StripeStandIn.VISA, "k").then().statusCode(503);
            return stripe.requests("create").size() == asked;
        });
        given().get("/q/metrics").then().body(containsString("fondaco_payment_breaker{provider=\"stripe\"}"));
        assertThat(counted("fondaco_payment_calls_seconds_count", "provider=\"stripe\",result=\"prevented\""))
                .isPositive();
        assertThat(shelf.available(sku)).isEqualTo(100);
        shopper.view().then().body("status", equalTo("open"));
        String event = stripe.event("payment_intent.succeeded", intent(unknown));
        await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> {
            shopper.complete("stripe", StripeStandIn.VISA, "k").then().statusCode(503);
            StripeShop.post(event).then().statusCode(503);
            return counted(
                            "fondaco_payment_calls_seconds_count",
                            "provider=\"stripe\",result=\"prevented\",verb=\"query\"")
                    > 0;
        });
        Staff.order(unknown.path("id")).then().body("status", equalTo("payment_pending"));
        stripe.heal();
        await().atMost(SOON).untilAsserted(() -> shopper.complete("stripe", StripeStandIn.VISA, "k")
                .then()
                .statusCode(201));
        await().atMost(SOON)
                .untilAsserted(() -> Staff.order(unknown.path("id")).then().body("status", equalTo("confirmed")));
        assertThat(stripe.charges()).isEqualTo(2);
        assertThat(stripe.balance()).isEqualTo(500);
    }

    private static Response refund(String order, long amount, String key) {
        return Staff.verb(order, "refunds", Map.of("amount", Map.of("amount", amount, "currency", "GBP")), key);
    }

    /** As if whoever sent them had been gone for as long as they are left to him. */
    private void makeRefundsDue() throws SQLException {
        database.execute("UPDATE payment.refund SET locked_until = now() WHERE state = 'pending'");
    }

    /** What a counter has come to: it is told from the start. */
    private static double counted(String name, String labels) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + "{" + labels))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
