package io.fondaco.platform.paging;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every list handles cursors, limits and unknown parameters in the same way. */
@QuarkusTest
class ListParametersTest {
    private static final String STORE = "/store/v1/products";

    private final ProductFixture productFixture;

    ListParametersTest(ProductFixture productFixture) {
        this.productFixture = productFixture;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/store/v1/products",
                "/store/v1/products/some-product",
                "/store/v1/categories",
                "/store/v1/carts/cart_00000000000000000000000000",
                "/admin/v1/products",
                "/admin/v1/variants",
                "/admin/v1/categories",
                "/admin/v1/orders",
                "/admin/v1/stock",
                "/admin/v1/stock-locations",
                "/admin/v1/promotions",
                "/admin/v1/api-keys",
                "/admin/v1/webhooks",
                "/admin/v1/dead-letters",
                "/admin/v1/imports",
                "/admin/v1/exports"
            })
    void unknownParameterIsRefusedByName(String path) {
        for (String query : List.of("colour=red", "limit%20=1")) {
            AdminApi.request()
                    .urlEncodingEnabled(false)
                    .get(path + "?" + query)
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("unknown_parameter"))
                    .body("detail", containsString(query.startsWith("colour") ? "'colour'" : "'limit '"));
        }
    }

    /** The response for the known parameters is cached. */
    @Test
    void unknownParameterIsRefusedDespiteACachedResponse() {
        given().get(STORE + "?limit=3").then().statusCode(200);
        given().get(STORE + "?limit=3").then().statusCode(200);
        given().get(STORE + "?limit=3&colour=red").then().statusCode(400).body("code", equalTo("unknown_parameter"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/store/v1/products",
                "/admin/v1/products",
                "/admin/v1/variants",
                "/admin/v1/categories",
                "/admin/v1/orders",
                "/admin/v1/stock",
                "/admin/v1/stock-locations",
                "/admin/v1/promotions",
                "/admin/v1/api-keys",
                "/admin/v1/webhooks",
                "/admin/v1/dead-letters",
                "/admin/v1/imports"
            })
    void limitIsFromOneToOneHundred(String path) {
        for (String limit : List.of("0", "-1", "101", "1000")) {
            AdminApi.request()
                    .get(path + "?limit=" + limit)
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("out_of_range"))
                    .body("errors[0].pointer", equalTo("limit"));
        }
        AdminApi.request().get(path + "?limit=100").then().statusCode(200);
    }

    @Test
    void cursorOfAnotherQueryIsRefused() {
        productFixture.createProduct(100, 1);
        productFixture.createProduct(200, 1);
        productFixture.createProduct(300, 1);
        for (String sort : List.of("created_at", "price", "title")) {
            String query = "?limit=1&currency=GBP&sort=" + sort;
            Response first = await().until(() -> given().get(STORE + query), page -> page.path("next_cursor") != null);
            String cursor = first.path("next_cursor");
            given().get(STORE + query + "&cursor=" + cursor)
                    .then()
                    .statusCode(200)
                    .body("data", hasSize(1));
            // The limit is not part of the list that the cursor is bound to.
            given().get(STORE + query.replace("limit=1", "limit=2") + "&cursor=" + cursor)
                    .then()
                    .statusCode(200);
            for (String other : List.of(
                    query.replace("GBP", "EUR"),
                    query.replace("&currency=GBP", ""),
                    query + "&category=some-category",
                    query.replace("sort=" + sort, "sort=-price"))) {
                given().get(STORE + other + "&cursor=" + cursor)
                        .then()
                        .statusCode(400)
                        .body("code", equalTo("invalid_cursor"));
            }
            assertThat(first.header("Link")).contains(cursor);
        }
    }

    @Test
    void cursorOfAnotherAdminListIsRefused() {
        productFixture.createProduct(100, 1);
        productFixture.createProduct(200, 1);
        Response products = await().until(
                        () -> AdminApi.request().get("/admin/v1/products?limit=1&status=active"),
                        page -> page.path("next_cursor") != null);
        String cursor = products.path("next_cursor");
        AdminApi.request()
                .get("/admin/v1/products?limit=1&status=active&cursor=" + cursor)
                .then()
                .statusCode(200)
                .body("data", hasSize(1));
        for (String other : List.of(
                "/admin/v1/products?", "/admin/v1/products?status=draft&", "/admin/v1/variants?status=active&")) {
            AdminApi.request().get(other + "cursor=" + cursor).then().statusCode(400);
        }
        AdminApi.request()
                .get("/admin/v1/products?status=draft&cursor=" + cursor)
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_cursor"));
        // A cursor of the previous release is not bound to a list.
        AdminApi.request()
                .get("/admin/v1/products?status=active&cursor=" + cursor.substring(0, cursor.indexOf('.')))
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_cursor"));
    }

    @Test
    void availabilityAgreesWithAvailable() {
        String sku = productFixture.createProduct(100, 5);
        String path = STORE + "/" + sku.toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        await().untilAsserted(() -> given().get(path + "?currency=GBP")
                .then()
                .statusCode(200)
                .body("variants[0].available", equalTo(true))
                .body("variants[0].availability", equalTo("in_stock")));
        given().get(path + "?currency=JPY")
                .then()
                .statusCode(200)
                .body("variants[0].price", equalTo(null))
                .body("variants[0].available", equalTo(false))
                .body("variants[0].availability", equalTo("out_of_stock"));
    }
}
