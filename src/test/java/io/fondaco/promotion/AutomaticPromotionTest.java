package io.fondaco.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.CouponFixture;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Automatic promotions on carts and orders, and their limits under races. */
@QuarkusTest
class AutomaticPromotionTest {
    private static final int THREADS = 16;

    @Inject
    ProductFixture productFixture;

    @Inject
    Catalog catalog;

    @Test
    void automaticPromotionDiscountsCartAndOrderWithoutACode() {
        String sku = productFixture.createProduct(1_000, 10);
        String other = productFixture.createProduct(500, 10);
        try (AutomaticPromotionFixture promotion =
                AutomaticPromotionFixture.create(sku, Map.of("type", "percentage", "basis_points", 1_000), Map.of())) {
            Shopper shopper = Shopper.readyToCheckout(List.of(other, sku), 2);
            Response cart = shopper.getCart();
            cart.then()
                    .body("discounts.promotion_id", contains(promotion.id()))
                    .body("discounts.name", contains("Automatic"))
                    .body("discounts.title", contains("Automatic"))
                    .body("discounts.kind", contains("percentage"))
                    .body("discounts[0].code", nullValue())
                    .body("discounts.amount.amount", contains(200))
                    .body("discounts[0].lines.line_id", contains(cart.<String>path("lines[1].id")))
                    .body("discounts[0].lines.amount.amount", contains(200))
                    .body("totals.discount.amount", equalTo(200))
                    .body("totals.total.amount", equalTo(2_800))
                    .body("problems", empty());
            Response placed = shopper.complete("tok_ok");
            placed.then()
                    .statusCode(201)
                    .body("discounts.promotion_id", contains(promotion.id()))
                    .body("discounts[0].lines.line_id", contains(placed.<String>path("lines[1].id")))
                    .body("lines.discount.amount", contains(0, 200))
                    .body("totals.total.amount", equalTo(2_800));
            AdminApi.getOrder(placed.path("id"))
                    .then()
                    .body("discounts[0].lines.line_id", contains(placed.<String>path("lines[1].id")));
            promotion.get().then().body("used", equalTo(1));
        }
    }

