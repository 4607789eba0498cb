package io.fondaco.pricing;

import static io.fondaco.pricing.PriceListFixture.PATH;
import static io.fondaco.pricing.PriceListFixture.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.PostgresTestResource;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Price lists and their prices in the admin API. */
@QuarkusTest
class PriceListTest {
    @Inject
    ProductFixture products;

    @Inject
    ShopDatabase database;

    @Test
    void listIsCreatedReadChangedAndDeleted() {
        String name = "Sale " + UUID.randomUUID();
        Response created = AdminApi.request()
                .body(Map.of(
                        "name",
                        "  " + name + " ",
                        "currency",
                        "GBP",
                        "customer_group",
                        "wholesale",
                        "countries",
                        List.of("GB", "IE", "GB"),
                        "valid_from",
                        "2027-06-01T00:00:00.123456789Z",
                        "tax_included",
                        true))
                .post(PATH);
        created.then()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("id", startsWith("plist_"))
                .body("name", equalTo(name))
                .body("countries", contains("GB", "IE"))
                .body("priority", equalTo(0))
                .body("valid_from", equalTo("2027-06-01T00:00:00.123456Z"))
                .body("valid_until", nullValue())
                .body("tax_included", equalTo(true));
        String path = PATH + "/" + created.path("id");
        AdminApi.request().get(path).then().statusCode(200).header("ETag", equalTo("\"1\""));
        AdminApi.request().body(Map.of("priority", 1)).patch(path).then().statusCode(428);
        AdminApi.request()
                .header("If-Match", "\"7\"")
                .body(Map.of("priority", 1))
                .patch(path)
                .then()
                .statusCode(412);
        AdminApi.request()
                .header("If-Match", "\"1\"")
                .body(Map.of(
                        "priority",
                        7,
                        "countries",
                        List.of(),
                        "valid_until",
                        "2027-07-01T00:00:00Z",
                        "clear",
                        List.of("customer_group", "tax_included")))
                .patch(path)
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("name", equalTo(name))
                .body("priority", equalTo(7))
                .body("countries", empty())
                .body("customer_group", nullValue())
                .body("tax_included", nullValue())
                .body("valid_from", equalTo("2027-06-01T00:00:00.123456Z"))
                .body("valid_until", equalTo("2027-07-01T00:00:00Z"));
        AdminApi.request().header("If-Match", "\"1\"").delete(path).then().statusCode(412);
        AdminApi.request().header("If-Match", "\"2\"").delete(path).then().statusCode(204);
        AdminApi.request().get(path).then().statusCode(404);
        AdminApi.request().get(path + "/prices").then().statusCode(404);
        AdminApi.request().body(List.of()).put(path + "/prices").then().statusCode(404);
    }

