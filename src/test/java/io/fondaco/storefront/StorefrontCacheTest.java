package io.fondaco.storefront;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.PostgresTestResource;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.catalog.VariantPricing;
import io.fondaco.platform.money.Money;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.DecoderConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cached responses of the storefront and the changes that invalidate them, over HTTP. */
@QuarkusTest
class StorefrontCacheTest {
    private static final String PRODUCTS = "/store/v1/products/";
    private static final String LIST = "/store/v1/products?category=";
    private static final String HIT = "fondaco; hit";

    @Inject
    VariantPricing prices;

    @Test
    void aCachedResponseHasItsHeadersAndAnswersHead() {
        String page = PRODUCTS + createProduct("Made once", 1_000);
        awaitCacheHit(page);
        Response cached = acceptingEncoding("identity").get(page);
        assertThat(cached.header("ETag")).matches("\"[0-9a-f]{32}\"");
        assertThat(cached.header("Cache-Control")).isEqualTo("public, max-age=0, must-revalidate");
        assertThat(cached.header("Vary")).isEqualTo("Accept-Encoding, Origin");
        assertThat(cached.header("Fondaco-Consistency")).isNull();
        assertThat(cached.header("Request-Id")).isNotBlank();
        given().get(page).then().body("title", equalTo("Made once"));

        Response head = acceptingEncoding("identity").head(page);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.header("ETag")).isEqualTo(cached.header("ETag"));
        assertThat(head.header("Content-Length")).isEqualTo(cached.header("Content-Length"));
        assertThat(head.asByteArray()).isEmpty();
    }

    @Test
    void aCompressedResponseHasTheSameContentAndItsOwnETag() throws IOException {
        String page = PRODUCTS + createProduct("Compressed ".repeat(20).strip(), 1_000);
        awaitCacheHit(page);
        Response plain = acceptingEncoding("identity").get(page);
        Response zipped = acceptingEncoding("gzip").get(page);
        assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(zipped.header("ETag")).isNotEqualTo(plain.header("ETag")).endsWith("-gzip\"");
        try (GZIPInputStream body = new GZIPInputStream(new ByteArrayInputStream(zipped.asByteArray()))) {
            assertThat(body.readAllBytes()).isEqualTo(plain.asByteArray());
        }
        for (String tag : List.of(plain.header("ETag"), zipped.header("ETag"), "W/" + plain.header("ETag"))) {
            Response unchanged =
                    given().header("If-None-Match", "\"other\", " + tag).get(page);
            assertThat(unchanged.statusCode()).as(tag).isEqualTo(304);
            assertThat(unchanged.asByteArray()).isEmpty();
            assertThat(unchanged.header("ETag")).isNotBlank();
        }
        given().header("If-None-Match", "\"other\"").get(page).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void aLoadedAndACachedResponseHaveTheSameHeadersAndBody(String encoding) {
        String category = createCategory();
        createProduct("First page ".repeat(20).strip(), 1_000, category);
        createProduct("Second page", 1_000, category);
        String page = LIST + category + "&limit=1&sort=-price";
        Response loaded = acceptingEncoding(encoding).get(page);
        assertThat(loaded.header("Cache-Status")).isEqualTo("fondaco; fwd=miss");
        awaitCacheHit(page);
        Response cached = acceptingEncoding(encoding).get(page);
        assertThat(cached.header("Cache-Status")).isEqualTo(HIT);
        assertThat(loaded.header("Link")).isNotBlank();
        assertThat(loaded.header("Content-Type")).isEqualTo("application/json;charset=UTF-8");
        for (String header : List.of("ETag", "Cache-Control", "Vary", "Link", "Content-Type", "Content-Encoding")) {
            assertThat(cached.header(header)).as(header).isEqualTo(loaded.header(header));
        }
        assertThat(cached.asByteArray()).isEqualTo(loaded.asByteArray());
    }

    @Test
    void parameterOrderDoesNotMatterAndUnknownParametersAreRejected() {
        String category = createCategory();
        createProduct("Shared", 1_000, category);
        awaitCacheHit(LIST + category + "&limit=7");
        given().get(LIST + category + "&limit=7&utm_source=mail").then().statusCode(400);
        assertCacheHit("/store/v1/products?limit=7&category=" + category);
        assertCacheMiss(LIST + category + "&limit=8");
        given().get(LIST + category + "&limit=0").then().statusCode(400);
        given().get(LIST + category + "&sort=colour").then().statusCode(400);
    }

    @Test
    void aNewPriceInvalidatesOnlyTheProductAndTheListsItIsInOrEnters() {
        String here = createCategory();
        String there = createCategory();
        String changed = createProduct("Changed", 1_000, here);
        String beside = createProduct("Beside", 2_000, here);
        for (long price : List.of(1_000_000, 1_200_000, 1_400_000, 1_600_000)) {
            createProduct("Dear", price, there);
        }
        String firstPage = LIST + there + "&sort=price&limit=1";
        String secondPage = firstPage + "&cursor=" + awaitCacheHit(firstPage).path("next_cursor");
        List<String> invalidated = List.of(PRODUCTS + changed, LIST + here, LIST + here + "&sort=title", firstPage);
        List<String> unaffected = List.of(PRODUCTS + beside, LIST + there, secondPage);
        invalidated.forEach(StorefrontCacheTest::awaitCacheHit);
        unaffected.forEach(StorefrontCacheTest::awaitCacheHit);

        changePrice(changed, 1_100);

        unaffected.forEach(StorefrontCacheTest::assertCacheHit);
        invalidated.forEach(StorefrontCacheTest::assertCacheMiss);
        given().get(PRODUCTS + changed).then().body("variants[0].price.amount", equalTo(1_100));
        given().get(LIST + here + "&sort=-price").then().body("data[1].variants[0].price.amount", equalTo(1_100));
    }

    @Test
    void aNewOrArchivedProductInvalidatesListsAndItsNegativeEntry() {
        String category = createCategory();
        String slug = "late-" + UUID.randomUUID();
        createProduct("First", 1_000, category);
        awaitCacheHit(LIST + category);
        String newest = "/store/v1/products?limit=3";
        awaitCacheHit(newest);
        createProduct("In no category", 1_000);
        assertCacheMiss(newest).then().body("data[0].title", equalTo("In no category"));
        given().get(PRODUCTS + slug).then().statusCode(404);
        given().get(PRODUCTS + slug).then().statusCode(404);

        String id = create(slug, "Late", 1_000, category).path("id");
        given().get(PRODUCTS + slug).then().statusCode(200);
        assertCacheMiss(LIST + category);
        awaitCacheHit(LIST + category).then().body("data.size()", equalTo(2));

        admin().header("If-Match", "*")
                .delete("/admin/v1/products/" + id)
                .then()
                .statusCode(204);
        given().get(PRODUCTS + slug).then().statusCode(404);
        given().get(LIST + category).then().body("data.size()", equalTo(1));
    }

    @Test
    void aNewTitleInvalidatesOnlyListsByTitle() {
        String here = createCategory();
        String there = createCategory();
        String slug = createProduct("Aaa", 1_000, here);
        createProduct("Bbb", 1_000, there);
        String byTitle = LIST + there + "&sort=title";
        String byAge = LIST + there;
        awaitCacheHit(byTitle);
        awaitCacheHit(byAge);
        String id = given().get(PRODUCTS + slug).path("id");
        admin().header("If-Match", "*")
                .body(Map.of("title", "Zzz"))
                .patch("/admin/v1/products/" + id)
                .then()
                .statusCode(200);
        assertCacheMiss(byTitle);
        assertCacheHit(byAge);
        given().get(LIST + here).then().body("data[0].title", equalTo("Zzz"));
    }

    @Test
    void onlyAChangeOfTheStockStatusInvalidatesAPage() {
        String page = PRODUCTS + createProduct("Counted", 1_000);
        String sku = given().get(page).path("variants[0].sku");
        adjust(sku, Map.of("available", 5));
        awaitCacheHit(page).then().body("variants[0].available", equalTo(true));
        adjust(sku, Map.of("delta", -2));
        assertCacheHit(page);
        adjust(sku, Map.of("delta", -3));
        assertCacheMiss(page).then().body("variants[0].available", equalTo(false));
        awaitCacheHit(page);
        adjust(sku, Map.of("available", 0));
        assertCacheHit(page);
        adjust(sku, Map.of("delta", 1));
        assertCacheMiss(page).then().body("variants[0].available", equalTo(true));
    }

    @Test
    void aProductIsNotAvailableAfterItsLastUnitIsBought() {
        String page = PRODUCTS + createProduct("Last one", 1_000);
        String sku = given().get(page).path("variants[0].sku");
        adjust(sku, Map.of("available", 1));
        awaitCacheHit(page).then().body("variants[0].available", equalTo(true));
        Response cart = given().contentType("application/json")
                .body(Map.of(
                        "currency",
                        "EUR",
                        "email",
                        "marco@example.com",
                        "lines",
                        List.of(Map.of("sku", sku, "quantity", 1))))
                .post("/store/v1/carts");
        String bearer = "Bearer " + cart.path("cart_token");
        given().contentType("application/json")
                .header("Authorization", bearer)
                .body(Map.of("shipping_method", "pickup"))
                .patch("/store/v1/carts/" + cart.path("id"))
                .then()
                .statusCode(200);
        complete(cart, bearer, "tok_declined").then().statusCode(402);
        given().get(page).then().body("variants[0].available", equalTo(true));
        complete(cart, bearer, "tok_ok").then().statusCode(201);
        given().get(page).then().body("variants[0].available", equalTo(false));
    }

    @Test
    void renamingACategoryInvalidatesEveryResponseThatShowsIt() {
        String slug = createCategory();
        String page = PRODUCTS + createProduct("Named", 1_000, slug);
        awaitCacheHit(page);
        awaitCacheHit(LIST + slug);
        awaitCacheHit("/store/v1/categories");
        String id = given().get(page).path("categories[0].id");
        admin().header("If-Match", "*")
                .body(Map.of("name", "Renamed " + slug))
                .patch("/admin/v1/categories/" + id)
                .then()
                .statusCode(200);
        assertCacheMiss(page).then().body("categories[0].name", equalTo("Renamed " + slug));
        assertCacheMiss(LIST + slug);
        assertCacheMiss("/store/v1/categories");
    }

    @Test
    void aRolledBackChangeInvalidatesNothing() {
        String page = PRODUCTS + createProduct("Unchanged", 1_000);
        awaitCacheHit(page);
        VariantId variant = VariantId.parse(given().get(page).path("variants[0].id"));
        QuarkusTransaction.begin();
        prices.savePrices(Map.of(variant, List.of(new VariantPrice(Money.of(1, "EUR"), Optional.empty()))));
        QuarkusTransaction.rollback();
        assertCacheHit(page);
        QuarkusTransaction.requiringNew()
                .run(() -> prices.savePrices(
                        Map.of(variant, List.of(new VariantPrice(Money.of(2, "EUR"), Optional.empty())))));
        assertCacheMiss(page).then().body("variants[0].price.amount", equalTo(2));
    }

    @Test
    void aRequestWithATokenGetsNoOlderResponseAndANewToken() {
        String page = PRODUCTS + createProduct("Tokens", 1_000);
        awaitCacheHit(page);
        String token = given().contentType("application/json")
                .body(Map.of("currency", "EUR", "lines", List.of()))
                .post("/store/v1/carts")
                .header("Fondaco-Consistency");
        // A hit as soon as this pod has read the invalidation log up to the token.
        Response cached = await().atMost(Duration.ofSeconds(10))
                .until(() -> given().header("Fondaco-Consistency", token).get(page), StorefrontCacheTest::isCacheHit);
        assertThat(cached.header("Fondaco-Consistency")).isGreaterThanOrEqualTo(token);
        assertThat(cached.header("Cache-Control")).isEqualTo("private, max-age=0, must-revalidate");
        assertThat(cached.header("Set-Cookie")).isNull();

        Response browser = given().cookie("fondaco_written", token)
                .header("Sec-Fetch-Mode", "cors")
                .get(page);
        assertThat(browser.header("Set-Cookie")).startsWith("fondaco_seen=").contains("HttpOnly");
        assertThat(browser.header("Cache-Control")).startsWith("private");

        // A response older than the token is not served from the cache.
        String own = String.valueOf(changePrice(page.substring(PRODUCTS.length()), 1_500));
        given().header("Fondaco-Consistency", own).get(page).then().body("variants[0].price.amount", equalTo(1_500));
        given().header("Fondaco-Consistency", "forged").get(page).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/store/v1/carts/{cart}", "/admin/v1/products?limit=1"})
    void privateResponsesAreNotCached(String path) {
        Response cart = given().contentType("application/json")
                .body(Map.of("currency", "EUR", "lines", List.of()))
                .post("/store/v1/carts");
        String bearer = path.startsWith("/admin") ? PostgresTestResource.ADMIN_KEY : cart.path("cart_token");
        Response answer =
                given().header("Authorization", "Bearer " + bearer).get(path.replace("{cart}", cart.path("id")));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("private, no-store");
        assertThat(answer.header("Cache-Status")).isNull();
    }

    /** Repeats the request until the response comes from the cache. */
    private static Response awaitCacheHit(String page) {
        return await().atMost(Duration.ofSeconds(10)).until(() -> given().get(page), StorefrontCacheTest::isCacheHit);
    }

    private static boolean isCacheHit(Response answer) {
        return HIT.equals(answer.header("Cache-Status"));
    }

    private static void assertCacheHit(String page) {
        assertThat(given().get(page).header("Cache-Status")).as(page).isEqualTo(HIT);
    }

    private static Response assertCacheMiss(String page) {
        Response answer = given().get(page);
        assertThat(answer.header("Cache-Status")).as(page).isEqualTo("fondaco; fwd=miss");
        return answer;
    }

    private static RequestSpecification acceptingEncoding(String encoding) {
        return given().config(RestAssured.config()
                        .decoderConfig(DecoderConfig.decoderConfig().noContentDecoders()))
                .header("Accept-Encoding", encoding);
    }

    private static String createCategory() {
        String name = "Cached " + UUID.randomUUID();
        return admin().body(Map.of("name", name)).post("/admin/v1/categories").path("slug");
    }

    private String createProduct(String title, long cents, String... categories) {
        String slug = "cached-" + UUID.randomUUID();
        Response created = create(slug, title, cents, categories);
        assertThat(created.statusCode()).as(created.asString()).isEqualTo(201);
        return slug;
    }

    private static Response create(String slug, String title, long cents, String... categories) {
        List<String> ids = new ArrayList<>();
        for (String category : categories) {
            List<Map<String, String>> all = given().get("/store/v1/categories").path("data");
            all.stream().filter(node -> node.get("slug").equals(category)).forEach(node -> ids.add(node.get("id")));
        }
        return admin().body(Map.of(
                        "slug",
                        slug,
                        "title",
                        title,
                        "status",
                        "active",
                        "category_ids",
                        ids,
                        "variants",
                        List.of(Map.of(
                                "sku",
                                slug,
                                "prices",
                                List.of(Map.of("price", Map.of("amount", cents, "currency", "EUR")))))))
                .post("/admin/v1/products");
    }

    /** @return the consistency token of the change */
    private static String changePrice(String slug, long cents) {
        String id = given().get(PRODUCTS + slug).path("variants[0].id");
        Response changed = admin().header("If-Match", "*")
                .body(Map.of("prices", List.of(Map.of("price", Map.of("amount", cents, "currency", "EUR")))))
                .patch("/admin/v1/variants/" + id);
        assertThat(changed.statusCode()).as(changed.asString()).isEqualTo(200);
        return changed.header("Fondaco-Consistency");
    }

    private static void adjust(String sku, Map<String, Object> change) {
        Map<String, Object> body = new java.util.HashMap<>(change);
        body.put("sku", sku);
        body.put("reason", "test");
        admin().header("Idempotency-Key", UUID.randomUUID().toString())
                .body(body)
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(200);
    }

    private static Response complete(Response cart, String bearer, String token) {
        return given().contentType("application/json")
                .header("Authorization", bearer)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Map.of("payment", Map.of("provider", "test", "token", token)))
                .post("/store/v1/carts/" + cart.path("id") + "/complete");
    }

    private static RequestSpecification admin() {
        return given().contentType("application/json")
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY);
    }
}
