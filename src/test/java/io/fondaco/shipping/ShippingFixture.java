package io.fondaco.shipping;

import io.fondaco.checkout.AdminApi;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;

/** A shipping zone for one test, created over HTTP. Closing it deletes the zone with its methods. */
public record ShippingFixture(String path) implements AutoCloseable {
    static final String ZONES = "/admin/v1/shipping-zones";
    static final String PROFILES = "/admin/v1/shipping-profiles";

    /** A zone for a country that no other test uses. */
    public static ShippingFixture zone(String country) {
        return zone(Map.of("name", "Zone of a test", "countries", List.of(country)));
    }

    static ShippingFixture zone(Map<String, Object> body) {
        Response created = AdminApi.request().body(body).post(ZONES);
        created.then().statusCode(201);
        return new ShippingFixture(ZONES + "/" + created.path("id"));
    }

    /** Creates a method; returns its path. */
    String method(Map<String, Object> body) {
        Response created = AdminApi.request().body(body).post(path + "/methods");
        created.then().statusCode(201);
        return path + "/methods/" + created.path("id");
    }

    static Map<String, Object> gbp(long pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }

    static Response change(String path, Map<String, Object> body) {
        return AdminApi.request().header("If-Match", "*").body(body).patch(path);
    }

    static void delete(String path) {
        AdminApi.request().header("If-Match", "*").delete(path).then().statusCode(204);
    }

    @Override
    public void close() {
        delete(path);
    }
}
