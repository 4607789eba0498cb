package io.fondaco.checkout;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A customer with a cart, over HTTP. */
public record Shopper(String cartId, String token) {
    public static Shopper withCart(String sku, int quantity) {
        return withCart(List.of(sku), quantity);
    }

    public static Shopper withCart(List<String> skus, int quantity) {
        Response created = given().contentType(ContentType.JSON)
                .body(Map.of(
                        "currency",
                        "GBP",
                        "email",
                        "Ada@example.org",
                        "lines",
                        skus.stream()
                                .map(sku -> Map.of("sku", sku, "quantity", quantity))
                                .toList()))
                .post("/store/v1/carts");
        created.then().statusCode(201);
        return new Shopper(created.path("id"), created.path("cart_token"));
    }

    /** A shopper with a cart that can be completed; the order is collected. */
    public static Shopper readyToCheckout(String sku, int quantity) {
        return readyToCheckout(List.of(sku), quantity);
    }

    /** A shopper with this quantity of each SKU. */
    public static Shopper readyToCheckout(List<String> skus, int quantity) {
        Shopper shopper = withCart(skus, quantity);
        shopper.request()
                .body(Map.of("shipping_method", "pickup"))
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        return shopper;
    }

    public RequestSpecification request() {
        return given().contentType(ContentType.JSON).header("Authorization", "Bearer " + token);
    }

    public String path(String rest) {
        return "/store/v1/carts/" + cartId + rest;
    }

    /** Sets a shipping address in this country. */
    public Response sendTo(String country) {
        Response changed = request()
                .body(Map.of(
                        "shipping_address",
                        Map.of(
                                "name", "Ada Lovelace",
                                "line1", "1 Main Street",
                                "city", "Capital",
                                "postal_code", "1010",
                                "country", country)))
                .patch(path(""));
        changed.then().statusCode(200);
        return changed;
    }

    public Response getCart() {
        return request().get(path(""));
    }

    /** Adds this quantity to the cart. */
    public Response addLine(String sku, int quantity) {
        return request().body(Map.of("sku", sku, "quantity", quantity)).post(path("/lines"));
    }

    public Response complete(String paymentToken) {
        return complete("test", paymentToken, UUID.randomUUID().toString());
    }

    public Response complete(String provider, String paymentToken, String key) {
        return request()
                .header("Idempotency-Key", key)
                .body(Map.of("payment", Map.of("provider", provider, "token", paymentToken)))
                .post(path("/complete"));
    }
}
