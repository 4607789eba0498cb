package io.fondaco.tax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.platform.cache.ObjectCaches;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.common.mapper.TypeRef;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin API of taxes. Rates are those of places that no other test sells to, and are deleted after each test. */
@QuarkusTest
class TaxResourceTest {
    private static final String RATES = "/admin/v1/tax-rates";
    private static final String CATEGORIES = "/admin/v1/tax-categories";
    private static final String SETTINGS = "/admin/v1/settings/tax";
    private static final String COUNTRY = "BV";

    @Inject
    Taxes taxes;

    @Inject
    ObjectCaches caches;

    @Inject
    ShopDatabase database;

    @AfterEach
    void deleteRates() {
        for (String country : List.of(COUNTRY, "HM")) {
            AdminApi.request()
                    .queryParam("country", country)
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
    }

    private static Map<String, Object> rate(Object... fields) {
        Map<String, Object> body = new HashMap<>(Map.of("name", "Whale tax", "country", COUNTRY, "rate", "0.1"));
        for (int index = 0; index < fields.length; index += 2) {
            body.put((String) fields[index], fields[index + 1]);
        }
        return body;
    }

    private static Response create(Object... fields) {
        return AdminApi.request().body(rate(fields)).post(RATES);
    }

    private static Response change(String path, String ifMatch, Map<String, Object> body) {
        return AdminApi.request().header("If-Match", ifMatch).body(body).patch(path);
    }

    @Test
    void rateIsCreatedReadChangedAndDeleted() {
        Response created = create("region", "bv-01", "postal_codes", List.of("ab 1", "35*", "100 - 199", "AB1"));
        created.then()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("id", startsWith("taxrate_"))
                .body("name", equalTo("Whale tax"))
                .body("region", equalTo("01"))
                .body("postal_codes", contains("AB1", "35*", "100-199"))
                .body("category", equalTo("standard"))
                .body("rate", equalTo("0.1"))
                .body("compound", equalTo(false))
                .body("valid_from", nullValue())
                .body("valid_until", nullValue());
        String path = RATES + "/" + created.path("id");
        AdminApi.request().get(path).then().statusCode(200).header("ETag", equalTo("\"1\""));
        AdminApi.request().body(Map.of("rate", "0.2")).patch(path).then().statusCode(428);
        change(path, "\"7\"", Map.of("rate", "0.2")).then().statusCode(412).body("code", equalTo("version_mismatch"));
        AdminApi.request().delete(path).then().statusCode(428);
        AdminApi.request().header("If-Match", "\"7\"").delete(path).then().statusCode(412);
        AdminApi.request().header("If-Match", "\"1\"").delete(path).then().statusCode(204);
        AdminApi.request().get(path).then().statusCode(404).body("code", equalTo("not_found"));
        change(path, "*", Map.of()).then().statusCode(404);
    }

    @Test
    void changesOfARateAreEvents() throws SQLException {
        String id = create().path("id");
        String path = RATES + "/" + id;
        change(path, "*", Map.of("rate", "0.2")).then().statusCode(200);
        change(path, "*", Map.of("rate", "7")).then().statusCode(422);
        AdminApi.request().header("If-Match", "*").delete(path).then().statusCode(204);
        assertThat(database.query("""
                        SELECT string_agg(type || ' ' || version, ', ' ORDER BY sequence)
                          FROM messaging.outbox WHERE subject = '%s'
                        """.formatted(id)))
                .isEqualTo("tax_rate.created 1, tax_rate.updated 2, tax_rate.deleted 3");
        assertThat(database.query("""
                        SELECT cast(data AS jsonb) = '{"id": "%1$s", "name": "Whale tax", "country": "BV"}'
                          FROM messaging.outbox WHERE subject = '%1$s' AND sequence = 2
                        """.formatted(id))).isEqualTo("t");
    }

    @Test
    void everyFieldIsChangedInANewVersion() {
        Response created = create();
        String path = RATES + "/" + created.path("id");
        List<Map.Entry<String, Object>> changes = List.of(
                Map.entry("name", "Seal tax"),
                Map.entry("region", "02"),
                Map.entry("postal_codes", List.of("12*")),
                Map.entry("category", "reduced"),
                Map.entry("rate", "0.123456"),
                Map.entry("compound", true),
                Map.entry("valid_from", "2026-01-02T03:04:05.123456Z"),
                Map.entry("valid_until", "2099-01-02T03:04:05Z"),
                Map.entry("country", "HM"));
        Map<String, Object> expected = new HashMap<>(created.as(new TypeRef<Map<String, Object>>() {}));
        int version = 1;
        for (Map.Entry<String, Object> change : changes) {
            Response changed = change(path, "\"" + version + "\"", Map.of(change.getKey(), change.getValue()));
            version++;
            changed.then().statusCode(200).header("ETag", equalTo("\"" + version + "\""));
            expected.put(change.getKey(), change.getValue());
            expected.put("version", version);
            expected.put("updated_at", changed.path("updated_at"));
            assertThat(changed.as(new TypeRef<Map<String, Object>>() {})).isEqualTo(expected);
        }
        change(path, "*", Map.of("clear", List.of("region", "valid_from", "valid_until"), "postal_codes", List.of()))
                .then()
                .statusCode(200)
                .body("region", nullValue())
                .body("valid_from", nullValue())
                .body("valid_until", nullValue())
                .body("postal_codes", empty());
    }

    @ParameterizedTest
    @CsvSource({
        "rate,-0.1,/rate,out_of_range",
        "rate,19,/rate,out_of_range",
        "rate,1.000001,/rate,out_of_range",
        "rate,0.1234567,/rate,too_many_decimals",
        "rate,ten,/rate,invalid_format",
        "rate,1e-1,/rate,invalid_format",
        "rate,NaN,/rate,invalid_format",
        "rate,'',/rate,invalid_format",
        "country,XX,/country,unknown_country",
        "country,bv,/country,unknown_country",
        "country,GBR,/country,invalid_length",
        "region,Atlantis,/region,unknown_region",
        "region,ABCD,/region,unknown_region",
        "category,no-such,/category,unknown_category",
        "category,No Category,/category,invalid_format",
        "category,exempt,/category,exempt_category",
        "name,' ',/name,required"
    })
    void invalidFieldIsNamed(String field, String value, String pointer, String code) {
        create(field, value)
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem(pointer))
                .body("errors.code", hasItem(code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "(35\\d{3}|38)", "9000-017", "200-100", "3*5", "a+b", " "})
    void invalidPostalCodePatternIsNamed(String pattern) {
        create("postal_codes", List.of("123", pattern))
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid_postal_code_pattern"))
                .body("errors.pointer", contains("/postal_codes/1"));
    }

    @Test
    void fieldsAreLimitedAndAllViolationsAreReported() {
        List<String> patterns = new ArrayList<>();
        for (int number = 0; number <= TaxRateDraft.MAX_POSTAL_CODES; number++) {
            patterns.add(Integer.toString(number));
        }
        create("postal_codes", patterns).then().statusCode(422).body("errors.pointer", contains("/postal_codes"));
        create("name", "x".repeat(101)).then().statusCode(422).body("errors.pointer", contains("/name"));
        create("name", "a\tb").then().statusCode(422).body("errors.pointer", contains("/name"));
        create("rate", "2", "country", "XX", "category", "no-such")
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid"))
                .body("errors.pointer", hasItems("/rate", "/country", "/category"));
        create("valid_from", "2026-01-01T00:00:00Z", "valid_until", "2026-01-01T00:00:00Z")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/valid_until"))
                .body("code", equalTo("ends_before_start"));
        AdminApi.request().body(Map.of("country", COUNTRY)).post(RATES).then().statusCode(422);
        create("rate", 0.1).then().statusCode(400);
        create("surcharge", "0.1").then().statusCode(400);
    }

    @Test
    void overlappingRatesAreRefused() {
        String first = create("valid_until", "2026-07-01T00:00:00Z").path("id");
        create("name", "WHALE TAX", "valid_from", "2026-06-30T23:59:59Z")
                .then()
                .statusCode(422)
                .body("code", equalTo("overlapping_rates"))
                .body("errors[0].pointer", equalTo("/valid_from"))
                .body("errors[0].tax_rate_id", equalTo(first));
        String second = create("valid_from", "2026-07-01T00:00:00Z")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        change(RATES + "/" + second, "*", Map.of("clear", List.of("valid_from")))
                .then()
                .statusCode(422)
                .body("code", equalTo("overlapping_rates"));
        change(RATES + "/" + second, "*", Map.of("rate", "0.3")).then().statusCode(200);
        create("category", "reduced").then().statusCode(201);
        create("region", "01").then().statusCode(201);
        create("name", "Seal tax").then().statusCode(201);
        create("postal_codes", List.of("100-199", "7*")).then().statusCode(201);
        create("postal_codes", List.of("199-250"))
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/postal_codes"));
        create("postal_codes", List.of("71")).then().statusCode(422);
        create("postal_codes", List.of("200-250", "8*")).then().statusCode(201);
    }

    @Test
    void oneOfManyOverlappingRatesIsCreatedConcurrently() throws Exception {
        List<Integer> statuses = ConcurrentRunner.runAll(
                8, number -> create("rate", "0.0" + (number + 1)).statusCode());
        assertThat(statuses).containsOnlyOnce(201).hasSize(8);
        assertThat(statuses.stream().filter(status -> status == 422)).hasSize(7);
    }

    @Test
    void ratesAreListedPageByPageAndByCountryAndCategory() {
        String first = create().path("id");
        String second = create("category", "reduced").path("id");
        String third = create("country", "HM").path("id");
        Response page = AdminApi.request()
                .queryParam("country", COUNTRY)
                .queryParam("limit", 1)
                .get(RATES);
        page.then().statusCode(200).body("data.id", contains(first));
        AdminApi.request()
                .queryParam("country", COUNTRY)
                .queryParam("limit", 1)
                .queryParam("cursor", page.<String>path("next_cursor"))
                .get(RATES)
                .then()
                .body("data.id", contains(second))
                .body("next_cursor", nullValue());
        AdminApi.request()
                .queryParam("country", COUNTRY)
                .queryParam("category", "reduced")
                .get(RATES)
                .then()
                .body("data.id", contains(second));
        AdminApi.request().queryParam("country", "HM").get(RATES).then().body("data.id", contains(third));
        AdminApi.request().queryParam("cursor", "x").get(RATES).then().statusCode(400);
    }

    @Test
    void categoryIsCreatedRenamedAndDeletedUnlessItIsUsed() {
        AdminApi.request()
                .queryParam("limit", 100)
                .get(CATEGORIES)
                .then()
                .body("data.code", hasItems("standard", "zero"));
        Map<String, Object> body = Map.of("code", "whales", "name", "Whales");
        AdminApi.request()
                .body(body)
                .post(CATEGORIES)
                .then()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("built_in", equalTo(false));
        AdminApi.request().body(body).post(CATEGORIES).then().statusCode(409).body("code", equalTo("code_taken"));
        String path = CATEGORIES + "/whales";
        AdminApi.request().body(Map.of("name", "Big whales")).patch(path).then().statusCode(428);
        change(path, "\"9\"", Map.of("name", "Big whales")).then().statusCode(412);
        change(path, "\"1\"", Map.of("name", "Big whales"))
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("name", equalTo("Big whales"));
        String id =
                create("category", "whales").then().statusCode(201).extract().path("id");
        AdminApi.request().delete(path).then().statusCode(428);
        AdminApi.request()
                .header("If-Match", "\"2\"")
                .delete(path)
                .then()
                .statusCode(409)
                .body("code", equalTo("category_in_use"));
        AdminApi.request()
                .header("If-Match", "*")
                .delete(RATES + "/" + id)
                .then()
                .statusCode(204);
        AdminApi.request().header("If-Match", "\"2\"").delete(path).then().statusCode(204);
        AdminApi.request().get(path).then().statusCode(404);
        AdminApi.request()
                .header("If-Match", "*")
                .delete(CATEGORIES + "/reduced")
                .then()
                .statusCode(409)
                .body("code", equalTo("built_in_category"));
        for (String code : List.of("", "Whales", "a b", "x".repeat(41))) {
            AdminApi.request()
                    .body(Map.of("code", code, "name", "x"))
                    .post(CATEGORIES)
                    .then()
                    .statusCode(422)
                    .body("errors.pointer", contains("/code"));
        }
    }

    @Test
    void scopesAreRequired() {
        String secret = AdminApi.request()
                .body(Map.of("name", "reader", "scopes", List.of("taxes:read")))
                .post("/admin/v1/api-keys")
                .path("secret");
        for (String path : List.of(RATES, CATEGORIES, SETTINGS)) {
            as(secret).get(path).then().statusCode(200);
        }
        as(secret).body(rate()).post(RATES).then().statusCode(403);
        as(secret)
                .body(Map.of("code", "x", "name", "x"))
                .post(CATEGORIES)
                .then()
                .statusCode(403);
        as(secret).header("If-Match", "*").body(Map.of()).patch(SETTINGS).then().statusCode(403);
        String other = AdminApi.request()
                .body(Map.of("name", "catalog", "scopes", List.of("catalog:write")))
                .post("/admin/v1/api-keys")
                .path("secret");
        as(other).get(RATES).then().statusCode(403);
    }

    private static RequestSpecification as(String secret) {
        return RestAssured.given().contentType(ContentType.JSON).header("Authorization", "Bearer " + secret);
    }

    @Test
    void changedRateIsUsedImmediatelyAndAnUnchangedOneCostsNoStatement() throws Exception {
        assertThat(taxOf(COUNTRY)).isZero();
        String path = RATES + "/" + create().path("id");
        assertThat(taxOf(COUNTRY)).isEqualTo(909);
        change(path, "*", Map.of("rate", "0.2")).then().statusCode(200);
        assertThat(taxOf(COUNTRY)).isEqualTo(1_667);
        await().untilAsserted(() -> {
            long before = database.countStatements("tax\\.(rate|settings)");
            for (int time = 0; time < 5; time++) {
                assertThat(taxOf(COUNTRY)).isEqualTo(1_667);
            }
            assertThat(database.countStatements("tax\\.(rate|settings)")).isEqualTo(before);
        });
        AdminApi.request().header("If-Match", "*").delete(path).then().statusCode(204);
        assertThat(taxOf(COUNTRY)).isZero();
    }

    /** The tax of 100.00 with tax. */
    private long taxOf(String country) {
        List<Long> tax = new ArrayList<>();
        ShopDatabase.inTransaction(() -> tax.add(taxes.taxationOf(
                        new TaxedSale(
                                Optional.of(new TaxPlace(country, Optional.empty(), "")),
                                Optional.empty(),
                                "EUR",
                                Instant.now()),
                        caches.begin())
                .calculate(
                        List.of(new TaxableLine(Taxes.STANDARD_CATEGORY, Money.of(10_000, "EUR"), true)),
                        Money.zero("EUR"))
                .orElseThrow()
                .lines()
                .getFirst()
                .tax()
                .amount()));
        return tax.getFirst();
    }
}
