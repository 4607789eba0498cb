package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** A promotion for one test, created over HTTP. */
public record CouponFixture(String id, String code) {
    /** A discount of an amount in pence. */
    public static CouponFixture amountOff(long pence, Map<String, Object> more) {
        return create("amount", Map.of("amounts", List.of(gbp(pence))), more);
    }

    /** A discount in hundredths of a percent. */
    public static CouponFixture percentageOff(int basisPoints, Map<String, Object> more) {
        return create("percentage", Map.of("basis_points", basisPoints), more);
    }

    public static CouponFixture freeShipping() {
        return create("free_shipping", Map.of(), Map.of());
    }

    private static CouponFixture create(String kind, Map<String, Object> value, Map<String, Object> more) {
        String code = "C" + UUID.randomUUID().toString().substring(0, 13).toUpperCase(Locale.ROOT);
        Map<String, Object> body = new HashMap<>(Map.of("code", code, "title", "A " + kind, "kind", kind));
        body.putAll(value);
        body.putAll(more);
        Response created = AdminApi.request().body(body).post("/admin/v1/promotions");
        created.then().statusCode(201);
        return new CouponFixture(created.path("id"), code);
    }

    static Map<String, Object> gbp(long pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }

    public void update(Map<String, Object> change) {
        AdminApi.request()
                .header("If-Match", "*")
                .body(change)
                .patch("/admin/v1/promotions/" + id)
                .then()
                .statusCode(200);
    }

    /** The number of redemptions, as the admin API returns it. */
    public int usageCount() {
        Response promotion = AdminApi.request().get("/admin/v1/promotions/" + id);
        assertThat(promotion.statusCode()).isEqualTo(200);
        return promotion.path("used");
    }
}
