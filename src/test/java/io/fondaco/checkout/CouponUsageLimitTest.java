package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.cart.CartId;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.RequestKey;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Usage limits of coupons are never exceeded and unused redemptions are released, under races and crashes. */
@QuarkusTest
class CouponUsageLimitTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int THREADS = 16;
    private static final CompleteRequest REQUEST =
            new CompleteRequest(new CompleteRequest.PaymentRequest("test", "tok_ok"), null);

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Inject
    PrepareCheckout prepareCheckout;

    @Inject
    Payments payments;

    @Inject
    Inventory inventory;

    @Inject
    ResponseJson responseJson;

    @Test
    void concurrentCheckoutsNeverExceedTheUsageLimit() throws Exception {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 10));
        String sku = productFixture.createProduct(250, 1_000);
        List<Shopper> shoppers =
                ConcurrentRunner.runAll(64, THREADS, n -> shopper(sku, "buyer-" + n + "@example.org", coupon.code()));
        List<Response> answers =
                ConcurrentRunner.runAll(64, THREADS, n -> shoppers.get(n).complete("tok_ok"));
        List<Response> orders =
                answers.stream().filter(answer -> answer.statusCode() == 201).toList();
        assertThat(orders).hasSize(10);
        assertThat(orders).allSatisfy(order -> order.then()
                .body("discounts.code", contains(coupon.code()))
                .body("totals.total.amount", equalTo(150)));
        assertThat(answers).filteredOn(answer -> answer.statusCode() != 201).allSatisfy(answer -> answer.then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("coupon_used_up"))
                .body("errors.coupon", contains(coupon.code())));
        assertThat(coupon.usageCount()).isEqualTo(10);
        assertThat(redemptions(coupon)).isEqualTo(10);
        assertThat(productFixture.availableStock(sku)).isEqualTo(990);
    }

    @Test
    void concurrentCartsOfOneCustomerRedeemACouponOnce() throws Exception {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit_per_customer", 1));
        String sku = productFixture.createProduct(250, 1_000);
        String name = UUID.randomUUID().toString();
        List<Shopper> shoppers = ConcurrentRunner.runAll(
                8,
                THREADS,
                n -> shopper(
                        sku,
                        (n % 2 == 0 ? name : name.toUpperCase(java.util.Locale.ROOT)) + "@example.org",
                        coupon.code()));
        List<Response> answers =
                ConcurrentRunner.runAll(8, THREADS, n -> shoppers.get(n).complete("tok_ok"));
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 201).hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() != 201)
                .allSatisfy(answer -> answer.then().statusCode(409).body("code", equalTo("coupon_used_up")));
        assertThat(coupon.usageCount()).isEqualTo(1);
        shopper(sku, "another-" + name + "@example.org", coupon.code())
                .complete("tok_ok")
                .then()
                .statusCode(201);
        coupon.update(Map.of("usage_limit_per_customer", 2));
        shopper(sku, name + "@example.org", coupon.code())
                .complete("tok_ok")
                .then()
                .statusCode(201);
        Shopper third = shopper(sku, name + "@example.org", coupon.code());
        third.getCart().then().body("problems", empty());
        third.complete("tok_ok").then().statusCode(409).body("code", equalTo("coupon_used_up"));
        assertThat(coupon.usageCount()).isEqualTo(3);
    }

    /** Any client can put any e-mail address on a cart, so a cart must not disclose that customer's redemptions. */
    @Test
    void cartDoesNotDiscloseRedemptionsOfAnEmailAddress() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit_per_customer", 1));
        String sku = productFixture.createProduct(250, 10);
        String email = "victim-" + UUID.randomUUID() + "@example.org";
        shopper(sku, email, coupon.code()).complete("tok_ok").then().statusCode(201);
        Shopper curious = Shopper.readyToCheckout(sku, 1);
        String before = curious.request()
                .body(Map.of(
                        "email",
                        "nobody-" + UUID.randomUUID() + "@example.org",
                        "coupon_codes",
                        List.of(coupon.code())))
                .patch(curious.path(""))
                .then()
                .statusCode(200)
                .body("problems", empty())
                .body("totals.total.amount", equalTo(150))
                .extract()
                .jsonPath()
                .getString("discounts");
        Response patched = curious.request().body(Map.of("email", email)).patch(curious.path(""));
        patched.then().statusCode(200).body("problems", empty()).body("totals.total.amount", equalTo(150));
        assertThat(patched.jsonPath().getString("discounts")).isEqualTo(before);
        curious.getCart().then().body("problems", empty()).body("totals.total.amount", equalTo(150));
        curious.complete("tok_ok").then().statusCode(409).body("code", equalTo("coupon_used_up"));
    }

    @Test
    void emailVariantsCountAsTheSameCustomer() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit_per_customer", 1));
        String sku = productFixture.createProduct(250, 10);
        String name = UUID.randomUUID().toString();
        shopper(sku, name + "@m\u00fcller.example", coupon.code())
                .complete("tok_ok")
                .then()
                .statusCode(201)
                .body("email", equalTo(name + "@xn--mller-kva.example"));
        for (String same : List.of(
                "\u200b" + name + "@m\u00fcller.example",
                name.toUpperCase(java.util.Locale.ROOT) + "@MU\u0308LLER.example",
                name + "@xn--mller-kva.example")) {
            shopper(sku, same, coupon.code())
                    .complete("tok_ok")
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("coupon_used_up"));
        }
    }

    @Test
    void declinedPaymentReleasesTheRedemption() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 1, "usage_limit_per_customer", 1));
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = shopper(sku, "declined@example.org", coupon.code());
        shopper.complete("tok_declined").then().statusCode(402);
        assertThat(coupon.usageCount()).isZero();
        assertThat(redemptions(coupon)).isZero();
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(150));
        assertThat(coupon.usageCount()).isEqualTo(1);
        Shopper late = shopper(sku, "late@example.org", coupon.code());
        late.complete("tok_ok").then().statusCode(409).body("code", equalTo("coupon_used_up"));
        late.getCart().then().body("status", equalTo("open"));
    }

    @Test
    void pendingPaymentHoldsTheRedemption() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 1));
        String sku = productFixture.createProduct(250, 10);
        Response refused = shopper(sku, "a@example.org", coupon.code()).complete("tok_async");
        refused.then().statusCode(202);
        shopper(sku, "b@example.org", coupon.code()).complete("tok_ok").then().statusCode(409);
        sendWebhook(refused, "payment.declined");
        assertThat(coupon.usageCount()).isZero();
        Response paid = shopper(sku, "b@example.org", coupon.code()).complete("tok_async");
        sendWebhook(paid, "payment.captured");
        sendWebhook(paid, "payment.captured");
        AdminApi.getOrder(paid.path("id")).then().body("payment_status", equalTo("captured"));
        assertThat(coupon.usageCount()).isEqualTo(1);
    }

    @Test
    void cancelledOrderReleasesTheRedemptionOnce() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 2));
        String sku = productFixture.createProduct(250, 10);
        shopper(sku, "stays@example.org", coupon.code())
                .complete("tok_ok")
                .then()
                .statusCode(201);
        Response placed = shopper(sku, "goes@example.org", coupon.code()).complete("tok_ok");
        String key = UUID.randomUUID().toString();
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of(), key).then().statusCode(200);
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of(), key).then().statusCode(200);
        assertThat(coupon.usageCount()).isEqualTo(1);
    }

    @Test
    void outOfStockCheckoutRedeemsNoCoupon() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 1));
        Shopper shopper = shopper(productFixture.createProduct(250, 0), "short@example.org", coupon.code());
        shopper.complete("tok_ok").then().statusCode(409).body("code", equalTo("out_of_stock"));
        assertThat(coupon.usageCount()).isZero();
    }

    @Test
    @ActivateRequestContext
    void crashBeforeAuthorizationReleasesTheRedemption() throws Exception {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 1, "usage_limit_per_customer", 1));
        Shopper shopper = shopper(productFixture.createProduct(250, 1), "cut-off@example.org", coupon.code());
        PrepareCheckout.Preparation.Prepared prepared = prepareCheckout(shopper);
        assertThat(coupon.usageCount()).isEqualTo(1);
        expireLease(prepared);
        await().atMost(TIMEOUT).untilAsserted(() -> shopper.getCart().then().body("status", equalTo("open")));
        assertThat(coupon.usageCount()).isZero();
        assertThat(redemptions(coupon)).isZero();
        shopper.complete("test", "tok_ok", "k").then().statusCode(201).body("totals.total.amount", equalTo(150));
        assertThat(coupon.usageCount()).isEqualTo(1);
    }

    @Test
    @ActivateRequestContext
    void crashAfterCaptureKeepsTheRedemption() throws Exception {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 1));
        Shopper shopper = shopper(productFixture.createProduct(250, 1), "cut-off@example.org", coupon.code());
        PrepareCheckout.Preparation.Prepared prepared = prepareCheckout(shopper);
        assertThat(payments.authorize(prepared.payment(), "tok_ok").outcome()).isEqualTo(PaymentOutcome.CAPTURED);
        expireLease(prepared);
        await().atMost(TIMEOUT).untilAsserted(() -> shopper.getCart().then().body("status", equalTo("completed")));
        shopper.complete("test", "tok_ok", "k")
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("discounts.code", contains(coupon.code()))
                .body("totals.total.amount", equalTo(150));
        assertThat(coupon.usageCount()).isEqualTo(1);
    }

    @Test
    @ActivateRequestContext
    void soldOutAfterCaptureReleasesTheRedemptionAndRefunds() throws Exception {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", 1));
        String sku = productFixture.createProduct(250, 1);
        Shopper shopper = shopper(sku, "sold-out@example.org", coupon.code());
        PrepareCheckout.Preparation.Prepared prepared = prepareCheckout(shopper);
        assertThat(payments.authorize(prepared.payment(), "tok_ok").outcome()).isEqualTo(PaymentOutcome.CAPTURED);
        QuarkusTransaction.requiringNew().run(() -> {
            inventory.release(prepared.attempt().reservation().orElseThrow());
            inventory.recordCounts(List.of(new StockCount(StockKey.atDefaultLocation(sku), 0)), "test");
        });
        expireLease(prepared);
        await().atMost(TIMEOUT).untilAsserted(() -> shopper.getCart().then().body("status", equalTo("open")));
        assertThat(coupon.usageCount()).isZero();
        assertThat(database.query("SELECT sum(amount) FROM payment.refund WHERE payment_id = '%s'"
                        .formatted(prepared.payment().id().value())))
                .isEqualTo("150");
    }

    @Test
    void couponsInOppositeOrderDoNotDeadlock() throws Exception {
        Map<String, Object> terms = Map.of("combinable", true, "usage_limit", 1_000, "usage_limit_per_customer", 1_000);
        CouponFixture one = CouponFixture.amountOff(10, terms);
        CouponFixture two = CouponFixture.percentageOff(1_000, terms);
        String sku = productFixture.createProduct(250, 1_000);
        String email = UUID.randomUUID() + "@example.org";
        List<Shopper> shoppers = ConcurrentRunner.runAll(
                32,
                THREADS,
                n -> n % 2 == 0
                        ? shopper(sku, email, one.code(), two.code())
                        : shopper(sku, email, two.code(), one.code()));
        List<Integer> statuses = ConcurrentRunner.runAll(32, THREADS, n -> shoppers.get(n)
                .complete(n % 3 == 0 ? "tok_declined" : "tok_ok")
                .statusCode());
        List<Integer> expected = new ArrayList<>(Collections.nCopies(11, 402));
        expected.addAll(Collections.nCopies(21, 201));
        assertThat(statuses).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(one.usageCount()).isEqualTo(21);
        assertThat(two.usageCount()).isEqualTo(21);
        assertThat(customerUses(one)).isEqualTo(21);
        assertThat(customerUses(two)).isEqualTo(21);
    }

    private static Shopper shopper(String sku, String email, String... codes) {
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        shopper.request()
                .body(Map.of("email", email, "coupon_codes", List.of(codes)))
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        return shopper;
    }

    private static void sendWebhook(Response order, String event) {
        PaymentWebhookSender.send(AdminApi.getOrder(order.path("id")).path("payments[0].reference"), event)
                .then()
                .statusCode(204);
    }

    private int redemptions(CouponFixture coupon) {
        return queryInt(
                "SELECT count(*) FROM promotion.redemption r JOIN promotion.promotion p ON p.id = r.promotion_id"
                        + " WHERE p.code = '" + coupon.code() + "'");
    }

    private int customerUses(CouponFixture coupon) {
        return queryInt(
                "SELECT sum(u.used) FROM promotion.customer_usage u JOIN promotion.promotion p ON p.id = u.promotion_id"
                        + " WHERE p.code = '" + coupon.code() + "'");
    }

    private int queryInt(String sql) {
        try {
            return Integer.parseInt(database.query(sql));
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }

    private PrepareCheckout.Preparation.Prepared prepareCheckout(Shopper shopper) {
        return prepareCheckout.prepare(
                CartId.parse(shopper.cartId()),
                shopper.token(),
                RequestKey.required("k", responseJson.write(REQUEST)),
                REQUEST);
    }

    /** Expires the lease, as after a crash of the process that had it. */
    private void expireLease(PrepareCheckout.Preparation.Prepared prepared) throws Exception {
        database.execute("UPDATE checkout.attempt SET next_attempt_at = now(), leased_until = now() WHERE id = '%s'"
                .formatted(prepared.attempt().id()));
    }
}
