package io.fondaco.invoice;

import io.fondaco.checkout.AdminApi;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;

/** The seller of the shop for one test. {@link #close} removes it: the settings are empty before and after. */
public final class SellerFixture implements AutoCloseable {
    static final String SETTINGS = "/admin/v1/settings/seller";

    private static final List<String> FIELDS =
            List.of("name", "address_lines", "postal_code", "city", "region", "country", "tax_id", "registration");

    public SellerFixture() {
        restore();
    }

    /** Sets what this seller has after a test has changed it. */
    static void restore() {
        change(Map.of(
                        "name", "Lumen GmbH",
                        "address_lines", List.of("Hof 2", "Lange Straße 12"),
                        "postal_code", "10115",
                        "city", "Berlin",
                        "country", "DE",
                        "tax_id", "DE136695976"))
                .then()
                .statusCode(200);
    }

    static Response change(Map<String, Object> change) {
        return AdminApi.request().header("If-Match", "*").body(change).patch(SETTINGS);
    }

    @Override
    public void close() {
        change(Map.of("clear", FIELDS)).then().statusCode(200);
    }
}
