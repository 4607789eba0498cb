package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
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

/** Coupons on carts and orders: what they take off, when they do not, and what goes back. */
@QuarkusTest
class CouponTest {
    private static final Map<String, Object> ADDRESS = Map.of(
            "name", "Ada Lovelace",
            "line1", "12 St James's Square",
            "city", "London",
            "postal_code", "SW1Y 4JH",
            "country", "GB");

    @Inject
    Shelf shelf;

    @Inject
    ShopDatabase database;

    @Test
    void aCouponMakesTheCartAndTheOrderCheaperToTheCent() {
        Coupon coupon = Coupon.amount(100, Map.of());
        Shopper shopper = Shopper.ready(shelf.put(333, 10), 2);
        add(shopper, shelf.put(99, 10));
        add(shopper, shelf.put(99, 10));
        coupons(shopper, coupon.code().toLowerCase(java.util.Locale.ROOT), coupon.code())
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
        Staff.order(placed.path("id"))
                .then()
                .body("discounts.title", contains("A amount"))
                .body("lines.discount.amount", contains(77, 12, 11))
                .body("payments[0].captured.amount", equalTo(764));
        assertThat(coupon.used()).isEqualTo(1);
    }

    @Test
    void whatComesWithAPastedCodeMakesNoDifference() {
        Coupon coupon = Coupon.amount(100, Map.of());
        for (String around : List.of(" ", "\t", "\u00a0", "\u2007", "\u202f", "\u3000", "\u200b", "\ufeff")) {
            coupons(Shopper.ready(shelf.put(250, 1), 1), around + coupon.code() + around)
                    .then()
                    .statusCode(200)
                    .body("coupon_codes", contains(coupon.code()));
        }
    }

    @Test
    void anOrderKeepsWhatItWasGivenWhateverBecomesOfThePromotion() {
        Coupon coupon = Coupon.percentage(1_000, Map.of());
        Shopper shopper = Shopper.ready(shelf.put(250, 10), 2);
        coupons(shopper, coupon.code());
        String order = shopper.complete("tok_ok").path("id");
        coupon.change(Map.of("title", "Another", "basis_points", 5_000));
        Staff.order(order)
                .then()
                .body("discounts.title", contains("A percentage"))
                .body("totals.discount.amount", equalTo(50));
    }

