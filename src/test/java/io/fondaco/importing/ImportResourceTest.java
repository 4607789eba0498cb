package io.fondaco.importing;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.oneOf;

import io.fondaco.PostgresTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CSV imports and exports over HTTP. */
@QuarkusTest
class ImportResourceTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String PRODUCTS = "kind=products&format=shopify";

    @Test
    void validFileIsImportedAndIsUnchangedTheSecondTime() {
        String file = "\uFEFF" + """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,\
                Variant Price,Image Src,Status
                it-cup,"Cup, ""blue""
                and white",Size,S,IT-CUP-S,shopify,5,9.50,https://images.fondaco.example/1.jpg,active
                it-cup,,,M,IT-CUP-M,shopify,0,12.00,https://images.fondaco.example/2.jpg,
                it-cup,,,,,,,,https://images.fondaco.example/3.jpg,
                """.replace("\n", "\r\n");

        JsonPath first = importAndWait(PRODUCTS, file);
        assertThat(first.getString("status")).isEqualTo("done");
        assertRows(first, 3, 0, 0, 0);
        assertRows(importAndWait(PRODUCTS, file), 0, 0, 3, 0);
        assertRows(importAndWait(PRODUCTS, file.replace("12.00", "13.00")), 0, 1, 2, 0);
        awaitExport("kind=stock", "IT-CUP-S,default,5");
    }

    @Test
    void validRowsAreAppliedAndInvalidRowsAreReported() {
        JsonPath done = importAndWait(PRODUCTS, """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                it-bad,Bad,Size,S,IT-BAD-S,1.00
                it-bad,,,M,IT-BAD-M,one
                it-bad,,,L,IT-BAD-L,1.00,stray
                it-worse,Worse,Size,S,IT-BAD-S,1.00
                it-nasty,שלום 🙂'; DROP TABLE importing.import; --,,,"' OR 1=1 --",1.00
                it-bad,Again,Size,S,IT-BAD-X,1.00
                """);

        assertRows(done, 3, 0, 0, 3);
        Response errors = admin().queryParam("limit", 2).get(done.getString("errors_url"));
        assertThat(errors.jsonPath().getList("data.row")).containsExactly(3, 4);
        assertThat(errors.jsonPath().getList("data.code")).containsExactly("invalid_price", "wrong_column_count");
        assertThat(errors.jsonPath().getString("data[0].column")).isEqualTo("Variant Price");
        assertThat(errors.jsonPath().getString("data[0].detail")).contains("'one'");
        Response rest = admin().queryParam("cursor", errors.jsonPath().getString("next_cursor"))
                .get(done.getString("errors_url"));
        assertThat(rest.jsonPath().getList("data.code")).containsExactly("duplicate_product");
        assertThat(admin().get(done.getString("errors_url") + ".csv").asString().lines())
                .startsWith("row,code,reason,Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price")
                .contains("2,,,it-bad,Bad,Size,S,IT-BAD-S,1.00")
                .contains("3,invalid_price,Variant Price: 'one' is not a price in EUR,it-bad,,,M,IT-BAD-M,one")
                .hasSize(5);
        Response warnings = admin().get(done.getString("warnings_url"));
        assertThat(warnings.jsonPath().getList("data.row")).containsExactly(5);
        assertThat(warnings.jsonPath().getList("data.code")).containsExactly("sku_shared");
        assertThat(done.getInt("warnings")).isEqualTo(1);
        assertThat(done.getString("currency")).isEqualTo("EUR");
        awaitExport("kind=products&format=fondaco", "DROP TABLE");
    }

    @Test
    void dryRunCountsEveryRowAndWritesNothing() {
        String file = "Handle,Title,Variant SKU,Variant Price\nit-dry,Dry,IT-DRY,1\nit-dry-2,,IT-DRY-2,x\n";

        assertRows(importAndWait(PRODUCTS + "&dry_run=true", file), 1, 0, 0, 1);
        assertRows(importAndWait(PRODUCTS + "&dry_run=true", file), 1, 0, 0, 1);
        JsonPath stock = importAndWait("kind=stock", "sku,available\nIT-DRY,1\n");
        assertRows(stock, 0, 0, 0, 1);
    }

    @Test
    void stockIsCountedForKnownSkusOnly() {
        importAndWait(PRODUCTS, "Handle,Title,Variant SKU,Variant Price\nit-stock,Stock,IT-STOCK,1\n");
        String file = """
                sku,location,available
                IT-STOCK,,7
                IT-STOCK,Rialto,3
                IT-STOCK,default,8
                IT-NOBODY,,1
                IT-STOCK,Lido,-1
                IT-STOCK,Lido,1.5
                IT-STOCK,Lido,1000000000001
                """;

        JsonPath done = importAndWait("kind=stock&create_locations=true", file);
        assertRows(done, 2, 0, 0, 5);
        assertThat(admin().get(done.getString("errors_url")).jsonPath().getList("data.code"))
                .containsExactly(
                        "duplicate_row", "unknown_sku", "invalid_quantity", "invalid_quantity", "invalid_quantity");
        assertRows(importAndWait("kind=stock", file.replace("Rialto,3", "Rialto,4")), 0, 1, 1, 5);
    }

    @Test
    void stockAtUnknownLocationIsRejectedUnlessCreateLocationsIsSet() {
        importAndWait(PRODUCTS, "Handle,Title,Variant SKU,Variant Price\nit-place,Place,IT-PLACE,1\n");

        JsonPath done = importAndWait(
                "kind=stock", "sku,location,available\nIT-PLACE,Itberln,7\nIT-PLACE,DEFAULT,7\nIT-PLACE,../x,7\n");

        assertRows(done, 0, 0, 0, 3);
        Response errors = admin().get(done.getString("errors_url"));
        assertThat(errors.jsonPath().getList("data.code"))
                .containsExactly("unknown_location", "unknown_location", "invalid_location");
        assertThat(errors.jsonPath().getString("data[1].detail")).contains("'default'");
        assertRows(
                importAndWait("kind=stock&create_locations=true", "sku,location,available\nIT-PLACE, itberlin ,7\n"),
                1,
                0,
                0,
                0);
        assertRows(importAndWait("kind=stock", "sku,location,available\nIT-PLACE,itberlin,7\n"), 0, 0, 1, 0);
    }

    @Test
    void optionThatOnlySomeVariantsHaveIsRejectedAndTheStoreStillResponds() {
        importAndWait(PRODUCTS, """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
                it-tee,Tee,Size,S,IT-TEE-S,10.00,active
                it-tee,,,M,IT-TEE-M,10.00,
                """);
        String header =
                "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n";

        JsonPath rejected = importAndWait(PRODUCTS, header + "it-tee,Tee,Size,S,Colour,Red,IT-TEE-S,10.00\n");

        assertRows(rejected, 0, 0, 0, 1);
        Response errors = admin().get(rejected.getString("errors_url"));
        assertThat(errors.jsonPath().getString("data[0].code")).isEqualTo("option_count");
        assertThat(errors.jsonPath().getString("data[0].column")).isEqualTo("Option1 Name");
        await().atMost(TIMEOUT)
                .until(() -> given().get("/store/v1/products/it-tee").statusCode() == 200);
        given().get("/store/v1/products?limit=20").then().statusCode(200);
        JsonPath fondaco = importAndWait(
                "kind=products&format=fondaco", "slug,options,sku\nit-tee,\"[\"\"Size\"\",\"\"Fit\"\"]\",\n");
        assertRows(fondaco, 0, 0, 0, 1);
        assertRows(
                importAndWait(
                        PRODUCTS,
                        header + "it-tee,Tee,Size,S,Colour,Red,IT-TEE-S,10.00\nit-tee,,,M,,Red,IT-TEE-M,10.00\n"),
                0,
                2,
                0,
                0);
    }

    @Test
    void rejectedRowChangesNothing() {
        importAndWait(PRODUCTS, """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                it-keep,Kept,Size,S,IT-KEEP-S,5
                it-keep,,,M,IT-KEEP-M,5
                """);

        JsonPath invalidFirstRow = importAndWait(PRODUCTS, """
                Handle,Title,Option1 Name,Option1 Value,Variant Price
                it-keep,Changed,Size,S,bad
                it-keep,,,M,6
                """);
        assertRows(invalidFirstRow, 0, 1, 0, 1);
        JsonPath taken = importAndWait("kind=products&format=fondaco", """
                slug,title,sku
                it-keep,Changed,it-keep-x
                it-other,Other,IT-KEEP-S
                """);
        assertRows(taken, 0, 0, 0, 2);
        assertThat(admin().get(taken.getString("errors_url")).jsonPath().getList("data.code"))
                .containsExactly("option_count", "sku_taken");

        Response product = admin().get("/admin/v1/products?slug=it-keep");
        assertThat(product.jsonPath().getString("data[0].title")).isEqualTo("Kept");
        assertThat(admin().get("/admin/v1/products?slug=it-other").jsonPath().getList("data"))
                .isEmpty();
    }

    @Test
    void fileChangesOnlyFieldsThatItHasColumnsFor() {
        importAndWait(PRODUCTS, """
                Handle,Title,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Cost per item
                it-cols,Columns,old,Size,S,,5,2.50
                it-cols,,,,M,,5,2.50
                """);

        assertRows(importAndWait(PRODUCTS, "Handle,Title,Tags\nit-cols,Columns,sale\n"), 0, 1, 0, 0);
        assertRows(
                importAndWait(
                        PRODUCTS,
                        "Handle,Title,Option1 Name,Option1 Value,Variant Price\nit-cols,Columns,Size,S,6\n"
                                + "it-cols,,,M,7\n"),
                0,
                2,
                0,
                0);

        await().atMost(TIMEOUT).untilAsserted(() -> {
            JsonPath product = admin().get("/admin/v1/products?slug=it-cols").jsonPath();
            assertThat(product.getList("data[0].variants.prices.flatten().price.amount"))
                    .containsExactly(600, 700);
            assertThat(product.getList("data[0].tags")).containsExactly("sale");
            assertThat(product.getList("data[0].variants.sku")).containsExactly("it-cols-S", "it-cols-M");
            assertThat(product.getString("data[0].variants[0].attributes.'shopify.cost_per_item'"))
                    .isEqualTo("2.50");
        });
    }

    private void createShippingProfile(String code) {
        admin().contentType("application/json")
                .body(Map.of("code", code, "name", code))
                .post("/admin/v1/shipping-profiles")
                .then()
                .statusCode(oneOf(201, 409));
    }

    @Test
    void taxAndShippingColumnsAreAppliedAndInvalidCellsNameTheirColumn() {
        createShippingProfile("bulky");
        String header = "slug,title,tax_category,shipping_profile,sku,options,option_values,variant_tax_category,"
                + "variant_length_mm,variant_width_mm,variant_height_mm\n";
        String file = header + """
                it-crate,Crate,reduced,bulky,IT-CRATE-S,"[""Size""]","[""S""]",zero,300,200,100
                it-crate,,,,IT-CRATE-M,,"[""M""]",,,,
                """;
        String query = "kind=products&format=fondaco";
        assertRows(importAndWait(query, file), 2, 0, 0, 0);
        assertRows(importAndWait(query, file), 0, 0, 2, 0);
        assertRows(importAndWait(query, file.replace("300,200,100", ",,")), 0, 1, 1, 0);
        assertRows(importAndWait(query, file.replace("zero", "")), 0, 1, 1, 0);
        // Empty cells of the product leave its codes as they are.
        assertRows(importAndWait(query, file.replace("reduced,bulky", ",").replace("zero", "")), 0, 0, 2, 0);

        await().atMost(TIMEOUT).untilAsserted(() -> {
            JsonPath product = admin().get("/admin/v1/products?slug=it-crate").jsonPath();
            assertThat(product.getString("data[0].tax_category")).isEqualTo("reduced");
            assertThat(product.getString("data[0].shipping_profile")).isEqualTo("bulky");
            assertThat(product.getList("data[0].variants.tax_category")).containsExactly(null, null);
            assertThat(product.getList("data[0].variants.length_mm")).containsExactly(300, null);
        });

        JsonPath invalid = importAndWait(query, header + """
                        it-crate,Crate,,,IT-CRATE-S,"[""Size""]","[""S""]",Zero,,,
                        it-crate,,,,IT-CRATE-M,,"[""M""]",,1.5,,
                        it-crate,,,,IT-CRATE-L,,"[""L""]",,,100000001,
                        it-crate-2,Crate,Reduced,,IT-CRATE-2,,,,,,
                        it-crate-3,Crate,,a b,IT-CRATE-3,,,,,,
                        it-crate-4,Crate,,,IT-CRATE-4,,,Zero,,,
                        """);
        assertRows(invalid, 0, 0, 0, 6);
        JsonPath errors = admin().get(invalid.getString("errors_url")).jsonPath();
        assertThat(errors.getList("data.row")).containsExactly(2, 3, 4, 5, 6, 7);
        assertThat(errors.getList("data.code"))
                .containsExactly(
                        "invalid_tax_category",
                        "invalid_length",
                        "invalid_length",
                        "invalid_tax_category",
                        "invalid_shipping_profile",
                        "invalid_tax_category");
        assertThat(errors.getList("data.column"))
                .containsExactly(
                        "variant_tax_category",
                        "variant_length_mm",
                        "variant_width_mm",
                        "tax_category",
                        "shipping_profile",
                        "variant_tax_category");
    }

    @Test
    void productsThatShareASkuAreImportedAndReimportedUnchanged() {
        String file = """
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                it-boot,Boot,Size,37,IT-B1,50
                it-boot,,,38,IT-B1,50
                it-shoe,Shoe,Title,Default Title,IT-B1,40
                """;

        JsonPath dry = importAndWait(PRODUCTS + "&dry_run=true", file);
        assertRows(dry, 3, 0, 0, 0);
        JsonPath first = importAndWait(PRODUCTS, file);
        assertRows(first, 3, 0, 0, 0);
        assertThat(first.getInt("warnings")).isEqualTo(2);
        JsonPath second = importAndWait(PRODUCTS, file);
        assertRows(second, 0, 0, 3, 0);
        assertThat(second.getInt("warnings")).isZero();
        awaitExport(PRODUCTS, "it-shoe,Shoe");
        assertThat(admin().get("/admin/v1/exports?" + PRODUCTS)
                        .asString()
                        .lines()
                        .filter(line -> line.startsWith("it-boot,") || line.startsWith("it-shoe,")))
                .allMatch(line -> line.contains(",IT-B1,"));
    }

    @Test
    void stockOfRemovedVariantCanBeSetToZero() {
        importAndWait(PRODUCTS, "Handle,Title,Variant SKU,Variant Price\nit-gone,Gone,IT-GONE,1\n");
        importAndWait("kind=stock", "sku,available\nIT-GONE,7\n");
        String id = await().atMost(TIMEOUT)
                .until(
                        () -> admin().get("/admin/v1/variants?sku=IT-GONE").<String>path("data[0].id"),
                        found -> found != null);
        admin().header("If-Match", "*")
                .delete("/admin/v1/variants/" + id)
                .then()
                .statusCode(204);

        assertRows(importAndWait("kind=stock", "sku,available\nIT-GONE,7\n"), 0, 0, 1, 0);
        admin().contentType(ContentType.JSON)
                .header("Idempotency-Key", "it-gone-1")
                .body(Map.of("sku", "IT-GONE", "available", 0))
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(200)
                .body("on_hand", equalTo(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/vnd.ms-excel", "application/octet-stream", "text/plain", "application/csv"})
    void mediaTypesThatBrowsersSendForCsvAreAccepted(String type) {
        admin().config(encodeAsBinary(type))
                .contentType(type)
                .body("sku,available\n".getBytes(StandardCharsets.UTF_8))
                .post("/admin/v1/imports?kind=stock")
                .then()
                .statusCode(202);
    }

    @Test
    void formUploadIsRejectedAndTheDetailNamesTextCsv() {
        admin().multiPart("file", "stock.csv", "sku,available\n".getBytes(StandardCharsets.UTF_8))
                .post("/admin/v1/imports?kind=stock")
                .then()
                .statusCode(415)
                .body("code", equalTo("unsupported_media_type"))
                .body("detail", containsString("text/csv"));
    }

    @Test
    void truncatedFileFailsAndKeepsAppliedRows() {
        JsonPath failed = importAndWait(
                PRODUCTS, "Handle,Title,Variant SKU,Variant Price\nit-cut,Cut,IT-CUT,1\nit-cut-2,\"Open,IT-CUT-2,1\n");

        assertThat(failed.getString("status")).isEqualTo("failed");
        assertThat(failed.getString("failure.code")).isEqualTo("unclosed_quote");
        assertThat(failed.getString("failure.detail")).startsWith("Row 3");
        assertRows(failed, 1, 0, 0, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"format=shopify", "format=fondaco"})
    void exportedProductsImportBackUnchanged(String format) {
        createShippingProfile("bulky");
        importAndWait(PRODUCTS, """
                Handle,Title,Body (HTML),Tags,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,\
                Variant Compare At Price,Image Src,Image Alt Text,Status,Google Shopping / MPN,\
                Fabric (product.metafields.custom.fabric),Price / Rest,Odd,Variant Tax Code,\
                Length mm (variant.metafields.fondaco.length_mm),\
                Shipping profile (product.metafields.fondaco.shipping_profile)
                it-loop,"=1+1, ""quoted"" שלום","<p>a
                b</p>","a, b",Size, S ,IT-LOOP-S,250.4,9.50,12,https://images.fondaco.example/1.jpg,🙂,archived,M-1,\
                wool,7,x,reduced,250,bulky
                it-loop,,,,,M,IT-LOOP-M,,10,,,,,,,8,,PC040156,,
                """);
        awaitExport("kind=products&" + format, "IT-LOOP-M");
        String file = admin().get("/admin/v1/exports?kind=products&" + format)
                .then()
                .statusCode(200)
                .header("Content-Disposition", containsString("attachment"))
                .extract()
                .asString();

        JsonPath done = importAndWait("kind=products&" + format, file);

        assertThat(done.getLong("rows.read")).isPositive();
        assertRows(done, 0, 0, done.getLong("rows.read"), 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|400|empty_file",
                "a,b|400|invalid_header",
                "Handle,Title,Handle|400|invalid_header",
                "Handle\0,Title|415|not_text"
            })
    void invalidFileIsRejectedOnUpload(String file, int status, String code) {
        post(PRODUCTS, file.getBytes(StandardCharsets.UTF_8))
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("code", equalTo(code));
    }

    @Test
    void utf16AndBinaryFilesAreRejected() {
        post(PRODUCTS, "Handle,Title".getBytes(StandardCharsets.UTF_16))
                .then()
                .statusCode(415)
                .body("detail", containsString("UTF-16"));
        post(PRODUCTS, new byte[] {(byte) 0x89, 'P', 'N', 'G', 1, 2, (byte) 0xFF})
                .then()
                .statusCode(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind=orders&format=shopify",
                "kind=products&format=excel",
                "kind=products",
                "kind=stock&format=shopify",
                "kind=products&format=shopify&dry_run=maybe",
                "kind=products&format=shopify&currency=XXX1",
                "kind=products&format=shopify&colour=red",
                "format=shopify"
            })
    void invalidQueryParameterIsRejectedWith400(String query) {
        post(query, "Handle,Title\n".getBytes(StandardCharsets.UTF_8)).then().statusCode(400);
    }

    @Test
    void apiKeyNeedsTheScopeOfTheFileKind() {
        given().config(withoutCharset())
                .contentType("text/csv")
                .body("sku,available\n".getBytes(StandardCharsets.UTF_8))
                .post("/admin/v1/imports?kind=stock")
                .then()
                .statusCode(401);
        String catalogOnly = key("catalog:write");
        RequestSpecification caller = given().config(withoutCharset()).header("Authorization", "Bearer " + catalogOnly);
        caller.contentType("text/csv")
                .body("sku,available\n".getBytes(StandardCharsets.UTF_8))
                .post("/admin/v1/imports?kind=stock")
                .then()
                .statusCode(403);
        given().header("Authorization", "Bearer " + catalogOnly)
                .get("/admin/v1/exports?kind=stock")
                .then()
                .statusCode(403);
        String stockId = importAndWait("kind=stock", "sku,available\n").getString("id");
        given().header("Authorization", "Bearer " + catalogOnly)
                .get("/admin/v1/imports/" + stockId)
                .then()
                .statusCode(403);
        List<String> kinds = given().header("Authorization", "Bearer " + catalogOnly)
                .get("/admin/v1/imports")
                .jsonPath()
                .getList("data.kind");
        assertThat(kinds).doesNotContain("stock");
    }

    @Test
    void demoShopIsImportedWithoutRejectedRows() throws IOException {
        JsonPath products = importAndWait("kind=products&format=fondaco", resource("demo-shop/products.csv"));
        assertThat(products.getLong("rows.read")).isEqualTo(113);
        assertThat(products.getLong("rows.rejected")).isZero();
        JsonPath stock = importAndWait("kind=stock", resource("demo-shop/stock.csv"));
        assertThat(stock.getLong("rows.read")).isEqualTo(113);
        assertThat(stock.getLong("rows.rejected")).isZero();
    }

    @Test
    void importsAreListedPageByPage() {
        String id = importAndWait("kind=stock", "sku,available\n").getString("id");
        importAndWait("kind=stock", "sku,available\n");

        Response first = admin().queryParam("limit", 1).get("/admin/v1/imports");
        Response second = admin().queryParam("limit", 1)
                .queryParam("cursor", first.jsonPath().getString("next_cursor"))
                .get("/admin/v1/imports");

        assertThat(second.jsonPath().getString("data[0].id")).isEqualTo(id);
        admin().get("/admin/v1/imports?cursor=nonsense").then().statusCode(400);
        admin().get("/admin/v1/imports/import_00000000000000000000000000")
                .then()
                .statusCode(404);
    }

    private static String resource(String name) throws IOException {
        try (InputStream bytes = Thread.currentThread().getContextClassLoader().getResourceAsStream(name)) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static JsonPath importAndWait(String query, String file) {
        String id = post(query, file.getBytes(StandardCharsets.UTF_8))
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        await().atMost(TIMEOUT)
                .until(() -> admin().get("/admin/v1/imports/" + id).path("finished_at") != null);
        return admin().get("/admin/v1/imports/" + id).jsonPath();
    }

    static void assertRows(JsonPath done, long created, long updated, long unchanged, long rejected) {
        Map<String, Object> rows = done.getMap("rows");
        assertThat(rows)
                .as("%s", done.prettify())
                .extractingByKeys("created", "updated", "unchanged", "rejected", "read")
                .map(count -> ((Number) count).longValue())
                .containsExactly(created, updated, unchanged, rejected, created + updated + unchanged + rejected);
    }

    static void awaitExport(String query, String text) {
        await().atMost(TIMEOUT)
                .until(() ->
                        admin().get("/admin/v1/exports?" + query).asString().contains(text));
    }

    static Response post(String query, byte[] file) {
        return admin().contentType("text/csv").body(file).post("/admin/v1/imports?" + query);
    }

    private static String key(String scope) {
        return admin().contentType(ContentType.JSON)
                .body(Map.of("name", scope, "scopes", List.of(scope)))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(201)
                .extract()
                .path("secret");
    }

    static RequestSpecification admin() {
        return given().config(withoutCharset()).header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY);
    }

    private static RestAssuredConfig withoutCharset() {
        return encodeAsBinary("text/csv");
    }

    private static RestAssuredConfig encodeAsBinary(String type) {
        return RestAssuredConfig.config()
                .encoderConfig(EncoderConfig.encoderConfig()
                        .encodeContentTypeAs(type, ContentType.BINARY)
                        .appendDefaultContentCharsetToContentTypeIfUndefined(false));
    }
}
