package io.fondaco.importing;

import static io.fondaco.importing.ImportResourceTest.admin;
import static io.fondaco.importing.ImportResourceTest.assertRows;
import static io.fondaco.importing.ImportResourceTest.importAndWait;
import static io.fondaco.importing.ImportResourceTest.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.pricing.PriceListFixture;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files of prices. */
@QuarkusTest
class PriceImportTest {
    private static final String HEADER = "sku,list,min_quantity,price,currency,compare_at\n";

    @Inject
    ProductFixture products;

    @Inject
    ShopDatabase database;

    @Test
    void basePricesAndListPricesAreImported() throws SQLException {
        String sku = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of());
        String file = HEADER + """
                %1$s,,,2.40,GBP,3.00
                %1$s,,,3.10,EUR,
                %1$s,%2$s,,2.20,GBP,
                %1$s,%3$s,10,1.99,GBP,
                """.formatted(sku, list.name(), list.id());
        assertRows(importAndWait("kind=prices&dry_run=true", file), 3, 1, 0, 0);
        assertThat(amounts(sku)).isEqualTo("250");
        assertRows(importAndWait("kind=prices", file), 3, 1, 0, 0);
        assertThat(amounts(sku)).isEqualTo("240, 310, 220 from 1, 199 from 10");
        assertRows(importAndWait("kind=prices&format=fondaco", file), 0, 0, 4, 0);
        // An empty price deletes a tier; a file without the column leaves the compare-at price.
        assertRows(importAndWait("kind=prices", """
                        sku,list,min_quantity,price,currency
                        %1$s,,,2.30,GBP
                        %1$s,%2$s,10,,GBP
                        """.formatted(sku, list.name())), 0, 2, 0, 0);
        assertThat(amounts(sku)).isEqualTo("230, 310, 220 from 1");
        assertThat(database.query("SELECT compare_at FROM pricing.price WHERE amount = 230 AND variant_id ="
                        + " (SELECT id FROM catalog.variant WHERE sku = '%s')".formatted(sku)))
                .isEqualTo("300");
    }

    /** Base prices by currency, then list prices by tier. */
    private String amounts(String sku) throws SQLException {
        return database.query("""
                SELECT string_agg(price, ', ' ORDER BY rank, place)
                  FROM (SELECT 1 AS rank, CASE currency WHEN 'GBP' THEN 1 ELSE 2 END AS place, amount::text AS price,
                               variant_id FROM pricing.price
                         UNION ALL
                        SELECT 2, min_quantity, amount || ' from ' || min_quantity, variant_id
                          FROM pricing.list_price) AS prices
                 WHERE variant_id = (SELECT id FROM catalog.variant WHERE sku = '%s')
                """.formatted(sku));
    }

    @Test
    void invalidRowsAreRejectedWithTheirColumn() {
        String sku = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of());
        JsonPath done = importAndWait("kind=prices", HEADER + """
                %1$s,,,2.40,GBP,
                %1$s,,,2.40,GBP,
                NO-SUCH-SKU,,,2.40,GBP,
                NO-SUCH-SKU,%2$s,,2.40,GBP,
                %1$s,No such list,,2.40,GBP,
                %1$s,%2$s,0,2.40,GBP,
                %1$s,%2$s,1,2.40,EUR,
                %1$s,%2$s,2,2.405,GBP,
                %1$s,%2$s,3,2.40,GBP,9.00
                %1$s,,5,2.40,EUR,
                %1$s,,,,USD,
                %1$s,%2$s,4,2.40,XYZ,
                %1$s,%2$s,6,2.40,GBP,
                %1$s,%2$s,6,2.30,GBP,
                """.formatted(sku, list.name()));
        assertRows(done, 1, 1, 0, 12);
        JsonPath errors = admin().queryParam("limit", 100)
                .get(done.getString("errors_url"))
                .jsonPath();
        assertThat(errors.getList("data.code"))
                .containsExactly(
                        "duplicate_row",
                        "unknown_sku",
                        "unknown_sku",
                        "unknown_list",
                        "invalid_quantity",
                        "wrong_currency",
                        "invalid_price",
                        "compare_at_of_list",
                        "quantity_of_base_price",
                        "missing_price",
                        "unknown_currency",
                        "duplicate_row");
        assertThat(errors.getList("data.column"))
                .isEqualTo(List.of(
                        "sku",
                        "sku",
                        "sku",
                        "list",
                        "min_quantity",
                        "currency",
                        "price",
                        "compare_at",
                        "min_quantity",
                        "price",
                        "currency",
                        "sku"));
    }

    @Test
    void exportedFileIsUnchangedWhenItIsImported() {
        String sku = products.createProduct(250, 1);
        PriceListFixture list = PriceListFixture.create(Map.of("name", "=List, \"with\" " + sku));
        list.setPrices(PriceListFixture.row(sku, 1, 240), PriceListFixture.row(sku, 10, 200));
        importAndWait("kind=prices", HEADER + sku + ",,,2.45,GBP,2.90\n" + sku + ",,,300,JPY,\n");
        for (String formulas : List.of("", "&formulas=quoted")) {
            String name = "\"%s=List, \"\"with\"\" %s\"".formatted(formulas.isEmpty() ? "" : "'", sku);
            String file = admin().get("/admin/v1/exports?kind=prices" + formulas)
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString();
            assertThat(file)
                    .startsWith(HEADER.strip() + "\r\n")
                    .contains(sku + ",,,2.45,GBP,2.90\r\n" + sku + ",,,300,JPY,\r\n")
                    .contains(sku + "," + name + ",1,2.40,GBP,\r\n")
                    .contains(sku + "," + name + ",10,2.00,GBP,\r\n");
            JsonPath done = importAndWait("kind=prices", file);
            assertRows(done, 0, 0, done.getLong("rows.read"), 0);
        }
    }

    @Test
    void headerAndFormatAreChecked() {
        for (String header : List.of("sku,price\n", "sku,price,currency,colour\n", "price,currency\n")) {
            post("kind=prices", header.getBytes(StandardCharsets.UTF_8)).then().statusCode(400);
        }
        post("kind=prices&format=shopify", HEADER.getBytes(StandardCharsets.UTF_8))
                .then()
                .statusCode(400);
    }
}
