package io.fondaco.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ConcurrentRunner;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Generated codes: each is redeemed once. */
@QuarkusTest
class PromotionCodeTest {
    private static final String PATH = "/admin/v1/promotions";

    @Inject
    ProductFixture productFixture;

    @Test
    void tenThousandCodesAreGeneratedListedAndExported() {
        String promotion = createPromotion();
        generate(promotion, Map.of("count", 10_000, "prefix", "spring-"))
                .then()
                .statusCode(202)
                .body("status", equalTo("done"))
                .body("count", equalTo(10_000))
                .body("promotion_id", equalTo(promotion));
        List<String> rows = AdminApi.request()
                .get(PATH + "/" + promotion + "/codes.csv")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .toList();
        assertThat(rows).hasSize(10_001).doesNotHaveDuplicates();
        assertThat(rows.getFirst()).isEqualTo("code,used,order_id,created_at,redeemed_at");
        assertThat(rows.subList(1, rows.size())).allMatch(row -> row.matches("SPRING-[A-HJ-NP-Z2-9]{12},false,,.*"));
        List<String> listed = new ArrayList<>();
        Response page = AdminApi.request().queryParam("limit", 100).get(PATH + "/" + promotion + "/codes");
        listed.addAll(page.path("data.code"));
        page = AdminApi.request()
                .queryParam("limit", 100)
                .queryParam("cursor", page.<String>path("next_cursor"))
                .get(PATH + "/" + promotion + "/codes");
        listed.addAll(page.path("data.code"));
        assertThat(listed)
                .isEqualTo(rows.subList(1, 201).stream()
                        .map(row -> row.substring(0, row.indexOf(',')))
                        .toList());
    }

    @Test
    void codeIsForOneOrder() {
        String promotion = createPromotion();
        String code = generateOne(promotion);
        String sku = productFixture.createProduct(1_000, 10);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        apply(shopper, " " + code.toLowerCase(Locale.ROOT) + "\u00a0")
                .then()
                .statusCode(200)
                .body("discounts.code", contains(code))
                .body("totals.total.amount", equalTo(900));
        Shopper waiting = Shopper.readyToCheckout(sku, 1);
        apply(waiting, code).then().body("problems", empty());
        Response placed = shopper.complete("tok_ok");
        placed.then().statusCode(201).body("discounts.code", contains(code));
        AdminApi.request()
                .queryParam("used", true)
                .get(PATH + "/" + promotion + "/codes")
                .then()
                .body("data.code", contains(code))
                .body("data.order_id", contains(placed.<String>path("id")));
        waiting.getCart().then().body("problems.code", contains("coupon_used_up"));
        waiting.complete("tok_ok").then().statusCode(409).body("code", equalTo("coupon_used_up"));
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of()).then().statusCode(200);
        AdminApi.request()
                .queryParam("used", false)
                .get(PATH + "/" + promotion + "/codes")
                .then()
                .body("data.code", contains(code));
        waiting.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(900));
    }

    @Test
    void declinedPaymentReleasesTheCode() {
        String code = generateOne(createPromotion());
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(1_000, 10), 1);
        apply(shopper, code);
        shopper.complete("tok_declined").then().statusCode(402);
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(900));
    }

    @Test
    void concurrentCartsRedeemACodeOnce() throws Exception {
        String code = generateOne(createPromotion());
        String sku = productFixture.createProduct(1_000, 100);
        List<Shopper> shoppers = ConcurrentRunner.runAll(16, 16, _ -> {
            Shopper shopper = Shopper.readyToCheckout(sku, 1);
            apply(shopper, code).then().statusCode(200);
            return shopper;
        });
        List<Integer> statuses = ConcurrentRunner.runAll(
                16, 16, n -> shoppers.get(n).complete("tok_ok").statusCode());
        assertThat(statuses).filteredOn(status -> status == 201).hasSize(1);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(15);
    }

    @Test
    void twoCodesOfOnePromotionAreNotCombined() {
        String promotion = createPromotion();
        generate(promotion, Map.of("count", 2)).then().statusCode(202);
        List<String> codes =
                AdminApi.request().get(PATH + "/" + promotion + "/codes").path("data.code");
        apply(Shopper.readyToCheckout(productFixture.createProduct(1_000, 10), 1), codes.toArray(String[]::new))
                .then()
                .body("discounts.code", contains(codes.getFirst()))
                .body("problems.code", contains("coupon_not_combinable"));
    }

    @Test
    void unusedCodesAreDeleted() {
        String promotion = createPromotion();
        String used = generateOne(promotion);
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(1_000, 10), 1);
        apply(shopper, used);
        shopper.complete("tok_ok").then().statusCode(201);
        generate(promotion, Map.of("count", 3)).then().statusCode(202);
        AdminApi.request()
                .delete(PATH + "/" + promotion + "/codes")
                .then()
                .statusCode(200)
                .body("deleted", equalTo(3));
        AdminApi.request().get(PATH + "/" + promotion + "/codes").then().body("data.code", contains(used));
    }

    @Test
    void invalidBatchesAreRejected() {
        String promotion = createPromotion();
        generate(promotion, Map.of("count", 0)).then().statusCode(422).body("errors.pointer", contains("/count"));
        generate(promotion, Map.of("count", 10_001)).then().statusCode(422).body("errors.pointer", contains("/count"));
        generate(promotion, Map.of("count", 1, "prefix", "a b"))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/prefix"));
        generate("promotion_01m86x2tq9f4v8m3k7b1d5c0za", Map.of("count", 1))
                .then()
                .statusCode(404);
        String sku = productFixture.createProduct(1_000, 10);
        try (AutomaticPromotionFixture automatic = AutomaticPromotionFixture.amountOff(sku, 1, Map.of())) {
            generate(automatic.id(), Map.of("count", 1))
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("automatic_promotion"));
        }
        AdminApi.request()
                .body(Map.of("code", generateOne(promotion), "title", "The same", "kind", "free_shipping"))
                .post(PATH)
                .then()
                .statusCode(409)
                .body("code", equalTo("code_taken"));
    }

    /** A promotion that has only generated codes. */
    private static String createPromotion() {
        Response created = AdminApi.request()
                .body(Map.of(
                        "name",
                        "A pound off",
                        "action",
                        Map.of("type", "amount", "amounts", List.of(AutomaticPromotionFixture.gbp(100)))))
                .post(PATH);
        created.then().statusCode(201);
        return created.path("id");
    }

    private static String generateOne(String promotion) {
        String prefix = "U" + UUID.randomUUID().toString().substring(0, 8).toUpperCase(Locale.ROOT) + "-";
        generate(promotion, Map.of("count", 1, "prefix", prefix)).then().statusCode(202);
        return AdminApi.request()
                .get(PATH + "/" + promotion + "/codes")
                .jsonPath()
                .getList("data.code", String.class)
                .stream()
                .filter(code -> code.startsWith(prefix))
                .findFirst()
                .orElseThrow();
    }

    private static Response generate(String promotion, Map<String, Object> body) {
        return AdminApi.request().body(body).post(PATH + "/" + promotion + "/codes");
    }

    private static Response apply(Shopper shopper, String... codes) {
        return shopper.request().body(Map.of("coupon_codes", List.of(codes))).patch(shopper.path(""));
    }
}
