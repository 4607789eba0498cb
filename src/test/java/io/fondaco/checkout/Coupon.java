package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** A promotion of a test's own, over HTTP. */
public record Coupon(String id, String code) {
    /** Takes off pence. */
    public static Coupon amount(long pence, Map<String, Object> more) {
        return make("amount", Map.of("amounts", List.of(gbp(pence))), more);
    }

    /** Takes off hundredths of a percent. */
    public static Coupon percentage(int basisPoints, Map<String, Object> more) {
        return make("percentage", Map.of("basis_points", basisPoints), more);
    }

    public static Coupon freeShipping() {
        return make("free_shipping", Map.of(), Map.of());
    }

    private static Coupon make(String kind, Map<String, Object> value, Map<String, Object> more) {
        String code = "C" + UUID.randomUUID().toString().substring(0, 13).toUpperCase(Locale.ROOT);
        Map<String, Object> body = new HashMap<>(Map.of("code", code, "title", "A " + kind, "kind", kind));
        body.putAll(value);
        body.putAll(more);
        Response made = Staff.request().body(body).post("/admin/v1/promotions");
        made.then().statusCode(201);
        return new Coupon(made.path("id"), code);
    }

    static Map<String, Object> gbp(long pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }

    public void change(Map<String, Object> change) {
        Staff.request()
                .header("If-Match", "*")
                .body(change)
                .patch("/admin/v1/promotions/" + id)
                .then()
                .statusCode(200);
    }

    /** How often it is used, as the staff is told. */
    public int used() {
        Response promotion = Staff.request().get("/admin/v1/promotions/" + id);
        assertThat(promotion.statusCode()).isEqualTo(200);
        return promotion.path("used");
    }
}
