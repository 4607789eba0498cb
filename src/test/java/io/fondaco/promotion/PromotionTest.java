package io.fondaco.promotion;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.common.mapper.TypeRef;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
class PromotionTest {
    private static final String PATH = "/admin/v1/promotions";
    private static final List<Map<String, Object>> EIGHT_OFF = List.of(money(800, "EUR"), money(900, "GBP"));

    @Inject
    ShopDatabase database;

    @Test
    void promotionIsCreatedReadChangedAndDeleted() {
        String code = randomCode();
        Response created = createPromotion(Map.of(
                "code",
                code.toLowerCase(Locale.ROOT),
                "title",
                "Ten percent",
                "kind",
                "percentage",
                "basis_points",
                1_000,
                "minimum_subtotals",
                List.of(Map.of("amount", 2_000, "currency", "EUR")),
                "ends_at",
                "2099-01-01T00:00:00Z",
                "usage_limit",
                10));
        created.then()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("id", startsWith("promotion_"))
                .body("code", equalTo(code))
                .body("basis_points", equalTo(1_000))
                .body("combinable", equalTo(false))
                .body("stacking", equalTo("exclusive"))
                .body("trigger", equalTo("code"))
                .body("name", equalTo("Ten percent"))
                .body("action", equalTo(Map.of("type", "percentage", "basis_points", 1_000)))
                .body("conditions", empty())
                .body("priority", equalTo(0))
                .body("active", equalTo(true))
                .body("used", equalTo(0))
                .body("starts_at", nullValue());
        String path = PATH + "/" + created.path("id");
        AdminApi.request().get(path).then().statusCode(200).body("code", equalTo(code));
        AdminApi.request().body(Map.of("title", "x")).patch(path).then().statusCode(428);
        changePromotion(path, "\"7\"", Map.of("title", "x"))
                .then()
                .statusCode(412)
                .body("code", equalTo("version_mismatch"));
        changePromotion(path, "\"1\"", Map.of("title", "A tenth", "usage_limit", 20, "clear", List.of("ends_at")))
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("title", equalTo("A tenth"))
                .body("usage_limit", equalTo(20))
                .body("ends_at", nullValue())
                .body("minimum_subtotals.amount", contains(2_000));
        AdminApi.request().delete(path).then().statusCode(428);
        AdminApi.request().header("If-Match", "\"1\"").delete(path).then().statusCode(412);
        AdminApi.request().header("If-Match", "\"2\"").delete(path).then().statusCode(204);
        AdminApi.request().get(path).then().statusCode(404);
        AdminApi.request().queryParam("code", code).get(PATH).then().body("data", empty());
    }