    @Test
    void changeAndDeletionOfAnAutomaticPromotionAreSeenByCarts() {
        String sku = productFixture.createProduct(1_000, 10);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        shopper.getCart().then().body("totals.total.amount", equalTo(1_000));
        try (AutomaticPromotionFixture promotion = AutomaticPromotionFixture.amountOff(sku, 100, Map.of())) {
            shopper.getCart().then().body("totals.total.amount", equalTo(900));
            promotion.update(
                    Map.of("action", Map.of("type", "amount", "amounts", List.of(AutomaticPromotionFixture.gbp(250)))));
            shopper.getCart().then().body("totals.total.amount", equalTo(750));
            promotion.update(Map.of("active", false));
            shopper.getCart().then().body("totals.total.amount", equalTo(1_000)).body("discounts", empty());
            promotion.update(Map.of("active", true));
            shopper.getCart().then().body("totals.total.amount", equalTo(750));
        }
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(1_000));
    }

    @Test
    void conditionOnAttributesFollowsTheCatalog() {
        String sku = productFixture.createProduct(1_000, 10);
        Map<String, Object> condition =
                Map.of("type", "attributes", "attributes", Map.of("material", "linen", "test", sku));
        try (AutomaticPromotionFixture promotion = AutomaticPromotionFixture.create(
                sku, Map.of("type", "percentage", "basis_points", 1_000), Map.of("conditions", List.of(condition)))) {
            promotion.get().then().body("conditions", contains(condition));
            Shopper shopper = Shopper.readyToCheckout(sku, 1);
            shopper.getCart().then().body("totals.total.amount", equalTo(1_000));
            setAttributes(sku, Map.of("material", "wool", "test", sku), Map.of());
            shopper.getCart().then().body("totals.total.amount", equalTo(1_000));
            setAttributes(sku, Map.of("material", "wool", "test", sku), Map.of("material", "linen"));
            shopper.getCart().then().body("totals.total.amount", equalTo(900));
            setAttributes(sku, Map.of("material", "linen"), Map.of());
            shopper.getCart().then().body("totals.total.amount", equalTo(1_000));
            setAttributes(sku, Map.of("material", "linen", "test", sku), Map.of());
            shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(900));
        }
    }

    private void setAttributes(String sku, Map<String, String> ofProduct, Map<String, String> ofVariant) {
        QuarkusTransaction.requiringNew().run(() -> {
            VariantDraft variant = new VariantDraft(
                    sku, null, null, null, null, null, null, null, null, null, null, null, null, ofVariant);
            ProductDraft product = ProductDraft.ofVariants(ProductFixture.slug(sku), List.of(variant))
                    .withAttributes(ofProduct);
            assertThat(catalog.upsert(List.of(product)).getFirst().productChange())
                    .isPresent();
        });
    }

    @Test
    void couponThatIsNotCombinableReplacesAutomaticPromotions() {
        String sku = productFixture.createProduct(1_000, 10);
        CouponFixture alone = CouponFixture.amountOff(50, Map.of());
        CouponFixture combinable = CouponFixture.amountOff(50, Map.of("combinable", true));
        try (AutomaticPromotionFixture _ = AutomaticPromotionFixture.amountOff(sku, 100, Map.of())) {
            Shopper shopper = Shopper.readyToCheckout(sku, 1);
            apply(shopper, alone)
                    .then()
                    .body("discounts.code", contains(alone.code()))
                    .body("problems", empty());
            apply(shopper, combinable)
                    .then()
                    .body("totals.total.amount", equalTo(850))
                    .body("problems", empty());
            shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(850));
        }
    }

    @Test
    void budgetIsNeverExceededAndNothingOfItIsLost() throws Exception {
        String sku = productFixture.createProduct(1_000, 1_000);
        try (AutomaticPromotionFixture promotion = AutomaticPromotionFixture.amountOff(
                sku, 100, Map.of("budgets", List.of(AutomaticPromotionFixture.gbp(1_050))))) {
            List<Shopper> shoppers =
                    ConcurrentRunner.runAll(40, THREADS, n -> shopper(sku, "budget-" + n + "@example.org"));
            List<Response> orders =
                    ConcurrentRunner.runAll(40, THREADS, n -> shoppers.get(n).complete("tok_ok"));
            assertThat(orders).extracting(Response::statusCode).containsOnly(201);
            List<Response> discounted = orders.stream()
                    .filter(order -> order.<Integer>path("totals.total.amount") == 900)
                    .toList();
            assertThat(discounted).hasSize(10);
            promotion.get().then().body("budgets_used.amount", contains(1_000));
            shopper(sku, "late@example.org").getCart().then().body("discounts", empty());
            AdminApi.orderAction(discounted.getFirst().path("id"), "cancel", Map.of())
                    .then()
                    .statusCode(200);
            promotion.get().then().body("budgets_used.amount", contains(900));
            shopper(sku, "after@example.org")
                    .complete("tok_ok")
                    .then()
                    .statusCode(201)
                    .body("totals.total.amount", equalTo(900));
        }
    }

    @Test
    void usageLimitOfAnAutomaticPromotionIsNeverExceeded() throws Exception {
        String sku = productFixture.createProduct(1_000, 1_000);
        try (AutomaticPromotionFixture promotion =
                AutomaticPromotionFixture.amountOff(sku, 100, Map.of("usage_limit", 7))) {
            List<Shopper> shoppers =
                    ConcurrentRunner.runAll(32, THREADS, n -> shopper(sku, "limit-" + n + "@example.org"));
            List<Integer> totals = ConcurrentRunner.runAll(
                    32, THREADS, n -> shoppers.get(n).complete("tok_ok").path("totals.total.amount"));
            assertThat(totals).filteredOn(total -> total == 900).hasSize(7);
            assertThat(totals).filteredOn(total -> total == 1_000).hasSize(25);
            promotion.get().then().body("used", equalTo(7));
        }
    }

    @Test
    void customerWhoHasReachedTheLimitPaysTheTotalWithoutThePromotion() {
        String sku = productFixture.createProduct(1_000, 10);
        String email = UUID.randomUUID() + "@example.org";
        try (AutomaticPromotionFixture _ =
                AutomaticPromotionFixture.amountOff(sku, 100, Map.of("usage_limit_per_customer", 1))) {
            shopper(sku, email).complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(900));
            Shopper again = shopper(sku, email);
            again.getCart().then().body("totals.total.amount", equalTo(900));
            complete(again, 900)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("price_changed"))
                    .body("total.amount", equalTo(1_000));
            complete(again, 1_000)
                    .then()
                    .statusCode(201)
                    .body("discounts", empty())
                    .body("totals.total.amount", equalTo(1_000));
        }
    }

    @Test
    void promotionForFirstOrdersIsRefusedToACustomerWhoHasOrdered() {
        String sku = productFixture.createProduct(1_000, 10);
        String email = UUID.randomUUID() + "@example.org";
        Map<String, Object> firstOrder = Map.of(
                "conditions", List.of(Map.of("type", "first_order"), Map.of("type", "skus", "skus", List.of(sku))));
        try (AutomaticPromotionFixture _ = AutomaticPromotionFixture.amountOff(sku, 100, firstOrder)) {
            Shopper newCustomer = shopper(sku, email);
            newCustomer.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(900));
            Shopper returning = shopper(sku, email.toUpperCase(Locale.ROOT));
            returning.getCart().then().body("totals.total.amount", equalTo(900)).body("problems", empty());
            complete(returning, 1_000).then().statusCode(201).body("totals.total.amount", equalTo(1_000));
        }
    }

    @Test
    void couponForFirstOrdersIsRefusedToACustomerWhoHasOrdered() {
        String sku = productFixture.createProduct(1_000, 10);
        String email = UUID.randomUUID() + "@example.org";
        CouponFixture coupon =
                CouponFixture.amountOff(100, Map.of("conditions", List.of(Map.of("type", "first_order"))));
        shopper(sku, email).complete("tok_ok").then().statusCode(201);
        Shopper returning = shopper(sku, email);
        apply(returning, coupon).then().body("problems", empty());
        returning
                .complete("tok_ok")
                .then()
                .statusCode(409)
                .body("code", equalTo("coupon_first_order_only"))
                .body("errors.coupon", contains(coupon.code()));
    }

    @Test
    void exclusivePromotionOfAHigherPriorityExcludesACoupon() {
        String sku = productFixture.createProduct(1_000, 10);
        CouponFixture coupon = CouponFixture.amountOff(50, Map.of());
        try (AutomaticPromotionFixture _ =
                AutomaticPromotionFixture.amountOff(sku, 100, Map.of("priority", 10, "stacking", "exclusive"))) {
            apply(Shopper.readyToCheckout(sku, 1), coupon)
                    .then()
                    .body("discounts.name", contains("Automatic"))
                    .body("problems.code", contains("coupon_excluded"))
                    .body("problems.excluded_by", contains("Automatic"));
        }
    }

    @Test
    void categoryIncludesItsDescendants() {
        String tag = UUID.randomUUID().toString();
        String sku = productFixture.createProduct("Grinder", List.of(List.of("Kitchen " + tag, "Coffee")), 1_000, 10);
        List<Map<String, Object>> roots =
                AdminApi.request().get("/store/v1/categories").path("data");
        Object kitchen = roots.stream()
                .filter(category -> String.valueOf(category.get("name")).equals("Kitchen " + tag))
                .findFirst()
                .orElseThrow()
                .get("id");
        Map<String, Object> inKitchen =
                Map.of("conditions", List.of(Map.of("type", "categories", "categories", List.of(kitchen))));
        try (AutomaticPromotionFixture _ = AutomaticPromotionFixture.amountOff(sku, 100, inKitchen)) {
            Shopper.withCart(sku, 1).getCart().then().body("totals.discount.amount", equalTo(100));
        }
    }

    private static Shopper shopper(String sku, String email) {
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        shopper.request()
                .body(Map.of("email", email))
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        return shopper;
    }

    private static Response apply(Shopper shopper, CouponFixture coupon) {
        return shopper.request()
                .body(Map.of("coupon_codes", List.of(coupon.code())))
                .patch(shopper.path(""));
    }

    private static Response complete(Shopper shopper, long expected) {
        return shopper.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Map.of(
                        "payment",
                        Map.of("provider", "test", "token", "tok_ok"),
                        "expected_total",
                        AutomaticPromotionFixture.gbp(expected)))
                .post(shopper.path("/complete"));
    }
}