    @Test
    void aCouponThatDoesNotApplyIsAProblemAndNeverAFullPrice() {
        String sku = shelf.put(250, 10);
        Coupon early = Coupon.amount(10, Map.of("starts_at", "2099-01-01T00:00:00Z"));
        Coupon late = Coupon.amount(10, Map.of("ends_at", "2020-01-01T00:00:00Z"));
        Coupon large = Coupon.amount(10, Map.of("minimum_subtotals", List.of(Coupon.gbp(501))));
        Coupon other = Coupon.amount(10, Map.of("skus", List.of("NOT-IN-THE-CART")));
        Coupon euros =
                Coupon.percentage(10, Map.of("maximum_discounts", List.of(Map.of("amount", 1, "currency", "EUR"))));
        Coupon spent = Coupon.amount(10, Map.of("usage_limit", 1));
        Shopper first = Shopper.ready(sku, 1);
        coupons(first, spent.code());
        first.complete("tok_ok").then().statusCode(201);
        Shopper shopper = Shopper.ready(sku, 2);
        coupons(shopper, early.code(), late.code(), large.code(), other.code(), euros.code(), spent.code())
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
        coupons(shopper, large.code());
        add(shopper, shelf.put(1, 10));
        shopper.view().then().body("problems", empty()).body("totals.total.amount", equalTo(491));
        large.change(Map.of("active", false));
        shopper.view().then().body("problems.code", contains("unknown_coupon"));
        shopper.complete("tok_ok").then().statusCode(422).body("errors.code", contains("unknown_coupon"));
        coupons(shopper).then().body("problems", empty()).body("coupon_codes", empty());
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(501));
    }

    @Test
    void aCouponThatThereIsNotOrTooManyAreRefused() {
        Shopper shopper = Shopper.ready(shelf.put(250, 10), 1);
        Coupon real = Coupon.amount(10, Map.of());
        coupons(shopper, real.code(), "no-such", "b d")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_coupon"))
                .body("errors.pointer", contains("/coupon_codes/2"));
        coupons(shopper, real.code(), real.code(), "no-such")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/coupon_codes/2"));
        coupons(shopper, "a\0b").then().statusCode(422);
        coupons(shopper, IntStream.range(0, 11).mapToObj(index -> "C" + index).toArray(String[]::new))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/coupon_codes"));
        shopper.view().then().body("coupon_codes", empty());
    }

    @Test
    void onlyCombinableCouponsComeTogether() {
        Coupon tenth = Coupon.percentage(1_000, Map.of("combinable", true));
        Coupon pound = Coupon.amount(100, Map.of("combinable", true));
        Coupon alone = Coupon.amount(100, Map.of());
        Shopper shopper = Shopper.ready(shelf.put(500, 10), 2);
        coupons(shopper, pound.code(), tenth.code(), alone.code())
                .then()
                .body("discounts.code", contains(tenth.code(), pound.code()))
                .body("discounts.amount.amount", contains(100, 100))
                .body("problems.code", contains("coupon_not_combinable"))
                .body("problems.pointer", contains("/coupon_codes/2"));
        coupons(shopper, alone.code(), pound.code())
                .then()
                .body("discounts.code", contains(alone.code()))
                .body("problems.code", contains("coupon_not_combinable"));
    }

    @Test
    void freeShippingTakesOffWhatDeliveryCosts() {
        Coupon coupon = Coupon.freeShipping();
        Shopper shopper = Shopper.with(shelf.put(100, 10), 1);
        coupons(shopper, coupon.code()).then().body("discounts.amount.amount", contains(0));
        shopper.request().body(Map.of("shipping_address", ADDRESS)).patch(shopper.path(""));
        Response placed = shopper.complete("tok_ok");
        placed.then()
                .statusCode(201)
                .body("totals.shipping.amount", equalTo(395))
                .body("totals.discount.amount", equalTo(395))
                .body("totals.total.amount", equalTo(100))
                .body("lines.discount.amount", contains(0));
        Staff.verb(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("refunded"))
                .body("payments[0].refunded.amount", equalTo(100));
    }

    @Test
    void aCouponThatTookNothingOffIsNotUsed() {
        Coupon coupon = Coupon.freeShipping();
        Shopper shopper = Shopper.ready(shelf.put(100, 10), 1);
        coupons(shopper, coupon.code());
        shopper.complete("tok_ok").then().statusCode(201).body("discounts", empty());
        assertThat(coupon.used()).isZero();
    }

    @Test
    void whatCostsNothingAnyMoreCanBeOrderedAndCancelled() {
        Coupon coupon = Coupon.percentage(10_000, Map.of("usage_limit", 1));
        Shopper shopper = Shopper.ready(shelf.put(250, 10), 1);
        coupons(shopper, coupon.code());
        Response placed = shopper.complete("tok_declined");
        placed.then()
                .statusCode(201)
                .body("totals.total.amount", equalTo(0))
                .body("payment_status", equalTo("captured"));
        Staff.verb(placed.path("id"), "cancel", Map.of()).then().statusCode(200).body("status", equalTo("cancelled"));
        assertThat(coupon.used()).isZero();
    }

    @Test
    void anotherDiscountThanTheOneShownBuysNothing() {
        Coupon coupon = Coupon.amount(100, Map.of());
        Shopper shopper = Shopper.ready(shelf.put(250, 10), 1);
        coupons(shopper, coupon.code()).then().body("totals.total.amount", equalTo(150));
        coupon.change(Map.of("amounts", List.of(Coupon.gbp(90))));
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
        assertThat(coupon.used()).isZero();
    }

    @Test
    void unitsThatGoBackOneByOneGiveBackExactlyWhatWasPaid() {
        Coupon coupon = Coupon.amount(100, Map.of());
        String other = shelf.put(101, 10);
        Shopper shopper = Shopper.ready(shelf.put(333, 10), 3);
        add(shopper, other);
        coupons(shopper, coupon.code());
        Response placed = shopper.complete("tok_ok");
        placed.then().body("lines.discount.amount", contains(91, 9)).body("totals.total.amount", equalTo(1_000));
        for (int amount : new int[] {302, 303, 303}) {
            Response refunded = Staff.verb(placed.path("id"), "refunds", Map.of("lines", line(placed, 0, 1)));
            refunded.then().statusCode(201);
            assertThat(refunded.<List<Integer>>path("refunds.amount.amount").getLast())
                    .isEqualTo(amount);
        }
        Staff.verb(placed.path("id"), "refunds", Map.of("lines", line(placed, 1, 1)))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("payments[0].refunded.amount", equalTo(1_000));
    }

    @Test
    void unitsThatAreCancelledOrReturnedGiveBackWhatWasPaidToo() {
        Coupon coupon = Coupon.percentage(3_333, Map.of());
        Shopper shopper = Shopper.ready(shelf.put(100, 10), 3);
        coupons(shopper, coupon.code());
        Response placed = shopper.complete("tok_ok");
        placed.then().body("totals.total.amount", equalTo(200));
        Staff.verb(placed.path("id"), "cancel", Map.of("lines", line(placed, 0, 1)))
                .then()
                .body("cancelled_amount.amount", equalTo(66))
                .body("payments[0].refunded.amount", equalTo(66));
        assertThat(coupon.used()).isEqualTo(1);
        Staff.verb(placed.path("id"), "fulfillments", Map.of()).then().statusCode(201);
        Staff.verb(placed.path("id"), "returns", Map.of("lines", line(placed, 0, 2), "refund", true))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("payments[0].refunded.amount", equalTo(200));
    }

    @Test
    void anInvoiceIsCapturedForWhatIsLeftOfTheDiscountedPrice() {
        Coupon coupon = Coupon.amount(100, Map.of());
        Shopper shopper = Shopper.ready(shelf.put(333, 10), 3);
        coupons(shopper, coupon.code());
        Response placed = shopper.complete("manual", "", UUID.randomUUID().toString());
        Staff.verb(placed.path("id"), "cancel", Map.of("lines", line(placed, 0, 1)));
        Staff.verb(placed.path("id"), "capture", Map.of())
                .then()
                .statusCode(200)
                .body("payments[0].captured.amount", equalTo(600));
    }

    @Test
    void aCartWithoutCouponsAsksNothingAboutThem() throws Exception {
        Shopper plain = Shopper.ready(shelf.put(250, 10), 1);
        long before = statements();
        plain.complete("tok_ok").then().statusCode(201).body("discounts", empty());
        assertThat(statements()).isEqualTo(before);
        Coupon coupon = Coupon.amount(10, Map.of("usage_limit", 5));
        Shopper keen = Shopper.ready(shelf.put(250, 10), 1);
        coupons(keen, coupon.code());
        long ready = statements();
        keen.complete("tok_ok").then().statusCode(201);
        assertThat(statements() - ready).isEqualTo(3);
    }

    @Test
    void whatIsKeptOfACartWithoutCouponsSaysNothingOfThem() throws Exception {
        Shopper plain = Shopper.ready(shelf.put(250, 10), 1);
        plain.complete("tok_ok").then().statusCode(201);
        String snapshot =
                database.query("SELECT snapshot::text FROM checkout.completion ORDER BY created_at DESC LIMIT 1");
        assertThat(snapshot).contains("unit_price").doesNotContain("\"discounts\"", "\"discount\": null");
    }

    /** Statements that touched a table of promotions. */
    private long statements() throws Exception {
        return database.statements("promotion\\.");
    }

    private static Response coupons(Shopper shopper, String... codes) {
        return shopper.request().body(Map.of("coupon_codes", List.of(codes))).patch(shopper.path(""));
    }

    private static void add(Shopper shopper, String sku) {
        shopper.add(sku, 1).then().statusCode(200);
    }

    private static List<Map<String, Object>> line(Response order, int index, int quantity) {
        return List.of(Map.of("line_id", order.path("lines[%d].id".formatted(index)), "quantity", quantity));
    }
}