    @Test
    void everyChangeableFieldIsChangedInANewVersion() throws Exception {
        Map<String, Object> amount = new HashMap<>(Map.of(
                "code",
                randomCode(),
                "title",
                "Five off",
                "kind",
                "amount",
                "amounts",
                List.of(money(500, "EUR")),
                "usage_limit",
                10));
        Response created = createPromotion(amount);
        created.then().statusCode(201).body("amounts", contains(money(500, "EUR")));
        String path = PATH + "/" + created.path("id");
        List<Map.Entry<String, Object>> changes = List.of(
                Map.entry("title", "Six off"),
                Map.entry("amounts", List.of(money(600, "EUR"), money(700, "GBP"))),
                Map.entry("minimum_subtotals", List.of(money(2_000, "EUR"))),
                Map.entry("maximum_discounts", List.of(money(650, "EUR"))),
                Map.entry("starts_at", "2026-01-02T03:04:05.123456Z"),
                Map.entry("ends_at", "2099-01-02T03:04:05Z"),
                Map.entry("usage_limit", 20),
                Map.entry("usage_limit_per_customer", 2),
                Map.entry("combinable", true),
                Map.entry("active", false),
                Map.entry("skus", List.of("a,b", "c")),
                Map.entry("conditions", List.of(Map.of("type", "minimum_quantity", "quantity", 2))),
                Map.entry("priority", -3),
                Map.entry("group", "sale"),
                Map.entry("stacking", "exclusive"),
                Map.entry("action", Map.of("type", "amount", "amounts", EIGHT_OFF)),
                Map.entry("name", "Eight off"));
        Map<String, Object> expected = new HashMap<>(created.as(new TypeRef<Map<String, Object>>() {}));
        int version = 1;
        for (Map.Entry<String, Object> change : changes) {
            Response changed = changePromotion(path, "\"" + version + "\"", Map.of(change.getKey(), change.getValue()));
            version++;
            changed.then().statusCode(200).header("ETag", equalTo("\"" + version + "\""));
            expected.put(change.getKey(), change.getValue());
            expected.putAll(membersThatFollow(change));
            expected.put("version", version);
            expected.put("updated_at", changed.path("updated_at"));
            assertThat(changed.as(new TypeRef<Map<String, Object>>() {})).isEqualTo(expected);
            assertThat(AdminApi.request().get(path).as(new TypeRef<Map<String, Object>>() {}))
                    .isEqualTo(expected);
        }
        assertThat(Instant.parse(String.valueOf(expected.get("updated_at"))))
                .isAfter(Instant.parse(created.path("created_at")));
        changePromotion(path, "*", Map.of())
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"" + (version + 1) + "\""));
        assertThat(database.query("SELECT amounts -> 1 ->> 'currency' FROM promotion.promotion WHERE code = '%s'"
                        .formatted(created.<String>path("code"))))
                .isEqualTo("GBP");
    }

    /** The title and the name, the amounts and those of the action, and the two forms of stacking are the same. */
    private static Map<String, Object> membersThatFollow(Map.Entry<String, Object> change) {
        return switch (change.getKey()) {
            case "title" -> Map.of("name", change.getValue());
            case "name" -> Map.of("title", change.getValue());
            case "amounts" -> Map.of("action", Map.of("type", "amount", "amounts", change.getValue()));
            case "action" -> Map.of("amounts", EIGHT_OFF);
            case "combinable" -> Map.of("stacking", "stack");
            case "stacking" -> Map.of("combinable", false);
            default -> Map.of();
        };
    }

    @Test
    void concurrentChangesWithTheSameETagSucceedOnce() throws Exception {
        String path = PATH + "/" + createPromotion(freeShipping(randomCode())).path("id");
        List<Integer> statuses =
                ConcurrentRunner.runAll(4, n -> changePromotion(path, "\"1\"", Map.of("title", "Title " + n))
                        .statusCode());
        assertThat(statuses).containsExactlyInAnyOrder(200, 412, 412, 412);
    }

    @Test
    void promotionsAreListedPageByPageAndFoundByTheirCode() {
        String first = createPromotion(freeShipping(randomCode())).path("id");
        String code = randomCode();
        String second = createPromotion(freeShipping(code)).path("id");
        AdminApi.request()
                .queryParam("code", code.toLowerCase(Locale.ROOT))
                .get(PATH)
                .then()
                .statusCode(200)
                .body("data.id", contains(second));
        List<String> seen = new java.util.ArrayList<>();
        String cursor = null;
        do {
            var request = AdminApi.request().queryParam("limit", 2);
            if (cursor != null) {
                request.queryParam("cursor", cursor);
            }
            Response page = request.get(PATH);
            page.then().statusCode(200);
            List<String> ids = page.path("data.id");
            assertThat(ids).hasSizeLessThanOrEqualTo(2);
            seen.addAll(ids);
            cursor = page.path("next_cursor");
        } while (cursor != null);
        assertThat(seen).doesNotHaveDuplicates().containsSubsequence(first, second);
    }

    @Test
    void allViolationsAreReportedWithPointers() {
        Map<String, Object> invalid = new HashMap<>(Map.of(
                "code", randomCode(),
                "title", "Wrong",
                "kind", "amount",
                "basis_points", 10,
                "starts_at", "2030-01-02T00:00:00Z",
                "ends_at", "2030-01-01T00:00:00Z",
                "maximum_discounts", List.of(money(0, "EUR"), money(5, "EUR"))));
        createPromotion(invalid)
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body(
                        "errors.pointer",
                        containsInAnyOrder(
                                "/basis_points",
                                "/amounts",
                                "/ends_at",
                                "/maximum_discounts/0/amount",
                                "/maximum_discounts/1/currency"));
        createPromotion(Map.of("code", "a b", "title", " ", "kind", "free_shipping", "usage_limit", 0))
                .then()
                .statusCode(422)
                .body("errors.pointer", containsInAnyOrder("/code", "/title", "/usage_limit"));
        createPromotion(Map.of("code", randomCode(), "title", "t", "kind", "percentage", "basis_points", 10_001))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/basis_points"));
        createPromotion(Map.of("code", randomCode(), "title", "t", "kind", "lottery"))
                .then()
                .statusCode(400);
        createPromotion(Map.of("code", randomCode(), "title", "t", "kind", "gift"))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/sku", "/quantity"));
        createPromotion(Map.of("code", randomCode(), "title", "t", "kind", "free_shipping", "colour", "red"))
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/colour"));
        createPromotion(Map.of(
                        "code", randomCode(), "title", "t", "kind", "amount", "amounts", List.of(money(5, "XXX"))))
                .then()
                .statusCode(422);
    }

    @Test
    void invalidActionsAreRejected() {
        assertRejected(Map.of("type", "percentage", "basis_points", 0), "/action/basis_points");
        assertRejected(Map.of("type", "percentage"), "/action/basis_points");
        assertRejected(Map.of("type", "free_shipping", "basis_points", 10), "/action/basis_points");
        assertRejected(Map.of("type", "fixed_price"), "/action/prices");
        assertRejected(Map.of("type", "fixed_price", "prices", List.of(money(-1, "EUR"))), "/action/prices/0/amount");
        assertRejected(Map.of("type", "buy_x_get_y", "buy", 2), "/action/get");
        assertRejected(Map.of("type", "buy_x_get_y", "buy", 0, "get", 1), "/action/buy");
        assertRejected(
                Map.of("type", "buy_x_get_y", "buy", 1, "get", 1, "discount_basis_points", 10_001),
                "/action/discount_basis_points");
        assertRejected(Map.of("type", "gift", "sku", "A", "quantity", 0), "/action/quantity");
        assertRejected(tiers(), "/action/tiers");
        assertRejected(
                tiers(
                        Map.of("minimum_quantity", 3, "basis_points", 500),
                        Map.of("minimum_quantity", 3, "basis_points", 900)),
                "/action/tiers/1");
        assertRejected(
                tiers(
                        Map.of("minimum_quantity", 3, "basis_points", 500),
                        Map.of("minimum_subtotals", List.of(money(900, "EUR")), "basis_points", 900)),
                "/action/tiers/1");
        assertRejected(
                tiers(
                        Map.of("minimum_subtotals", List.of(money(900, "EUR"), money(900, "GBP")), "basis_points", 500),
                        Map.of("minimum_subtotals", List.of(money(950, "EUR")), "basis_points", 900)),
                "/action/tiers/1");
        assertRejected(tiers(Map.of("minimum_quantity", 3)), "/action/tiers/0");
    }

    private static Map<String, Object> tiers(Map<?, ?>... tiers) {
        return Map.of("type", "tiers", "tiers", List.of(tiers));
    }

    private static void assertRejected(Map<String, Object> action, String pointer) {
        createPromotion(Map.of("code", randomCode(), "title", "Wrong", "action", action))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains(pointer));
    }

    @Test
    void invalidConditionsAreRejected() {
        assertConditionRejected(Map.of("type", "skus"), "/conditions/0/skus");
        assertConditionRejected(Map.of("type", "skus", "skus", List.of("A"), "quantity", 1), "/conditions/0/quantity");
        assertConditionRejected(
                Map.of("type", "products", "products", List.of("product_01m86x2tq9f4v8m3k7b1d5c0za")),
                "/conditions/0/products/0");
        assertConditionRejected(
                Map.of("type", "categories", "categories", List.of("category_01m86x2tq9f4v8m3k7b1d5c0za")),
                "/conditions/0/categories/0");
        assertConditionRejected(Map.of("type", "attributes"), "/conditions/0/attributes");
        assertConditionRejected(Map.of("type", "attributes", "attributes", Map.of()), "/conditions/0/attributes");
        assertConditionRejected(
                Map.of("type", "attributes", "attributes", Map.of("color", "x".repeat(101))),
                "/conditions/0/attributes");
        assertConditionRejected(
                Map.of("type", "attributes", "attributes", Map.of("co\tlor", "blue")), "/conditions/0/attributes");
        assertConditionRejected(
                Map.of("type", "tags", "tags", List.of("sale"), "attributes", Map.of("color", "blue")),
                "/conditions/0/attributes");
        assertConditionRejected(Map.of("type", "minimum_quantity", "quantity", 0), "/conditions/0/quantity");
        assertConditionRejected(Map.of("type", "price_range"), "/conditions/0");
        assertConditionRejected(
                Map.of(
                        "type", "price_range",
                        "minimums", List.of(money(900, "EUR")),
                        "maximums", List.of(money(800, "EUR"))),
                "/conditions/0/maximums/0");
        assertConditionRejected(Map.of("type", "countries", "countries", List.of("XX")), "/conditions/0/countries/0");
        assertConditionRejected(
                Map.of("type", "currencies", "currencies", List.of("XYZ")), "/conditions/0/currencies/0");
        assertConditionRejected(Map.of("type", "time_window"), "/conditions/0");
        assertConditionRejected(Map.of("type", "time_window", "from", "25:00"), "/conditions/0/from");
        assertConditionRejected(
                Map.of("type", "time_window", "from", "09:00", "until", "09:00"), "/conditions/0/until");
    }

    private static void assertConditionRejected(Map<String, Object> condition, String pointer) {
        Map<String, Object> promotion = new HashMap<>(freeShipping(randomCode()));
        promotion.put("conditions", List.of(condition));
        createPromotion(promotion).then().statusCode(422).body("errors.pointer", contains(pointer));
    }

    @Test
    void contradictingMembersAreRejected() {
        Map<String, Object> action = Map.of("type", "percentage", "basis_points", 10);
        for (Map.Entry<String, Map<String, Object>> wrong : Map.<String, Map<String, Object>>of(
                        "/kind", Map.of("kind", "amount"),
                        "/basis_points", Map.of("basis_points", 10),
                        "/name", Map.of("name", "Another"),
                        "/combinable", Map.of("combinable", true, "stacking", "exclusive"),
                        "/code", Map.of("trigger", "automatic"),
                        "/usage_limit_per_order", Map.of("usage_limit_per_order", 2))
                .entrySet()) {
            Map<String, Object> promotion = new HashMap<>(Map.of("code", randomCode(), "title", "t", "action", action));
            promotion.putAll(wrong.getValue());
            createPromotion(promotion).then().statusCode(422).body("errors.pointer", contains(wrong.getKey()));
        }
        createPromotion(Map.of("code", randomCode(), "action", action))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/title"));
        createPromotion(Map.of("code", randomCode(), "title", "t"))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/action"));
    }

    @Test
    void budgetCannotBeAddedOrSetBelowWhatIsUsed() throws Exception {
        Map<String, Object> limited = new HashMap<>(freeShipping(randomCode()));
        limited.put("budgets", List.of(money(5_000, "EUR")));
        Response created = createPromotion(limited);
        created.then().statusCode(201).body("budgets_used", contains(money(0, "EUR")));
        String path = PATH + "/" + created.path("id");
        database.execute(("UPDATE promotion.budget SET used = 3000 WHERE promotion_id ="
                        + " (SELECT id FROM promotion.promotion WHERE code = '%s')")
                .formatted(created.<String>path("code")));
        changePromotion(path, "*", Map.of("budgets", List.of(money(2_999, "EUR"))))
                .then()
                .statusCode(422)
                .body("code", equalTo("budget_below_used"))
                .body("errors.pointer", contains("/budgets/0/amount"));
        changePromotion(path, "*", Map.of("budgets", List.of(money(3_000, "EUR"))))
                .then()
                .statusCode(200)
                .body("budgets", contains(money(3_000, "EUR")))
                .body("budgets_used", contains(money(3_000, "EUR")));
        changePromotion(path, "*", Map.of("budgets", List.of(money(3_000, "EUR"), money(1, "GBP"))))
                .then()
                .statusCode(422)
                .body("code", equalTo("budget_currencies_fixed"));
        assertThatThrownBy(() -> database.execute(("UPDATE promotion.budget SET used = 3001 WHERE promotion_id ="
                                + " (SELECT id FROM promotion.promotion WHERE code = '%s')")
                        .formatted(created.<String>path("code"))))
                .hasMessageContaining("budget_used");
    }

    @Test
    void typeOfTheActionCannotBeChanged() {
        String path = PATH + "/" + createPromotion(freeShipping(randomCode())).path("id");
        changePromotion(path, "*", Map.of("action", Map.of("type", "percentage", "basis_points", 10)))
                .then()
                .statusCode(422)
                .body("code", equalTo("kind_fixed"));
    }

    @Test
    void activeCodeIsUniqueIgnoringCase() {
        String code = randomCode();
        Response first = createPromotion(freeShipping(code));
        createPromotion(freeShipping(code.toLowerCase(Locale.ROOT)))
                .then()
                .statusCode(409)
                .body("code", equalTo("code_taken"));
        changePromotion(PATH + "/" + first.path("id"), "*", Map.of("active", false))
                .then()
                .statusCode(200);
        createPromotion(freeShipping(code)).then().statusCode(201);
        changePromotion(PATH + "/" + first.path("id"), "*", Map.of("active", true))
                .then()
                .statusCode(409)
                .body("code", equalTo("code_taken"));
    }

    @Test
    void concurrentCreationsWithTheSameCodeSucceedOnce() throws Exception {
        String code = randomCode();
        List<Integer> statuses = ConcurrentRunner.runAll(
                8, _ -> createPromotion(freeShipping(code)).statusCode());
        assertThat(statuses).containsExactlyInAnyOrder(201, 409, 409, 409, 409, 409, 409, 409);
    }

    @Test
    void usageLimitCannotBeAddedOrSetBelowTheUsageCount() throws Exception {
        Map<String, Object> limited = new HashMap<>(freeShipping(randomCode()));
        limited.put("usage_limit", 5);
        Response created = createPromotion(limited);
        String path = PATH + "/" + created.path("id");
        database.execute(
                "UPDATE promotion.promotion SET used = 3 WHERE code = '%s'".formatted(created.<String>path("code")));
        changePromotion(path, "*", Map.of("usage_limit", 2))
                .then()
                .statusCode(422)
                .body("code", equalTo("usage_limit_below_used"));
        changePromotion(path, "*", Map.of("usage_limit", 3))
                .then()
                .statusCode(200)
                .body("used", equalTo(3));
        String unlimited =
                PATH + "/" + createPromotion(freeShipping(randomCode())).path("id");
        changePromotion(unlimited, "*", Map.of("usage_limit", 2))
                .then()
                .statusCode(422)
                .body("code", equalTo("usage_limit_fixed"));
    }

    @Test
    void databaseRejectsUsageCountsOutsideTheLimit() {
        Map<String, Object> limited = new HashMap<>(freeShipping(randomCode()));
        limited.put("usage_limit", 5);
        String code = createPromotion(limited).path("code");
        for (int used : new int[] {6, -1}) {
            assertThatThrownBy(() -> database.execute(
                            "UPDATE promotion.promotion SET used = %d WHERE code = '%s'".formatted(used, code)))
                    .hasMessageContaining("promotion_used");
        }
    }

    @Test
    void keyWithoutWriteScopeIsForbidden() {
        String secret = AdminApi.request()
                .body(Map.of("name", "reader", "scopes", List.of("promotions:read")))
                .post("/admin/v1/api-keys")
                .path("secret");
        given().header("Authorization", "Bearer " + secret).get(PATH).then().statusCode(200);
        given().header("Authorization", "Bearer " + secret)
                .contentType(ContentType.JSON)
                .body(freeShipping(randomCode()))
                .post(PATH)
                .then()
                .statusCode(403);
        given().get(PATH).then().statusCode(401);
    }

    private static Map<String, Object> freeShipping(String code) {
        return Map.of("code", code, "title", "No delivery charge", "kind", "free_shipping");
    }

    private static Map<String, Object> money(int amount, String currency) {
        return Map.of("amount", amount, "currency", currency);
    }

    private static Response createPromotion(Map<String, Object> body) {
        return AdminApi.request().body(body).post(PATH);
    }

    private static Response changePromotion(String path, String ifMatch, Map<String, Object> body) {
        return AdminApi.request().header("If-Match", ifMatch).body(body).patch(path);
    }

    private static String randomCode() {
        return "P" + UUID.randomUUID().toString().substring(0, 13).toUpperCase(Locale.ROOT);
    }
}
