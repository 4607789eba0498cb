package io.fondaco.checkout;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class CartTest {
    private static final Map<String, Object> ADDRESS = Map.of(
            "name", "Ada Lovelace",
            "line1", "12 St James's Square",
            "city", "London",
            "postal_code", "SW1Y 4JH",
            "country", "GB");

    @Inject
    ProductFixture productFixture;

    @Test
    void newCartHasPricesTotalsAndProblems() {
        String sku = productFixture.createProduct(250, 10);
        Shopper.withCart(sku, 2)
                .getCart()
                .then()
                .statusCode(200)
                .body("cart_token", nullValue())
                .body("lines[0].unit_price.amount", equalTo(250))
                .body("lines[0].total.amount", equalTo(500))
                .body("totals.total.amount", equalTo(500))
                .body("problems.code", contains("missing_shipping_address"));
    }

    @Test
    void cheapestShippingMethodAppliesOnceTheAddressIsKnown() {
        Shopper shopper = Shopper.withCart(productFixture.createProduct(250, 10), 2);
        shopper.request()
                .body(Map.of("shipping_address", ADDRESS))
                .patch(shopper.path(""))
                .then()
                .statusCode(200)
                .body("shipping_method", equalTo("standard"))
                .body("totals.shipping.amount", equalTo(395))
                .body("totals.total.amount", equalTo(895))
                .body("problems", empty());
        shopper.request()
                .get(shopper.path("/shipping-methods"))
                .then()
                .body("data.code", contains("pickup", "standard"))
                .body("data.price.amount", contains(0, 395));
    }

    @Test
    void outOfStockLineIsAProblem() {
        Shopper.readyToCheckout(productFixture.createProduct(250, 1), 2)
                .getCart()
                .then()
                .body("problems[0].code", equalTo("out_of_stock"))
                .body("problems[0].pointer", equalTo("/lines/0"))
                .body("problems[0].available", equalTo(1));
    }

    @Test
    void quantitiesOfOneSkuInOneRequestAreAddedUp() {
        String sku = productFixture.createProduct(100, 10);
        given().contentType(ContentType.JSON)
                .body("""
                        {"currency": "GBP", "lines": [{"sku": "%1$s", "quantity": 2}, {"sku": "%1$s", "quantity": 3}]}
                        """.formatted(sku))
                .post("/store/v1/carts")
                .then()
                .statusCode(201)
                .body("lines.quantity", contains(5));
    }

    @Test
    void concurrentAdditionsAreAllCounted() throws Exception {
        String sku = productFixture.createProduct(100, 1_000);
        Shopper shopper = Shopper.withCart(sku, 1);
        List<Integer> statuses =
                ConcurrentRunner.runAll(8, _ -> shopper.addLine(sku, 3).statusCode());
        assertThat(statuses).containsOnly(200);
        shopper.getCart().then().body("lines.quantity", contains(25));
    }

    @Test
    void quantityIsLimitedAndLinesCanBeChangedAndRemoved() {
        String sku = productFixture.createProduct(100, 10);
        Shopper shopper = Shopper.withCart(sku, 9_999);
        shopper.addLine(sku, 1)
                .then()
                .statusCode(422)
                .body("code", equalTo("quantity_out_of_range"))
                .body("errors[0].pointer", equalTo("/quantity"));
        String line = shopper.getCart().path("lines[0].id");
        for (Object quantity : List.of(0, -1, 10_000, 1_000_000_000_000L)) {
            shopper.request()
                    .body(Map.of("quantity", quantity))
                    .patch(shopper.path("/lines/" + line))
                    .then()
                    .statusCode(422);
        }
        shopper.request()
                .body(Map.of("quantity", 4))
                .patch(shopper.path("/lines/" + line))
                .then()
                .body("lines.quantity", contains(4));
        shopper.request()
                .delete(shopper.path("/lines/" + line))
                .then()
                .statusCode(200)
                .body("lines", empty());
        shopper.request().delete(shopper.path("/lines/" + line)).then().statusCode(404);
    }

    @Test
    void unsellableLineIsReportedWithItsPointer() {
        String sku = productFixture.createProduct(100, 10);
        given().contentType(ContentType.JSON)
                .body("""
                        {"currency": "GBP", "lines": [{"sku": "%s", "quantity": 1}, {"sku": "no-such", "quantity": 1}]}
                        """.formatted(sku))
                .post("/store/v1/carts")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_sku"))
                .body("errors[0].pointer", equalTo("/lines/1/sku"));
        given().contentType(ContentType.JSON)
                .body("""
                        {"currency": "JPY", "lines": [{"sku": "%s", "quantity": 1}]}
                        """.formatted(sku))
                .post("/store/v1/carts")
                .then()
                .statusCode(422)
                .body("code", equalTo("no_price_in_currency"));
        given().contentType(ContentType.JSON)
                .body("{\"currency\": \"EUx\"}")
                .post("/store/v1/carts")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_currency"));
    }

    @Test
    void invalidCouponAddressOrShippingMethodIsRejected() {
        Shopper shopper = Shopper.withCart(productFixture.createProduct(100, 10), 1);
        shopper.request()
                .body(Map.of("coupon_codes", List.of("SAVE10")))
                .patch(shopper.path(""))
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_coupon"));
        shopper.request()
                .body("{\"shipping_address\": {\"name\": \"A\", \"line1\": \"B\", \"city\": \"C\","
                        + " \"postal_code\": \"D\", \"country\": \"XX\"}}")
                .patch(shopper.path(""))
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/shipping_address/country"));
        shopper.request()
                .body(Map.of("shipping_address", ADDRESS, "shipping_method", "teleport"))
                .patch(shopper.path(""))
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_shipping_method"));
        shopper.request()
                .body("{\"email\": \"a\\u0000b@example.org\"}")
                .patch(shopper.path(""))
                .then()
                .statusCode(422);
    }

    @Test
    void cartRequiresItsOwnToken() {
        String sku = productFixture.createProduct(100, 10);
        Shopper mine = Shopper.withCart(sku, 1);
        Shopper yours = Shopper.withCart(sku, 1);
        given().get(mine.path("")).then().statusCode(401);
        yours.request().get(mine.path("")).then().statusCode(404).body("code", equalTo("not_found"));
        yours.request()
                .header("Idempotency-Key", "k")
                .body(Map.of("payment", Map.of("provider", "test", "token", "tok_ok")))
                .post(mine.path("/complete"))
                .then()
                .statusCode(404);
        mine.getCart().then().statusCode(200).body("id", not(equalTo(yours.cartId())));
    }
}
