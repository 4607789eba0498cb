package io.fondaco.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.fondaco.checkout.Shopper;
import io.fondaco.checkout.Staff;
import io.fondaco.payment.StripeStandIn.Fault;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Money that Stripe holds until the staff takes it, lets it go, or takes a part of it. */
@QuarkusTest
class StripeCaptureTest extends StripeCustomers {
    @Test
    void aPartIsCapturedAndTheRestLetGo() {
        Response placed = authorised();
        assertThat(stripe.held()).isEqualTo(1000);
        assertThat(stripe.balance()).isZero();
        capture(placed, 1001, "a").then().statusCode(422).body("code", equalTo("amount_out_of_range"));
        capture(placed, 400, "b")
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("captured"))
                .body("payments[0].captured.amount", equalTo(400));
        capture(placed, 400, "b").then().statusCode(200).header("Idempotent-Replayed", "true");
        capture(placed, 600, "c").then().statusCode(409).body("code", equalTo("not_capturable"));
        assertThat(stripe.balance()).isEqualTo(400);
        assertThat(stripe.held()).isZero();
        Staff.verb(placed.path("id"), "refunds", Map.of("amount", Map.of("amount", 401, "currency", "GBP")))
                .then()
                .statusCode(409);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aCaptureWhoseAnswerWasLostIsTakenOnce(Fault fault) {
        Response placed = authorised();
        stripe.fail("capture", fault, fault);
        Staff.verb(placed.path("id"), "capture", Map.of(), "a")
                .then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("code", equalTo("payment_outcome_unknown"));
        stripe.heal();
        await().atMost(SOON).untilAsserted(() -> Staff.verb(placed.path("id"), "capture", Map.of(), "a")
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("captured"))
                .body("payments[0].captured.amount", equalTo(1000)));
        assertThat(stripe.balance()).isEqualTo(1000);
        assertThat(stripe.held()).isZero();
    }

    @Test
    void whatIsHeldForACancelledOrderIsLetGoHoweverOftenStripeMustBeTold() throws Exception {
        Response placed = authorised();
        stripe.fail("cancel", Fault.ERROR_BEFORE, Fault.ERROR_BEFORE);
        Staff.verb(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("voided"));
        assertThat(stripe.held()).isEqualTo(1000);
        awaitRelease();
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        database.query("SELECT count(*) FROM payment.payment WHERE release_due IS NOT NULL"))
                .isEqualTo("0"));
        assertThat(stripe.balance()).isZero();
    }

    @Test
    void whatTheDashboardDoesIsWrittenDown() {
        Response taken = authorised();
        String intent = intent(taken);
        stripe.inTheDashboard(intent, "capture");
        String event = stripe.event("payment_intent.succeeded", intent);
        StripeShop.post(event).then().statusCode(204);
        StripeShop.post(event).then().statusCode(204);
        Staff.order(taken.path("id"))
                .then()
                .body("payment_status", equalTo("captured"))
                .body("history.event", contains("placed", "captured"));
        Response lost = authorised();
        stripe.inTheDashboard(intent(lost), "cancel");
        StripeShop.post(stripe.event("payment_intent.canceled", intent(lost)))
                .then()
                .statusCode(204);
        Staff.order(lost.path("id"))
                .then()
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("voided"))
                .body("history.event", contains("placed", "authorization_lost"));
        Staff.verb(lost.path("id"), "capture", Map.of()).then().statusCode(409);
    }

    @Test
    void aHoldOfAnotherAmountIsLetGoAndTheOrderDoesNotStand() throws Exception {
        Shopper shopper = Shopper.ready(shelf.put(250, 10), 4);
        stripe.takeLess(1);
        StripeShop.complete(shopper, StripeStandIn.VISA).then().statusCode(402);
        awaitRelease();
        assertThat(database.query(
                        "SELECT state FROM payment.payment WHERE provider = 'stripe' ORDER BY created_at DESC"))
                .isEqualTo("mismatched");
    }

    /** As if each time that Stripe is told again had come. */
    private void awaitRelease() {
        await().atMost(SOON).untilAsserted(() -> {
            database.execute("UPDATE payment.payment SET release_due = now() WHERE release_due IS NOT NULL");
            assertThat(stripe.held()).isZero();
        });
    }

    private Response authorised() {
        Response placed = StripeShop.complete(Shopper.ready(shelf.put(250, 10), 4), StripeStandIn.VISA);
        placed.then().statusCode(201).body("payment_status", equalTo("authorized"));
        return placed;
    }

    private static Response capture(Response placed, long amount, String key) {
        return Staff.verb(
                placed.path("id"), "capture", Map.of("amount", Map.of("amount", amount, "currency", "GBP")), key);
    }
}