    @Test
    void everyViolationNamesItsField() {
        AdminApi.request()
                .body(Map.of(
                        "name",
                        "plist_01m86x2tq9f4v8m3k7b1d5c0za",
                        "currency",
                        "XYZ",
                        "valid_from",
                        "2027-07-01T00:00:00Z",
                        "valid_until",
                        "2027-07-01T00:00:00Z"))
                .post(PATH)
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors.pointer", containsInAnyOrder("/name", "/currency", "/valid_until"));
        AdminApi.request()
                .body(Map.of(
                        "name",
                        "a\u0000b",
                        "currency",
                        "EUR",
                        "customer_group",
                        "a b",
                        "countries",
                        List.of("XX"),
                        "priority",
                        1_000_001))
                .post(PATH)
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItems("/name", "/customer_group", "/countries/0", "/priority"));
        PriceListFixture list = PriceListFixture.create(Map.of());
        AdminApi.request()
                .body(Map.of("name", list.name(), "currency", "GBP"))
                .post(PATH)
                .then()
                .statusCode(409)
                .body("code", equalTo("name_taken"));
        AdminApi.request()
                .header("If-Match", "*")
                .body(Map.of("name", " "))
                .patch(list.path())
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/name"));
    }

    @Test
    void listsAndTheirPricesAreReadPageByPage() {
        String sku = products.createProduct(250, 1);
        String other = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of());
        list.setPrices(row(sku, 1, 240), row(sku, 10, 200), row(other, 5, 220));
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            var request = AdminApi.request().queryParam("limit", 2);
            if (cursor != null) {
                request.queryParam("cursor", cursor);
            }
            Response page = request.get(list.path() + "/prices");
            page.then().statusCode(200);
            List<Map<String, Object>> data = page.path("data");
            data.forEach(price -> seen.add(price.get("sku") + " " + price.get("min_quantity")));
            cursor = page.path("next_cursor");
        } while (cursor != null);
        assertThat(seen).containsExactly(sku + " 1", sku + " 10", other + " 5");
        AdminApi.request()
                .queryParam("cursor", "x")
                .get(list.path() + "/prices")
                .then()
                .statusCode(400);
        AdminApi.request().queryParam("limit", 100).get(PATH).then().statusCode(200);
    }

    @Test
    void pricesAreSetChangedAndDeleted() {
        String sku = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of());
        list.setPrices(row(sku, 1, 240), row(sku, 10, 200))
                .then()
                .body("read", equalTo(2))
                .body("created", equalTo(2));
        list.setPrices(row(sku, 1, 240), row(sku, 10, 210), row(sku, 20, 190), row(sku, 30, null))
                .then()
                .body("created", equalTo(1))
                .body("updated", equalTo(1))
                .body("unchanged", equalTo(2));
        list.setPrices(row(sku, 10, null)).then().body("deleted", equalTo(1));
        AdminApi.request()
                .get(list.path() + "/prices")
                .then()
                .body("data.min_quantity", contains(1, 20))
                .body("data.price.amount", contains(240, 190));
    }

    @Test
    void jsonIsAppliedAsAWholeOrNotAtAll() {
        String sku = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of());
        Map<String, Object> withoutQuantity = new HashMap<>(row(sku, 1, 100));
        withoutQuantity.remove("min_quantity");
        list.putPrices(List.of(
                        row(sku, 2, 240),
                        row("NO-SUCH-SKU", 1, 240),
                        row(sku, 3, Map.of("amount", 240, "currency", "EUR")),
                        row(sku, 2, 230),
                        row(sku, 0, 1),
                        row(sku, 10_000, 1),
                        row(sku, 4, -1),
                        row(sku, 5, 9_007_199_254_740_992L),
                        withoutQuantity,
                        row(sku, 1, 90),
                        row("a\u0000b", 1, 90)))
                .then()
                .statusCode(422)
                .body(
                        "errors.pointer",
                        contains(
                                "/1/sku",
                                "/2/price/currency",
                                "/3/min_quantity",
                                "/4/min_quantity",
                                "/5/min_quantity",
                                "/6/price/amount",
                                "/7/price/amount",
                                "/9/min_quantity",
                                "/10/sku"))
                .body(
                        "errors.code",
                        contains(
                                "unknown_sku",
                                "wrong_currency",
                                "duplicate_tier",
                                "quantity_out_of_range",
                                "quantity_out_of_range",
                                "out_of_range",
                                "out_of_range",
                                "duplicate_tier",
                                "invalid_sku"));
        AdminApi.request().get(list.path() + "/prices").then().body("data", empty());
    }

    @Test
    void malformedJsonIsRejectedWithAPointer() throws Exception {
        PriceListFixture list = PriceListFixture.create(Map.of());
        for (String body :
                List.of("", "{}", "null", "[null]", "[{\"sku\": \"A\"}]", "[{\"price\": null}]", "[1]", "[")) {
            HttpResponse<String> response = put(list, "application/json", body);
            assertThat(response.statusCode())
                    .as("%s: %s", body, response.body())
                    .isIn(400, 422);
            assertThat(response.body()).contains("\"code\":");
        }
        assertThat(put(list, "application/json", "[{\"sku\": \"A\", \"price\": null, \"colour\": 1}]")
                        .body())
                .contains("unknown_field", "/0/colour");
        assertThat(put(list, "application/json", "[" + " ".repeat(5 << 20) + "]")
                        .statusCode())
                .isEqualTo(413);
        assertThat(put(list, "text/csv", "a,b").statusCode()).isEqualTo(415);
    }

    @Test
    void ndjsonIsAppliedLineByLine() throws Exception {
        String sku = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of());
        HttpResponse<String> response = put(list, "application/x-ndjson", """
                {"sku": "%1$s", "min_quantity": 2, "price": {"amount": 240, "currency": "GBP"}}

                {"sku": "NO-SUCH-SKU", "price": {"amount": 240, "currency": "GBP"}}
                {"sku": "%1$s", "min_quantity": 2, "price": {"amount": 230, "currency": "GBP"}}
                {"sku": "%1$s", "min_quantity": 3}
                not json
                {"sku": "%1$s", "min_quantity": 4, "price": {"amount": 1, "currency": "ZZZ"}}
                {"sku": "%1$s", "min_quantity": 5, "price": {"amount": 1, "currency": "GBP"}, "note": "%2$s"}
                {"sku": "%1$s", "min_quantity": 6, "price": {"amount": 200, "currency": "GBP"}}
                """.formatted(sku, "x".repeat(5_000)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        Map<String, Object> report = JsonPath.from(response.body()).getMap("");
        assertThat(report)
                .containsEntry("read", 8)
                .containsEntry("created", 2)
                .containsEntry("updated", 1)
                .containsEntry("rejected", 5);
        assertThat(JsonPath.from(response.body()).getList("errors.line")).containsExactlyInAnyOrder(3, 5, 6, 7, 8);
        AdminApi.request()
                .get(list.path() + "/prices")
                .then()
                .body("data.min_quantity", contains(2, 6))
                .body("data.price.amount", contains(230, 200));
    }

    /** Several transactions, and more lines than one of them takes. */
    @Test
    void manyLinesAreAppliedInBatches() throws Exception {
        String sku = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of());
        StringBuilder lines = new StringBuilder();
        for (int quantity = 1; quantity <= 2_500; quantity++) {
            lines.append("{\"sku\": \"%s\", \"min_quantity\": %d, \"price\": {\"amount\": %d, \"currency\": \"GBP\"}}%n"
                    .formatted(sku, quantity, 3_000 - quantity));
        }
        assertThat(put(list, "application/x-ndjson", lines.toString()).body()).contains("\"created\":2500");
        assertThat(put(list, "application/x-ndjson", lines.toString()).body()).contains("\"unchanged\":2500");
        assertThat(database.query(
                        "SELECT count(*) FROM pricing.list_price p JOIN pricing.price_list l ON l.id = p.list_id"
                                + " WHERE l.name = '%s'".formatted(list.name())))
                .isEqualTo("2500");
    }

    @Test
    void pricesNeedTheirScopes() {
        String secret = AdminApi.request()
                .body(Map.of("name", "reader", "scopes", List.of("prices:read")))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(201)
                .extract()
                .path("secret");
        var reader = Map.of("Authorization", "Bearer " + secret);
        RestAssured.given().headers(reader).get(PATH).then().statusCode(200);
        RestAssured.given()
                .headers(reader)
                .contentType("application/json")
                .body(Map.of("name", "x", "currency", "EUR"))
                .post(PATH)
                .then()
                .statusCode(403);
        RestAssured.given().get(PATH).then().statusCode(401);
    }

    private static HttpResponse<String> put(PriceListFixture list, String contentType, String body)
            throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + RestAssured.port + list.path() + "/prices"))
                            .header("Content-Type", contentType)
                            .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                            .PUT(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
