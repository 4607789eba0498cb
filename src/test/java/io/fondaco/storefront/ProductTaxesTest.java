package io.fondaco.storefront;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.TaxFixture;
import io.fondaco.pricing.PriceListFixture;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The taxes that products show beside their prices. The countries have tax rates in no other test. */
@QuarkusTest
class ProductTaxesTest {
    private static final String RATES = "/admin/v1/tax-rates";
    private static final String COUNTRY = "MC";
    private static final String UNTAXED_COUNTRY = "TV";
    private static final Duration SOON = Duration.ofSeconds(4);

    @Inject
    ProductFixture products;

    @AfterEach
    void deleteRates() {
        AdminApi.request()
                .queryParam("country", COUNTRY)
                .queryParam("limit", 100)
                .get(RATES)
                .jsonPath()
                .getList("data.id", String.class)
                .forEach(id -> AdminApi.request()
                        .header("If-Match", "*")
                        .delete(RATES + "/" + id)
                        .then()
                        .statusCode(204));
    }

    @Test
    void productShowsWhetherItsPriceIncludesTaxAndTheRate() {
        try (TaxFixture _ = new TaxFixture(true, COUNTRY, false)) {
            createRate("VAT", "0.2");
            String sku = products.createProduct(1_200, 10);
            awaitShown(page(sku, COUNTRY), true, "0.2");
            awaitShown(page(sku, UNTAXED_COUNTRY), true, null);
            given().get("/store/v1/products?currency=GBP&limit=100&country=" + COUNTRY)
                    .then()
                    .body(inList(sku, "price_includes_tax"), equalTo(true))
                    .body(inList(sku, "tax_rate"), equalTo("0.2"));
            given().get("/store/v1/products/" + ProductFixture.slug(sku) + "?currency=GBP")
                    .then()
                    .body("variants[0].price.amount", equalTo(1_200))
                    .body("variants[0].price_includes_tax", nullValue())
                    .body("variants[0].tax_rate", nullValue());
            given().get("/store/v1/products/" + ProductFixture.slug(sku) + "?currency=JPY&country=" + COUNTRY)
                    .then()
                    .body("variants[0].price", nullValue())
                    .body("variants[0].price_includes_tax", nullValue())
                    .body("variants[0].tax_rate", equalTo("0.2"));
        }
    }

    @Test
    void priceListDecidesWhetherItsPricesIncludeTax() {
        try (TaxFixture _ = new TaxFixture(true, COUNTRY, false)) {
            createRate("VAT", "0.2");
            String sku = products.createProduct(1_200, 10);
            PriceListFixture.create(Map.of("countries", List.of(COUNTRY), "tax_included", false))
                    .setPrices(PriceListFixture.row(sku, 1, 900));
            awaitShown(page(sku, COUNTRY), false, "0.2");
            awaitShown(page(sku, UNTAXED_COUNTRY), true, null);
        }
    }

    @Test
    void rateIsTheSumOfTheRatesOfTheCategoryInTheWholeCountry() {
        createRate("Federal tax", "0.05");
        createRate("State tax", "0.1", "compound", true);
        createRate("State tax", "0.07", "region", "01");
        createRate("City tax", "0.01", "postal_codes", List.of("98*"));
        createRate("Federal tax", "0", "category", "reduced");
        createRate("Past tax", "0.5", "valid_until", "2020-01-01T00:00:00Z");
        String sku = products.createProduct(1_200, 10);
        // 5 %, and 10 % of 105 %.
        awaitShown(page(sku, COUNTRY), "0.155");
        changeVariant(sku, Map.of("tax_category", "reduced"));
        awaitShown(page(sku, COUNTRY), "0.1");
        changeVariant(sku, Map.of("taxable", false));
        awaitShown(page(sku, COUNTRY), null);
    }

    @Test
    void zeroRateIsShown() {
        createRate("VAT", "0");
        awaitShown(page(products.createProduct(1_200, 10), COUNTRY), "0");
    }

