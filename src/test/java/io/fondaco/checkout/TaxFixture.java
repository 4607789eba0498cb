package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tax rates and settings for one test. {@link #close} removes the rates and restores the settings. */
public final class TaxFixture implements AutoCloseable {
    private static final String RATES = "/admin/v1/tax-rates";
    private static final String SETTINGS = "/admin/v1/settings/tax";

    private final Map<String, Object> settings;
    private final List<String> rates = new ArrayList<>();

    /** @param sellerCountry where the seller is; orders that are collected are taxed there */
    public TaxFixture(boolean pricesIncludeTax, String sellerCountry, boolean reverseCharge) {
        Response before = AdminApi.request().get(SETTINGS);
        before.then().statusCode(200);
        Map<String, Object> restored = new HashMap<>();
        restored.put("prices_include_tax", before.path("prices_include_tax"));
        restored.put("reverse_charge", before.path("reverse_charge"));
        String seller = before.path("seller_country");
        if (seller == null) {
            restored.put("clear", List.of("seller_country"));
        } else {
            restored.put("seller_country", seller);
        }
        this.settings = restored;
        change(Map.of(
                "prices_include_tax", pricesIncludeTax,
                "seller_country", sellerCountry,
                "reverse_charge", reverseCharge));
    }

    private static void change(Map<String, Object> change) {
        String version = AdminApi.request().get(SETTINGS).header("ETag");
        AdminApi.request()
                .header("If-Match", version)
                .body(change)
                .patch(SETTINGS)
                .then()
                .statusCode(200);
    }

    /** Creates a rate of the standard category. If that fails, it closes the fixture: nobody else can. */
    public TaxFixture withRate(String name, String country, String rate) {
        Response created = AdminApi.request()
                .body(Map.of("name", name, "country", country, "category", "standard", "rate", rate))
                .post(RATES);
        if (created.statusCode() != 201) {
            close();
        }
        created.then().statusCode(201);
        rates.add(created.path("id"));
        return this;
    }

    @Override
    public void close() {
        change(settings);
        assertThat(rates).allSatisfy(rate -> AdminApi.request()
                .header("If-Match", "*")
                .delete(RATES + "/" + rate)
                .then()
                .statusCode(204));
    }
}
