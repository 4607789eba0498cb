package io.fondaco.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
class LocationTest {
    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Test
    void aLocationIsCreatedAndChangedWithItsVersion() {
        String code = newCode();
        String tag = AdminApi.request()
                .body(Map.of("code", code, "name", "Leeds", "country", "GB", "priority", 5))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(201)
                .body("active", equalTo(true))
                .body("ships_online", equalTo(true))
                .extract()
                .header("ETag");
        AdminApi.request()
                .body(Map.of("code", code))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(409)
                .body("code", equalTo("location_exists"));
        AdminApi.request()
                .body(Map.of("active", false))
                .patch("/admin/v1/stock-locations/" + code)
                .then()
                .statusCode(428);
        AdminApi.request()
                .header("If-Match", tag)
                .body(Map.of("active", false))
                .patch("/admin/v1/stock-locations/" + code)
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("active", equalTo(false))
                .body("ships_online", equalTo(true))
                .body("name", equalTo("Leeds"))
                .body("country", equalTo("GB"))
                .body("priority", equalTo(5));
        AdminApi.request()
                .header("If-Match", tag)
                .body(Map.of("active", true))
                .patch("/admin/v1/stock-locations/" + code)
                .then()
                .statusCode(412);
        AdminApi.request()
                .body(Map.of("code", newCode(), "country", "XX"))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(422);
    }

    @Test
    void stockAtAnUnknownLocationIsRejectedUnlessItsCreationIsRequested() {
        String code = newCode();
        String known = productFixture.createProduct(250, 0);
        adjust(Map.of("sku", known, "location", code, "available", 3))
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("unknown_location"))
                .body("errors[0].pointer", equalTo("/location"));
        adjust(Map.of("sku", known, "location", "../x", "create_location", true, "available", 3))
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("invalid_location"));
        adjust(Map.of("sku", known, "location", " " + code + " ", "create_location", true, "available", 3))
                .then()
                .statusCode(200)
                .body("location", equalTo(code));
        String token = count(productFixture.createProduct(250, 0), code, 3).header("Fondaco-Consistency");
        AdminApi.request()
                .header("Fondaco-Consistency", token)
                .get("/admin/v1/stock-locations/" + code)
                .then()
                .statusCode(200)
                .body("priority", equalTo(100));
    }

    @Test
    void locationCodesThatDifferOnlyInCaseAreRejected() {
        String sku = productFixture.createProduct(250, 5);
        for (String location : List.of("default", " default ")) {
            adjust(Map.of("sku", sku, "location", location, "available", 5))
                    .then()
                    .statusCode(200)
                    .body("location", equalTo("default"));
        }
        adjust(Map.of("sku", sku, "location", "Default", "create_location", true, "available", 5))
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("unknown_location"));
        AdminApi.request()
                .body(Map.of("code", "DEFAULT"))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(409)
                .body("code", equalTo("location_exists"));
        AdminApi.request()
                .header("If-Match", "*")
                .body(Map.of("policy", "backorder", "limit", 3, "location", "Nowhere"))
                .put("/admin/v1/stock/" + sku + "/selling-policy")
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("unknown_location"));
        assertThat(productFixture.availableStock(sku)).isEqualTo(5);
    }

    private static Response adjust(Map<String, Object> adjustment) {
        return AdminApi.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(adjustment)
                .post("/admin/v1/stock/adjustments");
    }

    @Test
    void aLocationThatDoesNotShipOnlineSellsNothing() {
        String code = createLocation(Map.of("priority", 1));
        String sku = productFixture.createProduct(250, 0);
        count(sku, code, 2);
        change(code, Map.of("ships_online", false));
        Shopper.readyToCheckout(sku, 1)
                .complete("tok_ok")
                .then()
                .statusCode(409)
                .body("errors[0].available", equalTo(0));
        assertThat(productFixture.availableStock(sku)).isZero();
        change(code, Map.of("ships_online", true));
        Shopper.readyToCheckout(sku, 1).complete("tok_ok").then().statusCode(201);
    }

    @Test
    void aCartIsSentFromTheOneLocationThatHasAllItems() throws SQLException {
        String preferred = createLocation(Map.of("priority", 1));
        String other = createLocation(Map.of("priority", 2));
        String a = productFixture.createProduct(250, 0);
        String b = productFixture.createProduct(250, 0);
        count(a, preferred, 5);
        count(a, other, 1);
        count(b, other, 1);
        Shopper shopper = Shopper.readyToCheckout(a, 1);
        shopper.addLine(b, 1).then().statusCode(200);
        Response order = shopper.complete("tok_ok");
        order.then().statusCode(201);
        assertThat(soldAt(order)).isEqualTo(other + "," + other);
    }

    @Test
    void amongEqualLocationsTheOneInTheDestinationCountryIsChosen() throws SQLException {
        String here = createLocation(Map.of("priority", 50, "country", "GB"));
        String there = createLocation(Map.of("priority", 50, "country", "DE"));
        String sku = productFixture.createProduct(250, 0);
        count(sku, here, 5);
        count(sku, there, 5);
        assertThat(soldAt(deliveredTo(sku, "DE"))).isEqualTo(there);
        assertThat(soldAt(deliveredTo(sku, "GB"))).isEqualTo(here);
    }

    private static Response deliveredTo(String sku, String country) {
        Shopper shopper = Shopper.withCart(sku, 1);
        shopper.request()
                .body(Map.of(
                        "shipping_address",
                        Map.of(
                                "name", "Ada",
                                "line1", "1 Way",
                                "city", "Town",
                                "postal_code", "12345",
                                "country", country)))
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        Response order = shopper.complete("tok_ok");
        order.then().statusCode(201);
        return order;
    }

    private String soldAt(Response order) throws SQLException {
        return database.query(
                "SELECT string_agg(location, ',' ORDER BY sku) FROM inventory.movement WHERE kind = 'sold'"
                        + " AND reference = '" + order.path("id") + "'");
    }

    private static String newCode() {
        return "loc-" + UUID.randomUUID();
    }

    private static String createLocation(Map<String, Object> more) {
        Map<String, Object> body = new java.util.HashMap<>(more);
        String code = newCode();
        body.put("code", code);
        AdminApi.request().body(body).post("/admin/v1/stock-locations").then().statusCode(201);
        return code;
    }

    private static void change(String code, Map<String, Object> change) {
        AdminApi.request()
                .header("If-Match", "*")
                .body(change)
                .patch("/admin/v1/stock-locations/" + code)
                .then()
                .statusCode(200);
    }

    private static Response count(String sku, String location, long available) {
        Response counted = AdminApi.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Map.of("sku", sku, "location", location, "available", available))
                .post("/admin/v1/stock/adjustments");
        counted.then().statusCode(200).body("location", equalTo(location));
        return counted;
    }
}
