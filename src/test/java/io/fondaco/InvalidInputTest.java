package io.fondaco;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every invalid input gets a problem document with a 4xx status and changes nothing. */
@QuarkusTest
class InvalidInputTest {
    private static final String KEY = PostgresTestResource.ADMIN_KEY;
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String SQL = "'; DROP TABLE catalog.product; --";
    private static final List<String> STRINGS = List.of(
            SQL,
            "\" OR 1=1 --",
            "🛒🎁 مرحبا بالعالم",
            "a'b\\c%_",
            "<script>alert(1)</script>",
            "${jndi:ldap://x}",
            "../../etc");

    @BeforeEach
    void createProductWithStock() {
        admin().body(Map.of(
                        "slug", "bad-input-cup",
                        "title", "Cup",
                        "status", "active",
                        "variants",
                                List.of(Map.of(
                                        "sku",
                                        "BAD-INPUT-CUP",
                                        "prices",
                                        List.of(Map.of("price", Map.of("amount", 500, "currency", "EUR")))))))
                .post("/admin/v1/products");
        admin().header("Idempotency-Key", "bad-input-stock")
                .body(Map.of("sku", "BAD-INPUT-CUP", "available", 1_000_000))
                .post("/admin/v1/stock/adjustments");
    }

    static Stream<String> brokenBodies() {
        return Stream.of(
                "",
                "{",
                "[]",
                "null",
                "42",
                "\"text\"",
                "{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": 1}",
                "{\"currency\": 7}",
                "{\"currency\": \"EUR\", \"lines\": {}}",
                "{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": \"2\"}]}",
                "{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": 2.7}]}",
                "{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": true}]}",
                "{\"currency\": \"EUR\", \"lines\": [{\"sku\": [\"BAD-INPUT-CUP\"], \"quantity\": 1}]}",
                "{\"currency\": \"EUR\", \"lines\": [null]}",
                "{\"currency\": \"EUR\", \"lines\": [], \"discount\": 100}",
                "{\"currency\": \"EUR\", \"currency\": \"GBP\", \"lines\": []}",
                "{\"currency\": \"EUR\", \"lines\": []} trailing",
                "{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": " + "9".repeat(1_000)
                        + "}]}",
                "[".repeat(100_000),
                "{\"a\":".repeat(5_000));
    }

    @ParameterizedTest
    @MethodSource("brokenBodies")
    void malformedBodyIsRejectedAndCreatesNoCart(String body) throws Exception {
        // Not with REST Assured: it would pretty-print a body with a hundred thousand nested brackets.
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + RestAssured.port + "/store/v1/carts"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isIn(400, 422);
            assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
            assertThat(response.body())
                    .contains("\"code\":")
                    .doesNotContain("Exception")
                    .doesNotContain("io.fondaco");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10000", "1000000000000", "9223372036854775807", "-9223372036854775808"})
    void quantityOutOfRangeIsRejected(String quantity) {
        Response response = store().body(
                        "{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": %s}]}"
                                .formatted(quantity))
                .post("/store/v1/carts");
        assertProblem(response);
        assertThat(response.jsonPath().getString("errors[0].pointer")).isEqualTo("/lines/0/quantity");
    }

    @Test
    void linesOfTheSameSkuAreMerged() {
        store().body("{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": 2},"
                        + " {\"sku\": \"BAD-INPUT-CUP\", \"quantity\": 3}]}")
                .post("/store/v1/carts")
                .then()
                .statusCode(201)
                .body("lines.size()", equalTo(1))
                .body("lines[0].quantity", equalTo(5));
    }

    @Test
    void unknownSkuAndUnsupportedCurrencyAreRejected() {
        Response unknown = store().body(
                        "{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": 1},"
                                + " {\"sku\": \"NO-SUCH\", \"quantity\": 1}]}")
                .post("/store/v1/carts");
        assertProblem(unknown);
        assertThat(unknown.jsonPath().getString("errors[0].pointer")).isEqualTo("/lines/1/sku");
        assertThat(unknown.jsonPath().getString("code")).isEqualTo("unknown_sku");
        for (String currency : List.of("JPY", "XXX", "eur", "EURO", "")) {
            assertProblem(
                    store().body("{\"currency\": \"%s\", \"lines\": [{\"sku\": \"BAD-INPUT-CUP\", \"quantity\": 1}]}"
                                    .formatted(currency))
                            .post("/store/v1/carts"));
        }
    }

    static Stream<String> injectionStrings() {
        return STRINGS.stream();
    }

    @ParameterizedTest
    @MethodSource("injectionStrings")
    void injectionStringsAreStoredAndReturnedUnchanged(String text) {
        String id = admin().body(Map.of(
                        "slug",
                        "hostile-" + Math.abs(text.hashCode()),
                        "title",
                        text,
                        "vendor",
                        text,
                        "description",
                        text))
                .post("/admin/v1/products")
                .then()
                .statusCode(lessThan(300))
                .extract()
                .path("id");
        assertThat((String) admin().body(Map.of())
                        .when()
                        .get("/admin/v1/stock?sku=" + "x")
                        .then()
                        .extract()
                        .path("code"))
                .isNull();
        Response cart = store().body(
                        Map.of("currency", "EUR", "lines", List.of(Map.of("sku", "BAD-INPUT-CUP", "quantity", 1))))
                .post("/store/v1/carts");
        String token = cart.path("cart_token");
        store().header("Authorization", "Bearer " + token)
                .body(Map.of(
                        "shipping_address",
                        Map.of("name", text, "line1", text, "city", text, "postal_code", "1", "country", "IT")))
                .patch("/store/v1/carts/" + cart.path("id"))
                .then()
                .statusCode(200)
                .body("shipping_address.name", equalTo(text));
        org.awaitility.Awaitility.await().untilAsserted(() -> admin().get("/admin/v1/products/" + id)
                .then()
                .statusCode(200)
                .body("title", equalTo(text))
                .body("description", equalTo(text)));
        for (String path : List.of(
                "/store/v1/products?category=",
                "/store/v1/products?sort=",
                "/store/v1/products?cursor=",
                "/store/v1/products?limit=",
                "/store/v1/products?currency=",
                "/admin/v1/orders?email=",
                "/admin/v1/orders?status=",
                "/admin/v1/orders?cursor=",
                "/admin/v1/stock?sku=",
                "/admin/v1/products?slug=")) {
            int status = admin().urlEncodingEnabled(true)
                    .queryParam(path.substring(path.indexOf('?') + 1, path.length() - 1), text)
                    .get(path.substring(0, path.indexOf('?')))
                    .statusCode();
            assertThat(status).as(path + text).isLessThan(500);
        }
        admin().get("/admin/v1/products?limit=1").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/store/v1/products?limit=0",
                "/store/v1/products?limit=-1",
                "/store/v1/products?limit=101",
                "/store/v1/products?limit=ten",
                "/store/v1/products?limit=99999999999999999999",
                "/store/v1/products?sort=password",
                "/store/v1/products?cursor=%00%ff",
                "/store/v1/products?cursor=AAAA",
                "/admin/v1/orders?status=lost",
                "/admin/v1/orders?created_at[gte]=yesterday",
                "/admin/v1/products?status=gone"
            })
    void invalidQueryParameterGets400(String path) {
        Response response =
                admin().urlEncodingEnabled(false).get(path.replace("[", "%5B").replace("]", "%5D"));
        assertProblem(response);
        assertThat(response.statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/store/v1/products/no-such-thing",
                "/store/v1/products/product_00000000000000000000000000",
                "/store/v1/products/%00",
                "/store/v1/nothing",
                "/admin/v1/products/product_00000000000000000000000000",
                "/admin/v1/products/%27%3B--",
                "/admin/v1/orders/order_00000000000000000000000000",
                "/admin/v1/orders/5",
                "/admin/v1/imports/x"
            })
    void unknownResourceGets404(String path) {
        Response response = admin().urlEncodingEnabled(false).get(path);
        assertProblem(response);
        assertThat(response.statusCode()).isIn(400, 404);
    }

    @Test
    void tenMegabyteBodyIsRejectedWithAndWithoutContentLength() throws IOException {
        Response declared =
                store().body("{\"email\": \"" + "x".repeat(10_000_000) + "\"}").post("/store/v1/carts");
        assertProblem(declared);
        assertThat(declared.statusCode()).isEqualTo(413);
        assertThat(sendChunked(10_000_000)).contains("413").doesNotContain(" 500 ");
        store().get("/store/v1/products").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({"'', 202", "' ', 202", "csv, 415", "/, 415", "text/, 415", "image/png, 415"})
    void importWithoutValidContentTypeIsNoServerError(String contentType, int status) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/admin/v1/imports?kind=stock".formatted(RestAssured.port)))
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString("sku,location,available\n"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(status);
        }
    }

    @Test
    void unsupportedContentTypeGets415AndUnsupportedMethod405() {
        Response text = given().contentType("text/plain").body("hello").post("/store/v1/carts");
        assertProblem(text);
        assertThat(text.statusCode()).isEqualTo(415);
        Response method = given().put("/store/v1/products");
        assertProblem(method);
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
        Response below = admin().put("/admin/v1/products");
        assertThat(below.statusCode()).isEqualTo(405);
        assertThat(below.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin/v1/products",
                "/admin/v1/variants",
                "/admin/v1/categories",
                "/admin/v1/stock?sku=A",
                "/admin/v1/orders",
                "/admin/v1/api-keys",
                "/admin/v1/imports",
                "/admin/v1/webhooks",
                "/admin/v1/dead-letters",
                "/admin/v1/price-lists",
                "/admin/v1/database/statements",
                "/admin/v1/exports?kind=products&format=fondaco"
            })
    void adminApiRequiresAValidKeyWithTheScope(String path) {
        Response none = given().get(path);
        assertProblem(none);
        assertThat(none.statusCode()).isEqualTo(401);
        for (String invalidKey : List.of("fk_wrong", "x", "", "fk_" + "a".repeat(5_000))) {
            Response response =
                    given().header("Authorization", "Bearer " + invalidKey).get(path);
            assertProblem(response);
            assertThat(response.statusCode()).isEqualTo(401);
        }
        String scope = path.contains("api-keys") ? "catalog:read" : "keys:read";
        String keyWithoutScope = admin().body(Map.of("name", "powerless", "scopes", List.of(scope)))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(201)
                .extract()
                .path("secret");
        Response forbidden =
                given().header("Authorization", "Bearer " + keyWithoutScope).get(path);
        assertProblem(forbidden);
        assertThat(forbidden.statusCode()).isEqualTo(403);
    }

    @Test
    void mediaWithoutAltIsAcceptedAndMediaWithoutUrlIsRejected() {
        for (String medium : List.of(
                "{\"url\": \"https://a.example/a.jpg\"}", "{\"url\": \"https://a.example/a.jpg\", \"alt\": null}")) {
            String id = product("\"media\": [" + medium + "]")
                    .then()
                    .statusCode(201)
                    .body("media[0].alt", equalTo(""))
                    .extract()
                    .path("id");
            admin().header("If-Match", "*")
                    .body("{\"media\": [" + medium + "]}")
                    .patch("/admin/v1/products/" + id)
                    .then()
                    .statusCode(200)
                    .body("media[0].alt", equalTo(""));
        }
        for (String medium : List.of("{}", "{\"alt\": \"x\"}", "{\"url\": null}")) {
            Response response = product("\"media\": [" + medium + "]");
            assertProblem(response);
            assertThat(response.statusCode()).isEqualTo(422);
            assertThat((String) response.path("code")).isEqualTo("required");
            assertThat((String) response.path("errors[0].pointer")).isEqualTo("/media/0/url");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "data:text/html,x",
                "//a.example/a.jpg",
                "/a.jpg",
                "ftp://a.example/a.jpg",
                "https://",
                "https:///a.jpg"
            })
    void pictureUrlMustBeAbsoluteHttp(String url) {
        Response media = product("\"media\": [{\"url\": \"%s\"}]".formatted(url));
        assertThat(media.statusCode()).as(media.asString()).isEqualTo(422);
        assertThat((String) media.path("code")).isEqualTo("invalid_url");
        Response variant = product("\"variants\": [{\"sku\": \"BAD-PICTURE\", \"image_url\": \"%s\"}]".formatted(url));
        assertThat(variant.statusCode()).as(variant.asString()).isEqualTo(422);
        assertThat((String) variant.path("code")).isEqualTo("invalid_url");
    }

    @Test
    void duplicateCurrencyOfAVariantIsRejected() {
        String prices = "\"prices\": [{\"price\": {\"amount\": 1, \"currency\": \"EUR\"}},"
                + " {\"price\": {\"amount\": 2, \"currency\": \"EUR\"}}]";
        Response product = product("\"variants\": [{\"sku\": \"TWICE-PRICED\", " + prices + "}]");
        assertThat(product.statusCode()).as(product.asString()).isEqualTo(422);
        assertThat((String) product.path("code")).isEqualTo("repeated_currency");
        assertThat((String) product.path("errors[0].pointer")).isEqualTo("/variants/0/prices/1");
        String id = product("\"options\": []").path("id");
        Response variant = admin().body("{\"product_id\": \"%s\", \"sku\": \"TWICE-PRICED\", %s}".formatted(id, prices))
                .post("/admin/v1/variants");
        assertThat(variant.statusCode()).as(variant.asString()).isEqualTo(422);
        assertThat((String) variant.path("code")).isEqualTo("repeated_currency");
        assertThat((String) variant.path("errors[0].pointer")).isEqualTo("/prices/1");
    }

    @Test
    void priceIsAtMostTheLargestSafeJavaScriptInteger() {
        for (String amount : List.of("9007199254740992", "9223372036854775807", "-1")) {
            Response rejected =
                    product(("\"variants\": [{\"sku\": \"PRICELESS\", \"prices\": [{\"price\": {\"amount\": %s,"
                                    + " \"currency\": \"EUR\"}}]}]")
                            .formatted(amount));
            assertThat(rejected.statusCode()).as(rejected.asString()).isEqualTo(422);
            assertThat((String) rejected.path("code")).isEqualTo("out_of_range");
        }
        String sku = "PRICEY-" + COUNT.incrementAndGet();
        product(("\"status\": \"active\", \"variants\": [{\"sku\": \"%s\", \"prices\": [{\"price\":"
                                + " {\"amount\": 9007199254740991, \"currency\": \"EUR\"}}]}]")
                        .formatted(sku))
                .then()
                .statusCode(201)
                .body("variants[0].prices[0].price.amount", equalTo(9_007_199_254_740_991L));
        store().body("{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"%s\", \"quantity\": 1}]}".formatted(sku))
                .post("/store/v1/carts")
                .then()
                .statusCode(201);
        store().body("{\"currency\": \"EUR\", \"lines\": [{\"sku\": \"%s\", \"quantity\": 2}]}".formatted(sku))
                .post("/store/v1/carts")
                .then()
                .statusCode(422)
                .body("code", equalTo("amount_too_large"));
    }

    @Test
    void slugIsNormalizedToNfcAndMayNotLookLikeAnId() {
        String composed = "th\u00e9-" + COUNT.incrementAndGet();
        admin().body(Map.of("title", "Tea", "slug", Normalizer.normalize(composed, Normalizer.Form.NFD)))
                .post("/admin/v1/products")
                .then()
                .statusCode(201)
                .body("slug", equalTo(composed));
        admin().body(Map.of("title", "Tea", "slug", composed))
                .post("/admin/v1/products")
                .then()
                .statusCode(409)
                .body("code", equalTo("slug_taken"));
        admin().body(Map.of("title", "Tea", "slug", "product_01h00000000000000000000000"))
                .post("/admin/v1/products")
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid_slug"));
        admin().body(Map.of("name", "Teas", "slug", "category_01h00000000000000000000000"))
                .post("/admin/v1/categories")
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid_slug"));
    }

    @Test
    void tooManyLinesAreRejectedBeforeTheyAreValidated() {
        Response response = store().body("{\"currency\": \"EUR\", \"lines\": ["
                        + String.join(",", Collections.nCopies(2_001, "{\"sku\": \"\", \"quantity\": -1}")) + "]}")
                .post("/store/v1/carts");
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat((String) response.path("code")).isEqualTo("too_many_lines");
        assertThat((List<?>) response.path("errors")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"sku\": \"\", \"quantity\": -1}", "{\"sku\": \"NO-SUCH\", \"quantity\": 0}", "null"})
    void atMostAboutAHundredViolationsAreReported(String line) {
        Response response = store().body("{\"currency\": \"EUR\", \"lines\": ["
                        + String.join(",", Collections.nCopies(2_000, line)) + "]}")
                .post("/store/v1/carts");
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(422);
        assertThat((List<?>) response.path("errors")).hasSizeBetween(100, 101);
    }

    @Test
    void nullClearsAFieldOrIsRejected() {
        Response created =
                product("\"vendor\": \"v\", \"description\": \"d\", \"tags\": [\"t\"], \"attributes\": {\"a\": \"b\"},"
                        + " \"media\": [{\"url\": \"https://a.example/a.jpg\"}],"
                        + " \"variants\": [{\"sku\": \"NULLED-%d\", \"barcode\": \"b\", \"weight_grams\": 5,"
                        + " \"length_mm\": 6, \"width_mm\": 7, \"height_mm\": 8, \"tax_category\": \"reduced\"}]"
                                .formatted(COUNT.incrementAndGet()));
        created.then().statusCode(201);
        String product = "/admin/v1/products/" + created.path("id");
        patch(product, "{\"title\": \"Other\"}")
                .then()
                .statusCode(200)
                .body("vendor", equalTo("v"))
                .body("tags", equalTo(List.of("t")));
        patch(
                        product,
                        "{\"vendor\": null, \"description\": null, \"tags\": null, \"attributes\": null,"
                                + " \"media\": null, \"category_ids\": null}")
                .then()
                .statusCode(200)
                .body("vendor", equalTo(""))
                .body("description", equalTo(""))
                .body("tags", equalTo(List.of()))
                .body("attributes", equalTo(Map.of()))
                .body("media", equalTo(List.of()));
        patch(product, "{\"title\": null}").then().statusCode(422).body("code", equalTo("required"));
        for (String field : List.of("status", "tax_category", "shipping_profile")) {
            patch(product, "{\"%s\": null}".formatted(field))
                    .then()
                    .statusCode(400)
                    .body("errors[0].pointer", equalTo("/" + field));
        }
        String variant = "/admin/v1/variants/" + created.path("variants[0].id");
        patch(
                        variant,
                        "{\"barcode\": null, \"weight_grams\": null, \"length_mm\": null, \"width_mm\": null,"
                                + " \"height_mm\": null, \"tax_category\": null}")
                .then()
                .statusCode(200)
                .body("barcode", equalTo(""))
                .body("weight_grams", equalTo(0))
                .body("length_mm", equalTo(null))
                .body("width_mm", equalTo(null))
                .body("height_mm", equalTo(null))
                .body("tax_category", equalTo(null));
        for (String field : List.of("taxable", "inventory_policy", "prices", "sku")) {
            patch(variant, "{\"%s\": null}".formatted(field))
                    .then()
                    .statusCode(400)
                    .body("errors[0].pointer", equalTo("/" + field));
        }
    }

    private static Response patch(String path, String body) {
        return admin().header("If-Match", "*").body(body).patch(path);
    }

    private static Response product(String rest) {
        return admin().body("{\"title\": \"Odd\", \"slug\": \"odd-%d\", %s}".formatted(COUNT.incrementAndGet(), rest))
                .post("/admin/v1/products");
    }

    @Test
    void tokenOfAnotherCartIsRejected() {
        Response ownCart =
                store().body("{\"currency\": \"EUR\", \"lines\": []}").post("/store/v1/carts");
        Response otherCart =
                store().body("{\"currency\": \"EUR\", \"lines\": []}").post("/store/v1/carts");
        String path = "/store/v1/carts/" + otherCart.path("id");
        for (String token : List.of((String) ownCart.path("cart_token"), "ct_wrong", KEY)) {
            Response read = store().header("Authorization", "Bearer " + token).get(path);
            assertProblem(read);
            assertThat(read.statusCode()).isIn(401, 403, 404);
            Response write = store().header("Authorization", "Bearer " + token)
                    .body("{\"email\": \"thief@example.com\"}")
                    .patch(path);
            assertProblem(write);
            assertThat(write.statusCode()).isIn(401, 403, 404);
        }
        Response none = store().get(path);
        assertProblem(none);
        assertThat(none.statusCode()).isEqualTo(401);
        store().header("Authorization", "Bearer " + otherCart.path("cart_token"))
                .get(path)
                .then()
                .statusCode(200)
                .body("email", equalTo(null));
    }

    private static void assertProblem(Response response) {
        assertThat(response.statusCode()).as(response.asString()).isBetween(400, 499);
        assertThat(response.contentType()).as(response.asString()).startsWith("application/problem+json");
        assertThat(response.jsonPath().getString("code")).isNotBlank();
        assertThat(response.jsonPath().getString("trace_id")).isEqualTo(response.header("Request-Id"));
        assertThat(response.asString())
                .doesNotContain("io.fondaco")
                .doesNotContain("SELECT")
                .doesNotContain("Exception");
    }

    private static RequestSpecification store() {
        return given().contentType("application/json");
    }

    private static RequestSpecification admin() {
        return given().contentType("application/json").header("Authorization", "Bearer " + KEY);
    }

    /**
     * Sends a chunked body.
     *
     * @return what the server sent before it closed the connection
     */
    private static String sendChunked(int bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /store/v1/carts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("1000\r\n" + " ".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            try {
                for (int sent = 0; sent < bytes; sent += 4096) {
                    out.write(chunk);
                }
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException _) {
                // The server stopped reading and closed the connection; its response can still be read.
                return new String(socket.getInputStream().readNBytes(4_000), StandardCharsets.UTF_8);
            }
            return new String(socket.getInputStream().readNBytes(300), StandardCharsets.UTF_8);
        }
    }
}