    @Test
    void changeOfRatesOrSettingsInvalidatesCachedPages() {
        String sku = products.createProduct(1_200, 10);
        String list = "/store/v1/products?currency=GBP&limit=100&country=" + COUNTRY;
        try (TaxFixture _ = new TaxFixture(true, COUNTRY, false)) {
            awaitShown(page(sku, COUNTRY), true, null);
            awaitHit(page(sku, COUNTRY));
            awaitHit(list);
            String rate = createRate("VAT", "0.2");
            awaitShown(page(sku, COUNTRY), true, "0.2");
            await().untilAsserted(() -> given().get(list).then().body(inList(sku, "tax_rate"), equalTo("0.2")));
            awaitHit(page(sku, COUNTRY));
            AdminApi.request()
                    .header("If-Match", "*")
                    .body(Map.of("rate", "0.21"))
                    .patch(RATES + "/" + rate)
                    .then()
                    .statusCode(200);
            awaitShown(page(sku, COUNTRY), true, "0.21");
            awaitHit(page(sku, COUNTRY));
            try (TaxFixture _ = new TaxFixture(false, COUNTRY, false)) {
                awaitShown(page(sku, COUNTRY), false, "0.21");
                awaitHit(page(sku, COUNTRY));
            }
            awaitShown(page(sku, COUNTRY), true, "0.21");
            awaitHit(page(sku, COUNTRY));
            AdminApi.request()
                    .header("If-Match", "*")
                    .delete(RATES + "/" + rate)
                    .then()
                    .statusCode(204);
            awaitShown(page(sku, COUNTRY), true, null);
        }
    }

    /** No job runs, and nothing is written at that time. */
    @Test
    void cachedPageChangesWhenARateBeginsAndEnds() {
        String sku = products.createProduct(1_200, 10);
        Instant begin = Instant.now().plus(SOON);
        Instant end = begin.plus(SOON);
        createRate("VAT", "0.2", "valid_until", begin.toString());
        createRate("VAT", "0.21", "valid_from", begin.toString(), "valid_until", end.toString());
        awaitShown(page(sku, COUNTRY), "0.2");
        awaitHit(page(sku, COUNTRY));
        awaitInstant(begin);
        given().get(page(sku, COUNTRY)).then().body("variants[0].tax_rate", equalTo("0.21"));
        awaitHit(page(sku, COUNTRY));
        awaitInstant(end);
        given().get(page(sku, COUNTRY)).then().body("variants[0].tax_rate", nullValue());
    }

    private static String createRate(String name, String rate, Object... more) {
        Map<String, Object> body = new HashMap<>(Map.of("name", name, "country", COUNTRY, "rate", rate));
        for (int index = 0; index < more.length; index += 2) {
            body.put((String) more[index], more[index + 1]);
        }
        Response created = AdminApi.request().body(body).post(RATES);
        created.then().statusCode(201);
        return created.path("id");
    }

    private static void changeVariant(String sku, Map<String, Object> change) {
        String variant =
                given().get("/store/v1/products/" + ProductFixture.slug(sku)).path("variants[0].id");
        AdminApi.request()
                .header("If-Match", "*")
                .body(change)
                .patch("/admin/v1/variants/" + variant)
                .then()
                .statusCode(200);
    }

    private static void awaitShown(String page, boolean includesTax, @Nullable String rate) {
        await().untilAsserted(() -> given().get(page)
                .then()
                .statusCode(200)
                .body("variants[0].price_includes_tax", equalTo(includesTax))
                .body("variants[0].tax_rate", equalTo(rate)));
    }

    private static void awaitShown(String page, @Nullable String rate) {
        await().untilAsserted(
                        () -> given().get(page).then().statusCode(200).body("variants[0].tax_rate", equalTo(rate)));
    }

    private static void awaitHit(String page) {
        await().until(() -> given().get(page), response -> "fondaco; hit".equals(response.header("Cache-Status")));
    }

    private static void awaitInstant(Instant instant) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !Instant.now().isBefore(instant));
    }

    private static String page(String sku, String country) {
        return "/store/v1/products/" + ProductFixture.slug(sku) + "?currency=GBP&country=" + country;
    }

    private static String inList(String sku, String member) {
        return "data.find { it.slug == '%s' }.variants[0].%s".formatted(ProductFixture.slug(sku), member);
    }
}
