package io.fondaco.importing;

import static io.fondaco.importing.ImportResourceTest.admin;
import static io.fondaco.importing.ImportResourceTest.assertRows;
import static io.fondaco.importing.ImportResourceTest.awaitExport;
import static io.fondaco.importing.ImportResourceTest.importAndWait;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Import and export of stock in the Shopify format, over HTTP. */
@QuarkusTest
class ShopifyStockImportTest {
    @Inject
    private ShopDatabase shop;

    private static final String PRODUCTS = "kind=products&format=shopify";
    private static final String STOCK = "kind=stock&format=shopify";
    private static final String LEGACY_HEADER =
            "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,"
                    + "SKU,HS Code,COO,Location,Bin name,Incoming,Unavailable,Committed,Available,On hand\n";
    private static final String CURRENT_HEADER =
            "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Bin name,Incoming (not editable),"
                    + "Unavailable (not editable),Committed (not editable),Available (not editable),On hand (current),"
                    + "On hand (new)\n";

    @Test
    void variantsAreFoundByHandleAndOptionsOrBySkuAndLocationsByCodeOrName() throws SQLException {
        importAndWait(PRODUCTS, """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                sf-boot,Boot,Size,37,SF-B1,50
                sf-boot,,,38,SF-B1,50
                sf-mug,Mug,Title,Default Title,,9
                sf-num,Number,Title,Default Title,'7100101,9
                """);
        location("sf-berlin", "Berlin Mitte");
        String file = LEGACY_HEADER + """
                sf-boot,Boot,Size,37,,,,,SF-B1,,,berlin MITTE,,0,0,1,4,5
                sf-boot,Boot,Size,38,,,,,SF-B1,,,SF-BERLIN,,0,0,0,7,7
                sf-boot,Boot,Size,37,,,,,SF-B1,,,default,,0,0,0,-2,-2
                sf-boot,Boot,Size,38,,,,,SF-B1,,,default,,not stocked,not stocked,not stocked,not stocked,not stocked
                sf-mug,Mug,Title,Default Title,,,,,,,,default,,0,0,0,3,3
                sf-elsewhere,Number,Title,Default Title,,,,,'7100101,,,default,,0,0,0,9,9
                sf-mug,Mug,Title,Default Title,,,,,,,,Hamborg,,0,0,0,1,1
                sf-mug,Mug,Title,Default Title,,,,,,,,Nowhere,,,,,not stocked,not stocked
                sf-boot,Boot,Size,39,,,,,SF-NOBODY,,,default,,0,0,0,1,1
                sf-nobody,Boot,Size,39,,,,,,,,default,,0,0,0,1,1
                """;

        JsonPath done = importAndWait(STOCK, file);

        assertRows(done, 5, 0, 2, 3);
        assertThat(done.getList("ignored_columns")).containsExactly("HS Code", "COO", "Bin name", "Incoming");
        assertThat(done.getString("currency")).isNull();
        Response errors = admin().get(done.getString("errors_url"));
        assertThat(errors.jsonPath().getList("data.row")).containsExactly(8, 10, 11);
        assertThat(errors.jsonPath().getList("data.code"))
                .containsExactly("unknown_location", "unknown_sku", "unknown_product");
        assertThat(errors.jsonPath().getList("data.column")).containsExactly("Location", "SKU", "SKU");
        Response warnings = admin().get(done.getString("warnings_url"));
        assertThat(warnings.jsonPath().getList("data.row")).containsExactly(4);
        assertThat(warnings.jsonPath().getList("data.code")).containsExactly("negative_quantity");
        assertThat(levels("SF-B1")).containsExactlyInAnyOrder("sf-berlin 4", "default 0");
        assertThat(levels("sf-boot-38")).containsExactly("sf-berlin 7");
        assertThat(levels("sf-mug")).containsExactly("default 3");
        assertThat(levels("7100101")).containsExactly("default 9");
        assertRows(importAndWait(STOCK, file), 0, 0, 7, 3);
    }

    @Test
    void currentLayoutAppliesNewCountsAndOtherwiseOnlyInitialStock() throws SQLException {
        importAndWait(PRODUCTS, """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                sf-hat,Hat,Size,S,SF-HAT-S,5
                sf-hat,,,M,SF-HAT-M,5
                """);
        String current = CURRENT_HEADER + """
                sf-hat,Hat,Size,S,SF-HAT-S,default,,0,0,2,6,8,
                sf-hat,Hat,Size,M,SF-HAT-M,default,,not stocked,not stocked,not stocked,not stocked,not stocked,
                """;

        assertRows(importAndWait(STOCK, current), 1, 0, 1, 0);
        assertThat(levels("SF-HAT-S")).containsExactly("default 6");
        assertRows(importAndWait(STOCK, current.replace(",6,8,", ",5,7,")), 0, 0, 2, 0);
        assertThat(levels("SF-HAT-S")).containsExactly("default 6");
        assertRows(importAndWait(STOCK, current.replace(",6,8,", ",6,8,20")), 0, 1, 1, 0);
        assertThat(levels("SF-HAT-S")).containsExactly("default 18");
        assertRows(importAndWait(STOCK, current.replace("not stocked,\n", "not stocked,3\n")), 1, 0, 1, 0);
        assertThat(levels("SF-HAT-M")).containsExactly("default 3");
    }

