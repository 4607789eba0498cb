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
                Map.entry("skus", List.of("a,b", "c")));
        Map<String, Object> expected = new HashMap<>(created.as(new TypeRef<Map<String, Object>>() {}));
        int version = 1;
        for (Map.Entry<String, Object> change : changes) {
            Response changed = changePromotion(path, "\"" + version + "\"", Map.of(change.getKey(), change.getValue()));
            version++;
            changed.then().statusCode(200).header("ETag", equalTo("\"" + version + "\""));
            expected.put(change.getKey(), change.getValue());
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
        createPromotion(Map.of("code", randomCode(), "title", "t", "kind", "gift"))
                .then()
                .statusCode(400);
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
