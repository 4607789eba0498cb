package io.fondaco.pricing;

import io.fondaco.checkout.AdminApi;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates and changes price lists over HTTP. */
public record PriceListFixture(String id, String name) {
    static final String PATH = "/admin/v1/price-lists";

    /** Creates a list in GBP with these members in addition, or instead. */
    public static PriceListFixture create(Map<String, Object> members) {
        Map<String, Object> body = new HashMap<>(Map.of("name", "List " + UUID.randomUUID(), "currency", "GBP"));
        body.putAll(members);
        Response created = AdminApi.request().body(body).post(PATH);
        created.then().statusCode(201);
        return new PriceListFixture(created.path("id"), created.path("name"));
    }

    /** A row of a request that sets prices. */
    public static Map<String, Object> row(String sku, int minQuantity, long pence) {
        return row(sku, minQuantity, Map.of("amount", pence, "currency", "GBP"));
    }

    /** @param price null deletes the tier */
    static Map<String, Object> row(String sku, int minQuantity, @Nullable Map<String, Object> price) {
        Map<String, Object> row = new HashMap<>();
        row.put("sku", sku);
        row.put("min_quantity", minQuantity);
        row.put("price", price);
        return row;
    }

    @SafeVarargs
    public final Response setPrices(Map<String, Object>... rows) {
        Response response = putPrices(List.of(rows));
        response.then().statusCode(200);
        return response;
    }

    Response putPrices(List<Map<String, Object>> rows) {
        return AdminApi.request().body(rows).put(path() + "/prices");
    }

    String path() {
        return PATH + "/" + id;
    }

    Response change(Map<String, Object> change) {
        Response response =
                AdminApi.request().header("If-Match", "*").body(change).patch(path());
        response.then().statusCode(200);
        return response;
    }
}
