package io.fondaco.checkout;

import static io.restassured.RestAssured.given;

import io.fondaco.PostgresTestResource;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Requests of the admin API. */
public final class AdminApi {
    private AdminApi() {}

    public static RequestSpecification request() {
        return given().contentType(ContentType.JSON)
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY);
    }

    public static Response getOrder(String id) {
        return request().get("/admin/v1/orders/" + id);
    }

    public static Response orderAction(String order, String action, Map<String, Object> body) {
        return orderAction(order, action, body, UUID.randomUUID().toString());
    }

    public static Response orderAction(String order, String action, Map<String, Object> body, String key) {
        return request().header("Idempotency-Key", key).body(body).post("/admin/v1/orders/" + order + "/" + action);
    }

    /** The member {@code lines} of an action on units of the first line of an order. */
    public static List<Map<String, Object>> units(Response placed, int quantity) {
        return List.of(Map.of("line_id", placed.path("lines[0].id"), "quantity", quantity));
    }
}
