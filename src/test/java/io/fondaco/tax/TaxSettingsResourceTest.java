package io.fondaco.tax;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.checkout.AdminApi;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings of taxes in the admin API. They are restored: other tests sell with the default settings. */
@QuarkusTest
class TaxSettingsResourceTest {
    private static final String SETTINGS = "/admin/v1/settings/tax";

    private static Response change(String path, String ifMatch, Map<String, Object> body) {
        return AdminApi.request().header("If-Match", ifMatch).body(body).patch(path);
    }

    @Test
    void settingsAreChangedWithTheirETag() {
        Response before = AdminApi.request().get(SETTINGS);
        before.then()
                .statusCode(200)
                .body("prices_include_tax", equalTo(true))
                .body("rounding", equalTo("line"))
                .body("rounding_mode", equalTo("half_up"))
                .body("shipping_tax", equalTo("category"))
                .body("shipping_category", equalTo("standard"))
                .body("reverse_charge", equalTo(false))
                .body("seller_country", nullValue());
        AdminApi.request()
                .body(Map.of("rounding", "order"))
                .patch(SETTINGS)
                .then()
                .statusCode(428);
        change(SETTINGS, "\"0\"", Map.of("rounding", "order")).then().statusCode(412);
        try {
            change(
                            SETTINGS,
                            before.header("ETag"),
                            Map.of(
                                    "rounding",
                                    "order",
                                    "rounding_mode",
                                    "half_even",
                                    "shipping_tax",
                                    "pro_rata",
                                    "shipping_category",
                                    "reduced",
                                    "seller_country",
                                    "US",
                                    "seller_region",
                                    "California",
                                    "seller_postal_code",
                                    "90001"))
                    .then()
                    .statusCode(200)
                    .body("rounding", equalTo("order"))
                    .body("rounding_mode", equalTo("half_even"))
                    .body("shipping_tax", equalTo("pro_rata"))
                    .body("shipping_category", equalTo("reduced"))
                    .body("seller_region", equalTo("CA"))
                    .body("version", equalTo(before.<Integer>path("version") + 1));
            change(SETTINGS, "*", Map.of("clear", List.of("seller_region")))
                    .then()
                    .body("seller_region", nullValue())
                    .body("seller_postal_code", equalTo("90001"));
            invalidSettings(Map.of("seller_country", "XX"), "/seller_country", "unknown_country");
            invalidSettings(Map.of("seller_region", "QC"), "/seller_region", "unknown_region");
            invalidSettings(Map.of("shipping_category", "no-such"), "/shipping_category", "unknown_category");
            invalidSettings(
                    Map.of("clear", List.of("seller_country"), "reverse_charge", true),
                    "/reverse_charge",
                    "seller_country_required");
            change(SETTINGS, "*", Map.of("rounding", "down")).then().statusCode(400);
        } finally {
            change(
                            SETTINGS,
                            "*",
                            Map.of(
                                    "rounding",
                                    "line",
                                    "rounding_mode",
                                    "half_up",
                                    "shipping_tax",
                                    "category",
                                    "shipping_category",
                                    "standard",
                                    "clear",
                                    List.of("seller_country")))
                    .then()
                    .statusCode(200)
                    .body("seller_country", nullValue())
                    .body("seller_postal_code", nullValue());
        }
    }

    private static void invalidSettings(Map<String, Object> body, String pointer, String code) {
        change(SETTINGS, "*", body)
                .then()
                .statusCode(422)
                .body("code", equalTo(code))
                .body("errors.pointer", contains(pointer));
    }
}
