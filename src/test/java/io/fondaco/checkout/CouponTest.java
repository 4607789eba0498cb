package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Coupons on carts and orders: discounts, coupons that do not apply, and refunds of discounted units. */
@QuarkusTest
class CouponTest {
    private static final Map<String, Object> ADDRESS = Map.of(
            "name", "Ada Lovelace",
            "line1", "12 St James's Square",
            "city", "London",
            "postal_code", "SW1Y 4JH",
            "country", "GB");

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Test
    void couponDiscountsCartAndOrderToTheCent() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of());
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(333, 10), 2);
        add(shopper, productFixture.createProduct(99, 10));
        add(shopper, productFixture.createProduct(99, 10));
        applyCoupons(shopper, coupon.code().toLowerCase(java.util.Locale.ROOT), coupon.code())
                .then()
                .statusCode(200)
                .body("coupon_codes", contains(coupon.code()))
                .body("discounts.code", contains(coupon.code()))
                .body("discounts.title", contains("A amount"))
                .body("discounts.kind", contains("amount"))
                .body("discounts.amount.amount", contains(100))
                .body("totals.subtotal.amount", equalTo(864))
                .body("totals.discount.amount", equalTo(100))
                .body("totals.total.amount", equalTo(764))
                .body("problems", empty());
        Response placed = shopper.complete("tok_ok");
        placed.then()
                .statusCode(201)
                .body("discounts.code", contains(coupon.code()))
                .body("discounts.amount.amount", contains(100))
                .body("lines.total.amount", contains(666, 99, 99))
                .body("lines.discount.amount", contains(77, 12, 11))
                .body("totals.discount.amount", equalTo(100))
                .body("totals.total.amount", equalTo(764));
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("discounts.title", contains("A amount"))
                .body("lines.discount.amount", contains(77, 12, 11))
                .body("payments[0].captured.amount", equalTo(764));
        assertThat(coupon.usageCount()).isEqualTo(1);
    }

    @Test
    void whiteSpaceAroundACodeIsIgnored() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of());
        for (String around : List.of(" ", "\t", "\u00a0", "\u2007", "\u202f", "\u3000", "\u200b", "\ufeff")) {
            applyCoupons(
                            Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1),
                            around + coupon.code() + around)
                    .then()
                    .statusCode(200)
                    .body("coupon_codes", contains(coupon.code()));
        }
    }

    @Test
    void orderKeepsItsDiscountAfterThePromotionChanges() {
        CouponFixture coupon = CouponFixture.percentageOff(1_000, Map.of());
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 2);
        applyCoupons(shopper, coupon.code());
        String order = shopper.complete("tok_ok").path("id");
        coupon.update(Map.of("title", "Another", "basis_points", 5_000));
        AdminApi.getOrder(order)
                .then()
                .body("discounts.title", contains("A percentage"))
                .body("totals.discount.amount", equalTo(50));
    }

    @Test
    void inapplicableCouponIsAProblemAndBlocksCompletion() {
        String sku = productFixture.createProduct(250, 10);
        CouponFixture early = CouponFixture.amountOff(10, Map.of("starts_at", "2099-01-01T00:00:00Z"));
        CouponFixture late = CouponFixture.amountOff(10, Map.of("ends_at", "2020-01-01T00:00:00Z"));
        CouponFixture large = CouponFixture.amountOff(10, Map.of("minimum_subtotals", List.of(CouponFixture.gbp(501))));
        CouponFixture other = CouponFixture.amountOff(10, Map.of("skus", List.of("NOT-IN-THE-CART")));
        CouponFixture euros = CouponFixture.percentageOff(
                10, Map.of("maximum_discounts", List.of(Map.of("amount", 1, "currency", "EUR"))));
        CouponFixture spent = CouponFixture.amountOff(10, Map.of("usage_limit", 1));
        Shopper first = Shopper.readyToCheckout(sku, 1);
        applyCoupons(first, spent.code());
        first.complete("tok_ok").then().statusCode(201);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        applyCoupons(shopper, early.code(), late.code(), large.code(), other.code(), euros.code(), spent.code())
                .then()
                .statusCode(200)
                .body("discounts", empty())
                .body("totals.discount.amount", equalTo(0))
                .body(
                        "problems.code",
                        contains(
                                "coupon_not_started",
                                "coupon_expired",
                                "coupon_minimum_not_reached",
                                "coupon_not_applicable",
                                "coupon_not_applicable",
                                "coupon_used_up"))
                .body(
                        "problems.pointer",
                        equalTo(IntStream.range(0, 6)
                                .mapToObj(index -> "/coupon_codes/" + index)
                                .toList()))
                .body("problems[2].minimum_subtotal.amount", equalTo(501));
        shopper.complete("tok_ok")
                .then()
                .statusCode(422)
                .body("code", equalTo("cart_incomplete"))
                .body("errors.size()", equalTo(6));
        applyCoupons(shopper, large.code());
        add(shopper, productFixture.createProduct(1, 10));
        shopper.getCart().then().body("problems", empty()).body("totals.total.amount", equalTo(491));
        large.update(Map.of("active", false));
        shopper.getCart().then().body("problems.code", contains("unknown_coupon"));
        shopper.complete("tok_ok").then().statusCode(422).body("errors.code", contains("unknown_coupon"));
        applyCoupons(shopper).then().body("problems", empty()).body("coupon_codes", empty());
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(501));
    }

    @Test
    void unknownCouponsAndMoreThanTenAreRejected() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        CouponFixture real = CouponFixture.amountOff(10, Map.of());
        applyCoupons(shopper, real.code(), "no-such", "b d")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_coupon"))
                .body("errors.pointer", contains("/coupon_codes/2"));
        applyCoupons(shopper, real.code(), real.code(), "no-such")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/coupon_codes/2"));
        applyCoupons(shopper, "a\0b").then().statusCode(422);
        applyCoupons(
                        shopper,
                        IntStream.range(0, 11).mapToObj(index -> "C" + index).toArray(String[]::new))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/coupon_codes"));
        shopper.getCart().then().body("coupon_codes", empty());
    }

    @Test
    void onlyCombinableCouponsApplyTogether() {
        CouponFixture tenth = CouponFixture.percentageOff(1_000, Map.of("combinable", true));
        CouponFixture pound = CouponFixture.amountOff(100, Map.of("combinable", true));
        CouponFixture alone = CouponFixture.amountOff(100, Map.of());
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(500, 10), 2);
        applyCoupons(shopper, pound.code(), tenth.code(), alone.code())
                .then()
                .body("discounts.code", contains(tenth.code(), pound.code()))
                .body("discounts.amount.amount", contains(100, 100))
                .body("problems.code", contains("coupon_not_combinable"))
                .body("problems.pointer", contains("/coupon_codes/2"));
        applyCoupons(shopper, alone.code(), pound.code())
                .then()
                .body("discounts.code", contains(alone.code()))
                .body("problems.code", contains("coupon_not_combinable"));
    }

    @Test
    void freeShippingDiscountsTheShippingPrice() {
        CouponFixture coupon = CouponFixture.freeShipping();
        Shopper shopper = Shopper.withCart(productFixture.createProduct(100, 10), 1);
        applyCoupons(shopper, coupon.code()).then().body("discounts.amount.amount", contains(0));
        shopper.request().body(Map.of("shipping_address", ADDRESS)).patch(shopper.path(""));
        Response placed = shopper.complete("tok_ok");
        placed.then()
                .statusCode(201)
                .body("totals.shipping.amount", equalTo(395))
                .body("totals.discount.amount", equalTo(395))
                .body("totals.total.amount", equalTo(100))
                .body("lines.discount.amount", contains(0));
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("refunded"))
                .body("payments[0].refunded.amount", equalTo(100));
    }

    @Test
    void couponWithoutDiscountIsNotRedeemed() {
        CouponFixture coupon = CouponFixture.freeShipping();
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(100, 10), 1);
        applyCoupons(shopper, coupon.code());
        shopper.complete("tok_ok").then().statusCode(201).body("discounts", empty());
        assertThat(coupon.usageCount()).isZero();
    }

    @Test
    void fullyDiscountedCartCanBeOrderedAndCancelled() {
        CouponFixture coupon = CouponFixture.percentageOff(10_000, Map.of("usage_limit", 1));
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        applyCoupons(shopper, coupon.code());
        Response placed = shopper.complete("tok_declined");
        placed.then()
                .statusCode(201)
                .body("totals.total.amount", equalTo(0))
                .body("payment_status", equalTo("captured"));
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"));
        assertThat(coupon.usageCount()).isZero();
    }

    @Test
    void changedDiscountPlacesNoOrder() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of());
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        applyCoupons(shopper, coupon.code()).then().body("totals.total.amount", equalTo(150));
        coupon.update(Map.of("amounts", List.of(CouponFixture.gbp(90))));
        shopper.request()
                .header("Idempotency-Key", "k")
                .body("""
                        {"payment": {"provider": "test", "token": "tok_ok"},
                         "expected_total": {"amount": 150, "currency": "GBP"}}
                        """)
                .post(shopper.path("/complete"))
                .then()
                .statusCode(409)
                .body("code", equalTo("price_changed"))
                .body("total.amount", equalTo(160));
        assertThat(coupon.usageCount()).isZero();
    }

    @Test
    void refundsOfSingleUnitsAddUpToThePaidTotal() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of());
        String other = productFixture.createProduct(101, 10);
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(333, 10), 3);
        add(shopper, other);
        applyCoupons(shopper, coupon.code());
        Response placed = shopper.complete("tok_ok");
        placed.then().body("lines.discount.amount", contains(91, 9)).body("totals.total.amount", equalTo(1_000));
        for (int amount : new int[] {302, 303, 303}) {
            Response refunded = AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", line(placed, 0, 1)));
            refunded.then().statusCode(201);
            assertThat(refunded.<List<Integer>>path("refunds.amount.amount").getLast())
                    .isEqualTo(amount);
        }
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", line(placed, 1, 1)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("payments[0].refunded.amount", equalTo(1_000));
    }

    @Test
    void cancelledAndReturnedUnitsRefundTheDiscountedPrice() {
        CouponFixture coupon = CouponFixture.percentageOff(3_333, Map.of());
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(100, 10), 3);
        applyCoupons(shopper, coupon.code());
        Response placed = shopper.complete("tok_ok");
        placed.then().body("totals.total.amount", equalTo(200));
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of("lines", line(placed, 0, 1)))
                .then()
                .body("cancelled_amount.amount", equalTo(66))
                .body("payments[0].refunded.amount", equalTo(66));
        assertThat(coupon.usageCount()).isEqualTo(1);
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of()).then().statusCode(201);
        AdminApi.orderAction(placed.path("id"), "returns", Map.of("lines", line(placed, 0, 2), "refund", true))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("payments[0].refunded.amount", equalTo(200));
    }

    @Test
    void captureTakesTheDiscountedTotalLessCancellations() {
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of());
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(333, 10), 3);
        applyCoupons(shopper, coupon.code());
        Response placed = shopper.complete("manual", "", UUID.randomUUID().toString());
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of("lines", line(placed, 0, 1)));
        AdminApi.orderAction(placed.path("id"), "capture", Map.of())
                .then()
                .statusCode(200)
                .body("payments[0].captured.amount", equalTo(600));
    }

    @Test
    void cartWithoutCouponsExecutesNoPromotionStatements() throws Exception {
        Shopper plain = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        long before = statements();
        plain.complete("tok_ok").then().statusCode(201).body("discounts", empty());
        assertThat(statements()).isEqualTo(before);
        CouponFixture coupon = CouponFixture.amountOff(10, Map.of("usage_limit", 50));
        String sku = productFixture.createProduct(250, 100);
        // A product that has just been created is priced from the database once more, until this pod has read the log.
        await().pollInSameThread().until(() -> checkoutStatements(sku, coupon) == 2);
        for (int checkout = 0; checkout < 3; checkout++) {
            assertThat(checkoutStatements(sku, coupon)).isEqualTo(2);
        }
    }

    /** The number of statements on tables of promotions that a checkout with this coupon executes. */
    private long checkoutStatements(String sku, CouponFixture coupon) throws Exception {
        Shopper keen = Shopper.readyToCheckout(sku, 1);
        applyCoupons(keen, coupon.code());
        long ready = statements();
        keen.complete("tok_ok").then().statusCode(201);
        return statements() - ready;
    }

    @Test
    void snapshotWithoutCouponsHasNoDiscounts() throws Exception {
        Shopper plain = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        plain.complete("tok_ok").then().statusCode(201);
        String snapshot =
                database.query("SELECT snapshot::text FROM checkout.attempt ORDER BY created_at DESC LIMIT 1");
        assertThat(snapshot).contains("unit_price").doesNotContain("\"discounts\"", "\"discount\": null");
    }

    /** The number of statements on tables of promotions. */
    private long statements() throws Exception {
        return database.countStatements("promotion\\.");
    }

    private static Response applyCoupons(Shopper shopper, String... codes) {
        return shopper.request().body(Map.of("coupon_codes", List.of(codes))).patch(shopper.path(""));
    }

    private static void add(Shopper shopper, String sku) {
        shopper.addLine(sku, 1).then().statusCode(200);
    }

    private static List<Map<String, Object>> line(Response order, int index, int quantity) {
        return List.of(Map.of("line_id", order.path("lines[%d].id".formatted(index)), "quantity", quantity));
    }
}
