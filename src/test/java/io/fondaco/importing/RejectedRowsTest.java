package io.fondaco.importing;

import static io.fondaco.importing.ImportResourceTest.admin;
import static io.fondaco.importing.ImportResourceTest.assertRows;
import static io.fondaco.importing.ImportResourceTest.importAndWait;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRowReader;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The file of rejected rows over HTTP: it is downloaded, corrected and imported again. */
@QuarkusTest
class RejectedRowsTest {
    private static final String PRODUCTS = "kind=products&format=shopify";

    @Test
    void correctedRowsAreImportedAndTheRestOfTheProductIsKept() {
        String file = """
                Title,Handle,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Tags
                Mug,rr-mug,Size,S,RR-S,9,https://images.fondaco.example/1.jpg,"gift, ""blue\"""
                ,rr-mug,,M,RR-M,nine,https://images.fondaco.example/2.jpg,
                ,rr-mug,,L,RR-L,11,https://images.fondaco.example/3.jpg,
                Cup,rr-cup,Size,S,RR-C,9,,
                """;
        JsonPath done = importAndWait(PRODUCTS, file);
        assertRows(done, 3, 0, 0, 1);

        String rejectedFile = downloadRejectedRows(done);
        assertThat(cells(rejectedFile))
                .containsExactly(
                        List.of(
                                "row",
                                "code",
                                "reason",
                                "Title",
                                "Handle",
                                "Option1 Name",
                                "Option1 Value",
                                "Variant SKU",
                                "Variant Price",
                                "Image Src",
                                "Tags"),
                        List.of(
                                "2",
                                "",
                                "",
                                "Mug",
                                "rr-mug",
                                "Size",
                                "S",
                                "RR-S",
                                "9",
                                "https://images.fondaco.example/1.jpg",
                                "gift, \"blue\""),
                        List.of(
                                "3",
                                "invalid_price",
                                "Variant Price: 'nine' is not a price in EUR",
                                "",
                                "rr-mug",
                                "",
                                "M",
                                "RR-M",
                                "nine",
                                "https://images.fondaco.example/2.jpg",
                                ""),
                        List.of(
                                "4",
                                "",
                                "",
                                "",
                                "rr-mug",
                                "",
                                "L",
                                "RR-L",
                                "11",
                                "https://images.fondaco.example/3.jpg",
                                ""));

        JsonPath again = importAndWait(PRODUCTS, rejectedFile.replace("RR-M,nine", "RR-M,10"));
        // The first row has the cells of the product, which now also has the image of the corrected row.
        assertRows(again, 1, 1, 1, 0);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            JsonPath product = admin().get("/admin/v1/products?slug=rr-mug").jsonPath();
            assertThat(product.getList("data[0].variants.sku")).containsExactlyInAnyOrder("RR-S", "RR-M", "RR-L");
            assertThat(product.getList("data[0].media.url")).hasSize(3);
            assertThat(product.getList("data[0].tags")).containsExactly("gift", "\"blue\"");
        });
    }

    @Test
    void uncorrectedRejectedRowsAreRejectedAgainForTheSameReasons() {
        JsonPath done = importAndWait(
                "kind=stock",
                "available,sku,location\n7,RR-NOBODY,\n-1,RR-NOBODY,default\n3,RR-NOBODY,default,stray\n");
        assertRows(done, 0, 0, 0, 3);
        String rejectedFile = downloadRejectedRows(done);
        assertThat(cells(rejectedFile))
                .extracting(List::getFirst, cells -> cells.get(1), List::size)
                .containsExactly(
                        tuple("row", "code", 6),
                        tuple("2", "unknown_sku", 6),
                        tuple("3", "invalid_quantity", 6),
                        tuple("4", "wrong_column_count", 7));

        JsonPath again = importAndWait("kind=stock", rejectedFile);

        assertRows(again, 0, 0, 0, 3);
        assertThat(admin().get(again.getString("errors_url")).jsonPath().getList("data.code"))
                .containsExactly("unknown_sku", "invalid_quantity", "wrong_column_count");
        assertThat(cells(downloadRejectedRows(again)).getFirst())
                .containsExactly("row", "code", "reason", "available", "sku", "location");
    }

    @Test
    void rowTooLongToKeepHasOnlyItsReasonAndIsSkippedByTheNextImport() {
        String description = "x".repeat((int) RejectedRows.MAX_ROW_CHARACTERS + 1);
        JsonPath done = importAndWait(
                "kind=products&format=fondaco",
                "slug,title,description,status,sku\nrr-long,Long,%s,sold,RR-LONG\nrr-short,Short,,sold,RR-SHORT\n"
                        .formatted(description));
        assertRows(done, 0, 0, 0, 2);

        String rejectedFile = downloadRejectedRows(done);
        assertThat(cells(rejectedFile).get(1)).startsWith("2", "invalid_status").hasSize(3);
        assertThat(cells(rejectedFile).get(2)).contains("rr-short");

        assertRows(
                importAndWait("kind=products&format=fondaco", rejectedFile.replace(",sold,", ",draft,")), 1, 0, 0, 0);
    }

    @Test
    void cellsWithLineBreaksQuotesAndFormulasAreDownloadedUnchanged() {
        JsonPath done = importAndWait(
                PRODUCTS, "Handle,Title,Body (HTML),Variant Price\nrr-odd,'=odd,\"a \"\"b\"\"\r\nc, שלום 🙂\",'=x\n");

        assertThat(cells(downloadRejectedRows(done)).get(1)).endsWith("rr-odd", "=odd", "a \"b\"\r\nc, שלום 🙂", "=x");
    }

    private static String downloadRejectedRows(JsonPath done) {
        return admin().get(done.getString("errors_url") + ".csv")
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    private static List<List<String>> cells(String file) {
        List<List<String>> cells = new ArrayList<>();
        try (CsvRowReader rows = CsvRowReader.read(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)))) {
            for (Optional<CsvRow> row = rows.next(); row.isPresent(); row = rows.next()) {
                cells.add(row.get().cells());
            }
        }
        return cells;
    }
}
