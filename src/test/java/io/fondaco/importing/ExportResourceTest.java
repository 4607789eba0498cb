package io.fondaco.importing;

import static io.fondaco.importing.ImportResourceTest.admin;
import static io.fondaco.importing.ImportResourceTest.assertRows;
import static io.fondaco.importing.ImportResourceTest.awaitExport;
import static io.fondaco.importing.ImportResourceTest.importAndWait;
import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.PostgresTestResource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CSV exports over HTTP. */
@QuarkusTest
class ExportResourceTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Inject
    @DataSource("primary")
    private javax.sql.DataSource primary;

    @TestHTTPResource
    private URI base;

    @ParameterizedTest
    @CsvSource({"format=shopify,'Handle,Title,'", "format=fondaco,'slug,title,'"})
    void firstBytesArriveBeforeAnyRowIsRead(String format, String beginning) throws Exception {
        importAndWait(
                "kind=products&format=shopify", "Handle,Title,Variant SKU,Variant Price\nex-first,First,EX-FIRST,1\n");
        HttpRequest.Builder export = HttpRequest.newBuilder(base.resolve("/admin/v1/exports?kind=products&" + format))
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .timeout(TIMEOUT);
        try (Connection connection = primary.getConnection();
                HttpClient client = HttpClient.newHttpClient()) {
            connection.setAutoCommit(false);
            InputStream file;
            try (Statement statement = connection.createStatement()) {
                // While this lock is held, no statement can read a variant on any server that has reached the token.
                statement.execute("LOCK TABLE catalog.variant IN ACCESS EXCLUSIVE MODE");
                HttpResponse<InputStream> response = client.send(
                        export.header("Fondaco-Consistency", tokenOfAWrite(beginning))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
                assertThat(response.statusCode()).isEqualTo(200);
                file = response.body();
                assertThat(new String(file.readNBytes(beginning.length()), StandardCharsets.UTF_8))
                        .isEqualTo(beginning);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            assertThat(new String(file.readAllBytes(), StandardCharsets.UTF_8)).contains("\r\nex-first,First,");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "format=shopify&columns=current,'Title,URL handle,Description,Vendor,Product category,'",
        "format=shopify&columns=legacy,'Handle,Title,Body (HTML),Vendor,Product Category,'",
        "format=shopify&columns=current&formulas=quoted,'Title,URL handle,'",
        "format=fondaco&formulas=quoted,'slug,title,'"
    })
    void exportedProductsImportBackUnchangedWithAnyColumnNamesAndQuotedFormulas(String query, String beginning) {
        importAndWait("kind=products&format=shopify", """
                Title,URL handle,Description,Option1 name,Option1 value,SKU,Price,Compare-at price,Charge tax,\
                Weight value (grams),\
                Weight unit for display,Inventory tracker,Continue selling when out of stock,Requires shipping,\
                Product image URL,\
                Image position,Image alt text,Variant image URL,SEO title,Gift card,Google Shopping / Ads labels,\
                Tax code,\
                Fabric (product.metafields.custom.fabric),=Odd
                =1+1 formula,ex-names,@who,Size,-S,+EX-N,9.50,12,TRUE,250,kg,shopify,CONTINUE,FALSE,\
                https://i.example/1.jpg,1,-alt,\
                https://i.example/1.jpg,=seo,FALSE,=label,TX,-wool,'=quoted
                ,ex-names,,,-2,-5,10,,,,,,,,,,,,,,,,,+39 041
                """);
        awaitExport("kind=products&" + query, "ex-names");
        String file = admin().get("/admin/v1/exports?kind=products&" + query).asString();
        assertThat(file).startsWith(beginning);
        assertThat(file.contains("'=1+1 formula")).isEqualTo(query.contains("quoted"));
        assertThat(file).contains(",-5,").doesNotContain("'-5,");

        JsonPath done = importAndWait("kind=products&" + query.substring(0, query.indexOf('&')), file);

        assertThat(done.getLong("rows.read")).isPositive();
        assertRows(done, 0, 0, done.getLong("rows.read"), 0);
    }

    @ParameterizedTest
    @CsvSource({
        "kind=products&format=fondaco&columns=current",
        "kind=stock&columns=current",
        "kind=products&format=shopify&columns=newest",
        "kind=products&format=shopify&formulas=yes",
        "kind=stock&format=shopify&currency=EUR"
    })
    void invalidQueryParameterIsRejectedWith400(String query) {
        admin().get("/admin/v1/exports?" + query).then().statusCode(400);
    }

    /** The consistency token of a write that touches no catalog table. */
    private static String tokenOfAWrite(String name) {
        return admin().contentType(ContentType.JSON)
                .body(Map.of("code", "ex-" + name.charAt(0)))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(201)
                .extract()
                .header("Fondaco-Consistency");
    }
}
