package io.fondaco.promotion;

import io.fondaco.checkout.AdminApi;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An automatic promotion for one test, created over HTTP. It applies to one SKU, and is deleted at the end. */
public record AutomaticPromotionFixture(String id) implements AutoCloseable {
    private static final String PATH = "/admin/v1/promotions";

    public static AutomaticPromotionFixture create(String sku, Map<String, Object> action, Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name",
                "Automatic",
                "trigger",
                "automatic",
                "action",
                action,
                "conditions",
                List.of(Map.of("type", "skus", "skus", List.of(sku)))));
        body.putAll(more);
        Response created = AdminApi.request().body(body).post(PATH);
        created.then().statusCode(201);
        return new AutomaticPromotionFixture(created.path("id"));
    }

    /** Takes off an amount in pence. */
    public static AutomaticPromotionFixture amountOff(String sku, long pence, Map<String, Object> more) {
        return create(sku, Map.of("type", "amount", "amounts", List.of(gbp(pence))), more);
    }

    static Map<String, Object> gbp(long pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }

    Response get() {
        return AdminApi.request().get(PATH + "/" + id);
    }

    void update(Map<String, Object> change) {
        AdminApi.request()
                .header("If-Match", "*")
                .body(change)
                .patch(PATH + "/" + id)
                .then()
                .statusCode(200);
    }

    @Override
    public void close() {
        AdminApi.request()
                .header("If-Match", "*")
                .delete(PATH + "/" + id)
                .then()
                .statusCode(204);
    }
}
