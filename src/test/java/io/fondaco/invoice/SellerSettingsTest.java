package io.fondaco.invoice;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.checkout.AdminApi;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The seller in the settings of the admin API. */
@QuarkusTest
class SellerSettingsTest {
    @Test
    void settingsAreChangedWithTheirETag() {
        Response before = AdminApi.request().get(SellerFixture.SETTINGS);
        before.then()
                .statusCode(200)
                .body("name", nullValue())
                .body("address_lines", empty())
                .body("country", nullValue());
        AdminApi.request()
                .body(Map.of("name", "Lumen"))
                .patch(SellerFixture.SETTINGS)
                .then()
                .statusCode(428);
        try (SellerFixture _ = new SellerFixture()) {
            AdminApi.request()
                    .header("If-Match", before.header("ETag"))
                    .body(Map.of("name", "Lumen"))
                    .patch(SellerFixture.SETTINGS)
                    .then()
                    .statusCode(412);
            SellerFixture.change(Map.of("city", "Potsdam", "clear", List.of("tax_id")))
                    .then()
                    .statusCode(200)
                    .body("name", equalTo("Lumen GmbH"))
                    .body("address_lines", contains("Hof 2", "Lange Straße 12"))
                    .body("city", equalTo("Potsdam"))
                    .body("tax_id", nullValue());
        }
    }

    @Test
    void invalidSettingsNameTheField() {
        rejected(Map.of("country", "XX"), "/country");
        rejected(Map.of("name", ""), "/name");
        rejected(Map.of("city", "Ber\tlin"), "/city");
        rejected(Map.of("address_lines", List.of("1", "2", "3", "4")), "/address_lines");
        rejected(Map.of("clear", List.of("version")), "/clear/0");
    }

    private static void rejected(Map<String, Object> change, String pointer) {
        SellerFixture.change(change).then().statusCode(422).body("errors.pointer", contains(pointer));
    }
}
