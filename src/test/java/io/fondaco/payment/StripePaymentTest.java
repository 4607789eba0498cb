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
import io.fondaco.ConcurrentRunner;
import io.fondaco.IntegrationsProfile;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.Shopper;
import io.fondaco.payment.FakeStripe.Fault;
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

/** Purchases with Stripe, checked by the responses of the shop and by the records of the fake Stripe. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class StripePaymentTest extends StripeTestBase {
    @Test
    void cardIsChargedOnceForExactlyTheTotal() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 2);
        Response placed = shopper.complete("stripe", FakeStripe.VISA, "k");
        placed.then()
                .statusCode(201)
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"))
                .body("payment", nullValue());
        int requestsBefore = stripe.requests();
        shopper.complete("stripe", FakeStripe.VISA, "k").then().statusCode(201).header("Idempotent-Replayed", "true");
        assertThat(stripe.requests()).isEqualTo(requestsBefore);
        assertThat(stripe.chargeCount()).isEqualTo(1);
        assertThat(stripe.netCapturedAmount()).isEqualTo(500);
        Response order = AdminApi.getOrder(placed.path("id"));
        String payment = order.path("payments[0].reference");
        ObjectNode intent = stripe.intent(order.path("payments[0].provider_reference"));
        assertThat(intent.path("currency").asText()).isEqualTo("gbp");
        assertThat(intent.path("metadata").path("fondaco_payment").asText()).isEqualTo(payment);
        assertThat(stripe.requests("create"))
                .extracting(FakeStripe.RecordedRequest::idempotencyKey)
                .containsExactly(payment + ":create");
        assertThat(stripe.requests("create").getFirst().params()).doesNotContainKey("payment_method");
        assertThat(stripe.requests("confirm"))
                .extracting(FakeStripe.RecordedRequest::idempotencyKey)
                .containsExactly(payment + ":confirm");
    }

    @Test
    void declinedCardTakesNoMoneyAndItsIntentIsCancelled() {
        String sku = productFixture.createProduct(250, 2);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        StripeTestSupport.complete(shopper, FakeStripe.DECLINED)
                .then()
                .statusCode(402)
                .body("code", equalTo("payment_declined"));
        assertThat(productFixture.availableStock(sku)).isEqualTo(2);
        assertThat(stripe.intent(stripe.firstIntent()).path("status").asText()).isEqualTo("canceled");
        StripeTestSupport.complete(shopper, "pm_of_nobody").then().statusCode(402);
        StripeTestSupport.complete(shopper, FakeStripe.VISA).then().statusCode(201);
        assertThat(stripe.netCapturedAmount()).isEqualTo(500);
    }

    @Test
    void authenticationIsRequestedAndTheWebhookConfirmsTheOrderOnce() throws SQLException {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        Response placed = shopper.complete("stripe", FakeStripe.AUTHENTICATION_REQUIRED, "k");
        placed.then()
                .statusCode(202)
                .body("status", equalTo("payment_pending"))
                .body("order_token", notNullValue())
                .body("payment.provider", equalTo("stripe"))
                .body("payment.action.type", equalTo("use_stripe_sdk"))
                .body("payment.action.client_secret", containsString("_secret_"));
        shopper.complete("stripe", FakeStripe.AUTHENTICATION_REQUIRED, "k")
                .then()
                .statusCode(202)
                .header("Idempotent-Replayed", "true")
                .body("payment.action.client_secret", equalTo(placed.path("payment.action.client_secret")));
        assertThat(AdminApi.getOrder(placed.path("id")).asString()).doesNotContain("_secret_");
        assertThat(database.query("SELECT count(*) FROM checkout.attempt WHERE response_body LIKE '%\\_secret\\_%'"))
                .isEqualTo("0");
        String intent = intentId(placed);
        assertThat(stripe.netCapturedAmount()).isZero();
        StripeTestSupport.postWebhook(stripe.event("payment_intent.created", intent))
                .then()
                .statusCode(204);
        stripe.authenticate(intent, true);
        String event = stripe.event("payment_intent.succeeded", intent);
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("captured"))
                .body("history.event", contains("placed", "paid"));
        assertThat(stripe.netCapturedAmount()).isEqualTo(250);
        // The content of an outdated event is not trusted.
        StripeTestSupport.postWebhook(stripe.event("payment_intent.requires_action", intent))
                .then()
                .statusCode(204);
        StripeTestSupport.postWebhook(stripe.event("payment_intent.succeeded", intent)
                        .replace("payment_intent.succeeded", "payment_intent.payment_failed"))
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("history", hasSize(2));
        assertThat(database.query("SELECT count(*) FROM payment.payment WHERE action IS NOT NULL"))
                .isEqualTo("0");
        assertThat(productFixture.availableStock(sku)).isEqualTo(9);
    }

    @Test
    void webhookBeforeTheConfirmationChangesNothing() throws Exception {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1);
        CountDownLatch confirmation = stripe.pauseNext("confirm");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Response> placed = threads.submit(() -> StripeTestSupport.complete(shopper, FakeStripe.VISA));
            await().atMost(TIMEOUT).until(() -> stripe.requests("confirm").size() == 1);
            StripeTestSupport.postWebhook(stripe.event("payment_intent.created", stripe.firstIntent()))
                    .then()
                    .statusCode(204);
            shopper.getCart().then().body("status", equalTo("completing"));
            confirmation.countDown();
            placed.get().then().statusCode(201).body("payment_status", equalTo("captured"));
        }
        assertThat(stripe.netCapturedAmount()).isEqualTo(250);
    }

    @Test
    void failedAuthenticationCancelsTheOrderAndItCannotBePaidLater() {
        String sku = productFixture.createProduct(250, 1);
        Response placed =
                StripeTestSupport.complete(Shopper.readyToCheckout(sku, 1), FakeStripe.AUTHENTICATION_REQUIRED);
        String intent = intentId(placed);
        stripe.authenticate(intent, false);
        StripeTestSupport.postWebhook(stripe.event("payment_intent.payment_failed", intent))
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("failed"));
        assertThat(stripe.confirmInBrowser(intent)).isFalse();
        assertThat(stripe.netCapturedAmount()).isZero();
        assertThat(productFixture.availableStock(sku)).isEqualTo(1);
    }

    @Test
    void orderIsCancelledIfTheShopperNeverAuthenticates() throws SQLException {
        String sku = productFixture.createProduct(250, 1);
        Response placed =
                StripeTestSupport.complete(Shopper.readyToCheckout(sku, 1), FakeStripe.AUTHENTICATION_REQUIRED);
        database.execute("""
                UPDATE checkout.attempt SET created_at = now() - interval '31 minutes',
                                            next_attempt_at = now(), leased_until = now()
                 WHERE state = 'pending'
                """);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> AdminApi.getOrder(placed.path("id")).then().body("status", equalTo("cancelled")));
        assertThat(stripe.intent(intentId(placed)).path("status").asText()).isEqualTo("canceled");
        assertThat(productFixture.availableStock(sku)).isEqualTo(1);
    }

    /** No money is requested before the intent id is recorded, so no failure of the creation takes money. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void failedIntentCreationCanBeRetriedWithTheSameKey(Fault fault) {
        String sku = productFixture.createProduct(250, 1);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        stripe.failNext("create", fault);
        shopper.complete("stripe", FakeStripe.VISA, "k")
                .then()
                .statusCode(503)
                .header("Retry-After", equalTo("5"))
                .body("code", equalTo("payment_unavailable"));
        assertThat(productFixture.availableStock(sku)).isEqualTo(1);
        shopper.getCart().then().body("status", equalTo("open"));
        shopper.complete("stripe", FakeStripe.VISA, "k").then().statusCode(201);
        assertThat(stripe.chargeCount()).isEqualTo(1);
        assertThat(stripe.netCapturedAmount()).isEqualTo(250);
    }

    /**
     * The order is confirmed if the money was taken, and cancelled if it was not; no money is taken twice or kept
     * without an order.
     */
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"SILENT_AFTER", "SILENT_BEFORE", "ERROR_AFTER", "ERROR_BEFORE"})
    void chargeWithLostResponseIsResolvedByQuery(Fault fault) {
        String sku = productFixture.createProduct(250, 1);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        stripe.failNext("confirm", fault);
        Response placed = shopper.complete("stripe", FakeStripe.VISA, "k");
        placed.then().statusCode(202).body("status", equalTo("payment_pending"));
        // The payment is queried by its id, so the query works even after the keys have expired.
        stripe.expireIdempotencyKeys();
        boolean taken = fault == Fault.SILENT_AFTER || fault == Fault.ERROR_AFTER;
        await().atMost(TIMEOUT).untilAsserted(() -> AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo(taken ? "confirmed" : "cancelled"))
                .body("payment_status", equalTo(taken ? "captured" : "voided")));
        assertThat(stripe.netCapturedAmount()).isEqualTo(taken ? 250 : 0);
        assertThat(stripe.chargeCount()).isEqualTo(taken ? 1 : 0);
        assertThat(productFixture.availableStock(sku)).isEqualTo(taken ? 0 : 1);
    }

    @Test
    void rateLimitedChargeCanBeRetriedWithTheSameKey() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1);
        stripe.failNext("confirm", Fault.RATE_LIMITED);
        shopper.complete("stripe", FakeStripe.VISA, "k").then().statusCode(503);
        assertThat(stripe.intent(stripe.firstIntent()).path("status").asText()).isEqualTo("canceled");
        shopper.complete("stripe", FakeStripe.VISA, "k").then().statusCode(201);
        assertThat(stripe.netCapturedAmount()).isEqualTo(250);
    }

    @Test
    void intentWithLostIdIsFoundByCreatingItAgain() throws SQLException {
        stripe.failNext("confirm", Fault.ERROR_AFTER);
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1), FakeStripe.VISA);
        placed.then().statusCode(202);
        // As after a failover that lost the last commits.
        database.execute("UPDATE payment.payment SET provider_reference = NULL WHERE state = 'pending'");
        await().atMost(TIMEOUT)
                .untilAsserted(() -> AdminApi.getOrder(placed.path("id")).then().body("status", equalTo("confirmed")));
        assertThat(stripe.intentsOf(AdminApi.getOrder(placed.path("id")).path("payments[0].reference")))
                .hasSize(1);
        assertThat(stripe.netCapturedAmount()).isEqualTo(250);
    }

    @Test
    void capturedAmountThatDiffersIsRefundedAndCountedAsMismatch() {
        String sku = productFixture.createProduct(250, 2);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        stripe.chargeLess(1);
        Response placed = StripeTestSupport.complete(shopper, FakeStripe.VISA);
        placed.then().statusCode(402).body("code", equalTo("payment_declined"));
        assertThat(productFixture.availableStock(sku)).isEqualTo(2);
        assertThat(metricSum("fondaco_payment_mismatches_total", "provider=\"stripe\""))
                .isPositive();
        await().atMost(TIMEOUT).untilAsserted(() -> {
            makeRefundsDue();
            assertThat(stripe.netCapturedAmount()).isZero();
        });
        assertThat(stripe.chargeCount()).isEqualTo(1);
        assertThat(stripe.refundCount(stripe.firstIntent())).isEqualTo(1);
    }

    @Test
    void moneyForACancelledOrderIsRefunded() {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1), FakeStripe.AUTHENTICATION_REQUIRED);
        String intent = intentId(placed);
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"));
        assertThat(stripe.intent(intent).path("status").asText()).isEqualTo("canceled");
        stripe.chargeCanceledIntent(intent);
        StripeTestSupport.postWebhook(stripe.event("payment_intent.succeeded", intent))
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("status", equalTo("cancelled"))
                .body("payments[0].state", equalTo("captured"))
                .body("refunds.state", contains("succeeded"));
        assertThat(stripe.netCapturedAmount()).isZero();
    }

    @Test
    void partialRefundsAreMadeOnceAndNeverExceedTheCapturedAmount() {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4), FakeStripe.VISA);
        String order = placed.path("id");
        refund(order, 300, "a").then().statusCode(201).body("payment_status", equalTo("partially_refunded"));
        refund(order, 300, "a").then().statusCode(201).header("Idempotent-Replayed", "true");
        assertThat(stripe.netCapturedAmount()).isEqualTo(700);
        refund(order, 701, "b").then().statusCode(409).body("code", equalTo("refund_exceeds_captured"));
        refund(order, 700, "c")
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("refunds.provider_reference", not(hasItem(nullValue())));
        assertThat(stripe.netCapturedAmount()).isZero();
        assertThat(stripe.refundCount(intentId(placed))).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"SILENT_AFTER", "ERROR_AFTER"})
    void refundWithLostResponseIsNotSentTwiceAfterItsKeyExpired(Fault fault) {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4), FakeStripe.VISA);
        stripe.failNext("refund", fault);
        refund(placed.path("id"), 300, "a").then().statusCode(201).body("refunds.state", contains("pending"));
        stripe.expireIdempotencyKeys();
        await().atMost(TIMEOUT).untilAsserted(() -> {
            makeRefundsDue();
            AdminApi.getOrder(placed.path("id")).then().body("refunds.state", contains("succeeded"));
        });
        assertThat(stripe.refundCount(intentId(placed))).isEqualTo(1);
        assertThat(stripe.netCapturedAmount()).isEqualTo(700);
    }

    @Test
    void dashboardRefundIsRecordedOnce() throws Exception {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4), FakeStripe.VISA);
        String order = placed.path("id");
        refund(order, 100, "a").then().statusCode(201);
        stripe.refundInDashboard(intentId(placed), 200);
        String event = stripe.event("charge.refunded", intentId(placed));
        stripe.goDown();
        StripeTestSupport.postWebhook(event).then().statusCode(503);
        stripe.recover();
        ConcurrentRunner.runAll(
                4, _ -> StripeTestSupport.postWebhook(event).then().statusCode(204));
        AdminApi.getOrder(order)
                .then()
                .body("payment_status", equalTo("partially_refunded"))
                .body("payments[0].refunded.amount", equalTo(300))
                .body("refunds.amount.amount", contains(100, 200))
                .body("refunds.state", contains("succeeded", "succeeded"))
                .body("refunds.provider_reference", not(hasItem(nullValue())))
                .body("history.event", contains("placed", "refunded", "refunded"));
        refund(order, 701, "b").then().statusCode(409).body("code", equalTo("refund_exceeds_captured"));
        stripe.refundInDashboard(intentId(placed), 300);
        stripe.refundInDashboard(intentId(placed), 400);
        StripeTestSupport.postWebhook(stripe.event("charge.refunded", intentId(placed)))
                .then()
                .statusCode(204);
        AdminApi.getOrder(order)
                .then()
                .body("payment_status", equalTo("refunded"))
                .body("refunds.size()", equalTo(4));
        assertThat(stripe.netCapturedAmount()).isZero();
    }

    @Test
    void refundIsConfirmedByItsWebhook() {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4), FakeStripe.VISA);
        stripe.failNext("refund", Fault.SILENT_AFTER);
        refund(placed.path("id"), 300, "a").then().body("refunds.state", contains("pending"));
        String event = stripe.event("charge.refunded", intentId(placed));
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        AdminApi.getOrder(placed.path("id")).then().body("refunds.state", contains("succeeded"));
        assertThat(stripe.refundCount(intentId(placed))).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"refund.failed", "charge.refund.updated", "refund.updated"})
    void refundThatTheBankSendsBackFailsAndItsUnitsCanBeRefundedAgain(String type) throws Exception {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4), FakeStripe.VISA);
        String order = placed.path("id");
        AdminApi.orderAction(order, "refunds", Map.of("lines", lines(placed, 4)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("refunds.state", contains("succeeded"));
        stripe.failRefundLater(intentId(placed), 1_000);
        String event = stripe.event(type, intentId(placed));
        stripe.goDown();
        StripeTestSupport.postWebhook(event).then().statusCode(503);
        stripe.recover();
        ConcurrentRunner.runAll(
                3, _ -> StripeTestSupport.postWebhook(event).then().statusCode(204));
        AdminApi.getOrder(order)
                .then()
                .body("payment_status", equalTo("captured"))
                .body("payments[0].refunded.amount", equalTo(0))
                .body("refunds.state", contains("failed"))
                .body("lines[0].refunded_quantity", equalTo(0))
                .body("history.event", contains("placed", "refunded", "refund_failed"));
        AdminApi.orderAction(order, "refunds", Map.of("lines", lines(placed, 4)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("lines[0].refunded_quantity", equalTo(4))
                .body("refunds.state", contains("failed", "succeeded"));
        assertThat(stripe.netCapturedAmount()).isZero();
    }

    @Test
    void laterFailureOfADashboardRefundIsRecorded() {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4), FakeStripe.VISA);
        stripe.refundInDashboard(intentId(placed), 300);
        StripeTestSupport.postWebhook(stripe.event("charge.refunded", intentId(placed)))
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id")).then().body("payments[0].refunded.amount", equalTo(300));
        stripe.failRefundLater(intentId(placed), 300);
        StripeTestSupport.postWebhook(stripe.event("refund.failed", intentId(placed)))
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("payment_status", equalTo("captured"))
                .body("payments[0].refunded.amount", equalTo(0))
                .body("refunds.state", contains("failed"));
    }

    @Test
    void refusedRefundReleasesItsUnitsAndRecordsTheDashboardRefund() {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(500, 10), 4), FakeStripe.VISA);
        String order = placed.path("id");
        stripe.refundInDashboard(intentId(placed), 1_000);
        AdminApi.orderAction(order, "refunds", Map.of("lines", lines(placed, 3)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("partially_refunded"))
                .body("payments[0].refunded.amount", equalTo(1_000))
                .body("refunds.state", contains("failed", "succeeded"))
                .body("lines[0].refunded_quantity", equalTo(0));
        AdminApi.orderAction(order, "refunds", Map.of("lines", lines(placed, 2)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("lines[0].refunded_quantity", equalTo(2));
        assertThat(stripe.netCapturedAmount()).isZero();
    }

    @Test
    void dashboardRefundIsRecordedAfterAConflictingPendingRefundFails() throws Exception {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(500, 10), 4), FakeStripe.VISA);
        String order = placed.path("id");
        stripe.refundInDashboard(intentId(placed), 1_000);
        String event = stripe.event("charge.refunded", intentId(placed));
        CountDownLatch listingRefunds = stripe.pauseNext("list_refunds");
        CountDownLatch sendingRefund = stripe.pauseNext("refund");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Response> webhookResponse = threads.submit(() -> StripeTestSupport.postWebhook(event));
            await().atMost(TIMEOUT).until(() -> !stripe.requests("list_refunds").isEmpty());
            Future<Response> refunded = threads.submit(() -> refund(order, 1_500, "a"));
            await().atMost(TIMEOUT).until(() -> !stripe.requests("refund").isEmpty());
            listingRefunds.countDown();
            webhookResponse.get().then().statusCode(503);
            sendingRefund.countDown();
            refunded.get()
                    .then()
                    .statusCode(201)
                    .body("payment_status", equalTo("partially_refunded"))
                    .body("refunds.amount.amount", contains(1_500, 1_000))
                    .body("refunds.state", contains("failed", "succeeded"));
        }
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        AdminApi.getOrder(order).then().body("payments[0].refunded.amount", equalTo(1_000));
        assertThat(stripe.netCapturedAmount()).isEqualTo(1_000);
    }

    private static List<Map<String, Object>> lines(Response order, int quantity) {
        return List.of(Map.of("line_id", order.path("lines[0].id"), "quantity", quantity));
    }

    @Test
    void webhooksWithInvalidOrOldSignaturesAreRejected() throws SQLException {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1), FakeStripe.AUTHENTICATION_REQUIRED);
        // Prevents that checkout recovery queries the payment during this test.
        database.execute(
                "UPDATE checkout.attempt SET next_attempt_at = now() + interval '1 minute' WHERE state = 'pending'");
        String intent = intentId(placed);
        stripe.authenticate(intent, true);
        String event = stripe.event("payment_intent.succeeded", intent);
        int requestsBefore = stripe.requests();
        for (String signature : List.of(
                "",
                "nonsense",
                "t=1,v1=00",
                "t=abc,v1=00",
                "t=99999999999999999999,v1=00",
                "t,v1",
                "t=,v1=",
                StripeTestSupport.signature(event, "whsec_of_somebody_else", Instant.now()),
                StripeTestSupport.signature(event + " ", StripeTestSupport.WEBHOOK_SECRET, Instant.now()),
                StripeTestSupport.signature(
                        event, StripeTestSupport.WEBHOOK_SECRET, Instant.now().minus(Duration.ofMinutes(6))))) {
            StripeTestSupport.postWebhook(event, signature)
                    .then()
                    .statusCode(401)
                    .body("code", equalTo("invalid_signature"));
        }
        given().contentType("application/json")
                .body(event)
                .post("/store/v1/payment-webhooks/stripe")
                .then()
                .statusCode(401);
        String large = "{\"padding\": \"%s\"}".formatted("x".repeat(300_000));
        StripeTestSupport.postWebhook(large).then().statusCode(413);
        String malformed = "{\"type\": ";
        StripeTestSupport.postWebhook(malformed).then().statusCode(400);
        String foreign = event.replace(intent, "pi_of_another_shop").replaceAll("payment_[0-9a-z]{26}", "nothing");
        StripeTestSupport.postWebhook(foreign).then().statusCode(204);
        assertThat(stripe.requests()).isEqualTo(requestsBefore);
        AdminApi.getOrder(placed.path("id")).then().body("status", equalTo("payment_pending"));
        // During a rotation both secrets are accepted.
        StripeTestSupport.postWebhook(
                        event, StripeTestSupport.signature(event, StripeTestSupport.OLD_WEBHOOK_SECRET, Instant.now()))
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id")).then().body("status", equalTo("confirmed"));
    }

    @Test
    void webhookIsAnswered503WhileStripeIsUnavailable() {
        Response placed = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1), FakeStripe.AUTHENTICATION_REQUIRED);
        String intent = intentId(placed);
        stripe.authenticate(intent, true);
        stripe.goDown();
        String event = stripe.event("payment_intent.succeeded", intent);
        StripeTestSupport.postWebhook(event).then().statusCode(503).header("Retry-After", notNullValue());
        AdminApi.getOrder(placed.path("id")).then().body("status", equalTo("payment_pending"));
        stripe.recover();
        StripeTestSupport.postWebhook(event).then().statusCode(204);
        AdminApi.getOrder(placed.path("id")).then().body("status", equalTo("confirmed"));
    }

    @Test
    void openBreakerMakesNoCallsAndKeepsUnknownPaymentsPending() {
        stripe.failNext("confirm", Fault.ERROR_AFTER);
        Response unknown = StripeTestSupport.complete(
                Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1), FakeStripe.VISA);
        unknown.then().statusCode(202);
        stripe.goDown();
        String sku = productFixture.createProduct(250, 100);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(10)).until(() -> {
            int requestsBefore = stripe.requests("create").size();
            shopper.complete("stripe", FakeStripe.VISA, "k").then().statusCode(503);
            return stripe.requests("create").size() == requestsBefore;
        });
        given().get("/q/metrics").then().body(containsString("fondaco_payment_breaker{provider=\"stripe\"}"));
        assertThat(metricSum("fondaco_payment_calls_seconds_count", "provider=\"stripe\",result=\"prevented\""))
                .isPositive();
        assertThat(productFixture.availableStock(sku)).isEqualTo(100);
        shopper.getCart().then().body("status", equalTo("open"));
        String event = stripe.event("payment_intent.succeeded", intentId(unknown));
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(10)).until(() -> {
            shopper.complete("stripe", FakeStripe.VISA, "k").then().statusCode(503);
            StripeTestSupport.postWebhook(event).then().statusCode(503);
            return metricSum(
                            "fondaco_payment_calls_seconds_count",
                            "provider=\"stripe\",result=\"prevented\",verb=\"query\"")
                    > 0;
        });
        AdminApi.getOrder(unknown.path("id")).then().body("status", equalTo("payment_pending"));
        stripe.recover();
        await().atMost(TIMEOUT)
                .untilAsserted(() ->
                        shopper.complete("stripe", FakeStripe.VISA, "k").then().statusCode(201));
        await().atMost(TIMEOUT)
                .untilAsserted(
                        () -> AdminApi.getOrder(unknown.path("id")).then().body("status", equalTo("confirmed")));
        assertThat(stripe.chargeCount()).isEqualTo(2);
        assertThat(stripe.netCapturedAmount()).isEqualTo(500);
    }

    private static Response refund(String order, long amount, String key) {
        return AdminApi.orderAction(
                order, "refunds", Map.of("amount", Map.of("amount", amount, "currency", "GBP")), key);
    }

    /** Ends the leases of pending refunds, as if the pods that claimed them had died. */
    private void makeRefundsDue() throws SQLException {
        database.execute(
                "UPDATE payment.refund SET next_attempt_at = now(), leased_until = now() WHERE state = 'pending'");
    }

    /** Sum of a counter over all series with these labels; counters are registered at startup. */
    private static double metricSum(String name, String labels) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + "{" + labels))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