    @Test
    void stockMarkedAsNotStockedStaysWithAWarning() throws SQLException {
        importAndWait(PRODUCTS, "Handle,Title,Variant SKU,Variant Price\nsf-stays,Stays,SF-STAYS,5\n");
        importAndWait("kind=stock", "sku,available\nSF-STAYS,4\n");

        JsonPath done = importAndWait(
                STOCK, "SKU,Location,Available,On hand\nSF-STAYS,default,not stocked,not stocked\nSF-STAYS,,,\n");

        assertRows(done, 0, 0, 1, 1);
        assertThat(admin().get(done.getString("warnings_url")).jsonPath().getList("data.code"))
                .containsExactly("not_stocked");
        assertThat(admin().get(done.getString("errors_url")).jsonPath().getList("data.code"))
                .containsExactly("duplicate_row");
        assertThat(levels("SF-STAYS")).containsExactly("default 4");
    }

    @Test
    void locationIsCreatedByNameAndTheExportImportsBackUnchanged() {
        importAndWait(PRODUCTS, """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                sf-out,"Out, ""quoted\""",Size,S,'007,5
                sf-out,,,=M,SF-OUT,5
                SF Odd®,Odd,Title,Default Title,SF-OUT,5
                """);
        String file = LEGACY_HEADER + """
                sf-out,Out,Size,S,,,,,'007,,,Köln Süd,,0,0,0,4,4
                sf-out,Out,Size,=M,,,,,SF-OUT,,,köln süd,,0,0,0,5,5
                SF Odd®,Odd,Title,Default Title,,,,,SF-OUT,,,Köln Süd,,0,0,0,6,6
                """;

        assertRows(importAndWait(STOCK + "&create_locations=true&dry_run=true", file), 3, 0, 0, 0);
        assertRows(importAndWait(STOCK, file), 0, 0, 0, 3);
        assertRows(importAndWait(STOCK + "&create_locations=true", file), 3, 0, 0, 0);
        await().atMost(Duration.ofSeconds(30)).until(() -> "Köln Süd"
                .equals(admin().get("/admin/v1/stock-locations/K-ln-S-d").path("name")));

        awaitExport(STOCK, "SF Odd®");
        String export =
                admin().get("/admin/v1/exports?" + STOCK + "&formulas=quoted").asString();
        assertThat(export.lines())
                .startsWith(LEGACY_HEADER.strip())
                .contains("SF Odd®,Odd,Title,Default Title,,,,,SF-OUT,,,Köln Süd,,0,0,0,6,6")
                .contains("sf-out,\"Out, \"\"quoted\"\"\",Size,'=M,,,,,SF-OUT,,,Köln Süd,,0,0,0,5,5");
        JsonPath back = importAndWait(STOCK, export);
        assertThat(back.getLong("rows.read")).isGreaterThanOrEqualTo(3);
        assertRows(back, 0, 0, back.getLong("rows.read"), 0);
        assertThat(back.getInt("warnings")).isZero();
    }

    @Test
    void countAboveTheLimitIsRejectedByImportsAndByAdjustments() {
        importAndWait(PRODUCTS, "Handle,Title,Variant SKU,Variant Price\nsf-many,Many,SF-MANY,5\n");
        assertRows(importAndWait("kind=stock", "sku,available\nSF-MANY,1000000000001\n"), 0, 0, 0, 1);
        assertRows(importAndWait(STOCK, "SKU,Location,Available\nSF-MANY,default,1000000000001\n"), 0, 0, 0, 1);
        adjust("sf-many-1", "{\"sku\":\"SF-MANY\",\"available\":1000000000001}")
                .then()
                .statusCode(422)
                .body("code", equalTo("out_of_range"));
        adjust("sf-many-2", "{\"sku\":\"SF-MANY\",\"available\":1000000000000}")
                .then()
                .statusCode(200);
        adjust("sf-many-3", "{\"sku\":\"SF-MANY\",\"delta\":1}")
                .then()
                .statusCode(422)
                .body("code", equalTo("out_of_range"))
                .body("errors[0].pointer", equalTo("/delta"));
        adjust("sf-many-4", "{\"sku\":\"SF-MANY\",\"delta\":-1000000000000}")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "-9223372036854775809", "1000000000000000000000000000000"})
    void numberBeyond64BitsIsOutOfRange(String number) {
        adjust("sf-range" + number, "{\"sku\":\"SF-MANY\",\"delta\":" + number + "}")
                .then()
                .statusCode(400)
                .body("code", equalTo("out_of_range"))
                .body("errors[0].pointer", equalTo("/delta"))
                .body("detail", containsString("9223372036854775807"));
    }

    private static Response adjust(String key, String body) {
        return admin().contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .body(body)
                .post("/admin/v1/stock/adjustments");
    }

    private static void location(String code, String name) {
        admin().contentType(ContentType.JSON)
                .body(Map.of("code", code, "name", name))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(201);
    }

    /** Reads the primary, so that the test need not wait for a replica. */
    private List<String> levels(String sku) throws SQLException {
        String levels = shop.query("SELECT string_agg(location || ' ' || available, ',' ORDER BY location)"
                + " FROM inventory.stock_level WHERE sku = '" + sku + "'");
        return levels == null ? List.of() : List.of(levels.split(","));
    }
}
