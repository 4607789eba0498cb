package io.fondaco.importing;

import static io.fondaco.importing.ImportResourceTest.admin;
import static io.fondaco.importing.ImportResourceTest.assertRows;
import static io.fondaco.importing.ImportResourceTest.importAndWait;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.fondaco.platform.cache.ObjectCaches;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxLine;
import io.fondaco.tax.TaxRateDraft;
import io.fondaco.tax.Taxes;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Imports and exports of tax rates. The rates are deleted after each test: other tests sell without taxes. */
@QuarkusTest
class TaxRateImportTest {
    private static final String KIND = "kind=tax-rates";
    private static final String HEADER =
            "name,country,region,postal_codes,category,rate,compound,valid_from,valid_until\n";

    @Inject
    Taxes taxes;

    @Inject
    ObjectCaches caches;

    @Inject
    ShopDatabase database;

    private final Set<String> ratesBefore = new HashSet<>();

    @BeforeEach
    void rememberRates() {
        ratesBefore.addAll(rateIds());
    }

    @AfterEach
    void deleteRates() {
        rateIds().stream().filter(id -> !ratesBefore.contains(id)).forEach(id -> admin().header("If-Match", "*")
                .delete("/admin/v1/tax-rates/" + id)
                .then()
                .statusCode(204));
    }

    private static List<String> rateIds() {
        List<String> ids = new ArrayList<>();
        String cursor = null;
        do {
            JsonPath page = (cursor == null ? admin() : admin().queryParam("cursor", cursor))
                    .queryParam("limit", 100)
                    .get("/admin/v1/tax-rates")
                    .jsonPath();
            ids.addAll(page.getList("data.id"));
            cursor = page.getString("next_cursor");
        } while (cursor != null);
        return ids;
    }

    @Test
    void fileIsImportedAndExportedUnchanged() {
        String file = HEADER + """
                Visit tax,AQ,,,standard,0.10,no,,2026-07-01T00:00:00+02:00
                Visit tax,AQ,,,standard,0.12,,2026-07-01T00:00:00+02:00,
                Visit tax,aq,,100*; 200-299 ;AB 1,reduced,0.05,false,,
                "Levy, compound",AQ,01,,,0.00125,true,,
                """;
        assertRows(importAndWait(KIND + "&dry_run=true", file), 4, 0, 0, 0);
        assertRows(importAndWait(KIND, file), 4, 0, 0, 0);
        assertRows(importAndWait(KIND, file), 0, 0, 4, 0);
        String exported = admin().get("/admin/v1/exports?" + KIND).asString();
        assertThat(exported.lines())
                .startsWith(HEADER.strip())
                .contains("Visit tax,AQ,,,standard,0.1,false,,2026-06-30T22:00:00Z")
                .contains("Visit tax,AQ,,100*;200-299;AB1,reduced,0.05,false,,")
                .contains("\"Levy, compound\",AQ,01,,standard,0.00125,true,,");
        assertRows(importAndWait(KIND, exported), 0, 0, (int) exported.lines().count() - 1, 0);
        assertRows(importAndWait(KIND, file.replace("0.12", "0.13")), 0, 1, 3, 0);
    }

    @Test
    void importedRatesAreEvents() throws SQLException {
        String file = HEADER + """
                Event tax,AQ,,,standard,0.1,,,
                Event tax,AQ,,,reduced,0.05,,,
                """;
        assertRows(importAndWait(KIND + "&dry_run=true", file), 2, 0, 0, 0);
        assertThat(eventsOf("Event tax")).isNull();
        assertRows(importAndWait(KIND, file), 2, 0, 0, 0);
        assertRows(importAndWait(KIND, file.replace("0.05", "0.06")), 0, 1, 1, 0);
        assertThat(eventsOf("Event tax")).isEqualTo("tax_rate.created 1, tax_rate.created 1, tax_rate.updated 2");
    }

    private @Nullable String eventsOf(String rate) throws SQLException {
        return database.query("""
                SELECT string_agg(type || ' ' || version, ', ' ORDER BY position)
                  FROM messaging.outbox WHERE type LIKE 'tax_rate.%%' AND cast(data AS jsonb) ->> 'name' = '%s'
                """.formatted(rate));
    }

    @Test
    void rateThatEndsMakesRoomForItsSuccessorInTheSameFile() {
        assertRows(importAndWait(KIND, HEADER + "Visit tax,AQ,,,standard,0.1,,,\n"), 1, 0, 0, 0);
        String file = HEADER + """
                Visit tax,AQ,,,standard,0.1,,,2027-01-01T00:00:00Z
                Visit tax,AQ,,,standard,0.2,,2027-01-01T00:00:00Z,
                """;
        assertRows(importAndWait(KIND, file), 1, 1, 0, 0);
    }

    @Test
    void invalidRowsAreRejectedAlone() {
        JsonPath done = importAndWait(KIND, HEADER + """
                Visit tax,AQ,,,standard,0.1,,,
                Visit tax,AQ,,,standard,0.2,,2027-01-01T00:00:00Z,
                Visit tax,AQ,,,standard,0.1,,,
                Visit tax,XX,,,standard,0.1,,,
                Visit tax,US,QC,,standard,0.1,,,
                Visit tax,AQ,,(35\\d{3}|38),standard,0.1,,,
                Visit tax,AQ,,,no-such,0.1,,,
                Landing tax,AQ,,,standard,19,,,
                Ice tax,AQ,,,standard,ten,,,
                Visit tax,AQ,,,reduced,0.1,perhaps,,
                Visit tax,AQ,,,reduced,0.1,,2027-01-01,
                Visit tax,AQ,,,reduced,0.1,,2027-01-01T00:00:00Z,2026-01-01T00:00:00Z
                ,AQ,,,standard,0.1,,,
                Visit tax,AQ,,,standard,0.1,,,,stray
                """);
        assertRows(done, 1, 0, 0, 13);
        JsonPath errors = admin().queryParam("limit", 50)
                .get(done.getString("errors_url"))
                .jsonPath();
        assertThat(errors.getList("data.code"))
                .containsExactly(
                        "overlapping_rates",
                        "duplicate_row",
                        "unknown_country",
                        "unknown_region",
                        "invalid_postal_code_pattern",
                        "unknown_category",
                        "out_of_range",
                        "invalid_format",
                        "invalid_boolean",
                        "invalid_date_time",
                        "ends_before_start",
                        "required",
                        "wrong_column_count");
        assertThat(errors.getList("data.column"))
                .containsExactly(
                        "valid_from",
                        "",
                        "country",
                        "region",
                        "postal_codes",
                        "category",
                        "rate",
                        "rate",
                        "compound",
                        "valid_from",
                        "valid_until",
                        "name",
                        "");
        assertThat(admin().get(done.getString("errors_url") + ".csv").asString().lines())
                .hasSize(14);
    }

    @Test
    void unknownColumnFormatAndScopeAreRefused() {
        post(KIND, "name,country,rate,colour\n").then().statusCode(400).body("code", equalTo("invalid_header"));
        post(KIND, "name,country\n").then().statusCode(400).body("code", equalTo("invalid_header"));
        post(KIND + "&format=shopify", HEADER).then().statusCode(400).body("code", equalTo("invalid_parameter"));
        String secret = admin().contentType(ContentType.JSON)
                .body(Map.of("name", "stock", "scopes", List.of("stock:read", "stock:write", "taxes:read")))
                .post("/admin/v1/api-keys")
                .path("secret");
        given().header("Authorization", "Bearer " + secret)
                .contentType("text/csv")
                .body(HEADER.getBytes(StandardCharsets.UTF_8))
                .post("/admin/v1/imports?" + KIND)
                .then()
                .statusCode(403);
        given().header("Authorization", "Bearer " + secret)
                .get("/admin/v1/exports?" + KIND)
                .then()
                .statusCode(200);
    }

    private static Response post(String query, String file) {
        return ImportResourceTest.post(query, file.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void referenceRatesAreImported() throws IOException {
        Optional<List<TaxRateDraft>> reference = ReferenceTaxRates.read();
        assumeThat(reference)
                .as("the reference files, in ../shared/real-input/reference or -Dtax.input")
                .isPresent();
        List<TaxRateDraft> rates = reference.orElseThrow();
        assertThat(rates).hasSizeGreaterThan(300);
        admin().contentType(ContentType.JSON)
                .body(Map.of("code", ReferenceTaxRates.PRESS_CATEGORY, "name", "Press"))
                .post("/admin/v1/tax-categories");
        try {
            String file = ReferenceTaxRates.toCsv(rates);
            assertRows(importAndWait(KIND, file), rates.size(), 0, 0, 0);
            assertRows(importAndWait(KIND, file), 0, 0, rates.size(), 0);

            assertThat(taxesAt("DE", "", "10115", "2020-06-30T21:59:59Z")).containsExactly("VAT 0.19");
            assertThat(taxesAt("DE", "", "10115", "2020-06-30T22:00:00Z")).containsExactly("VAT 0.16");
            assertThat(taxesAt("DE", "", "10115", "2020-12-31T22:59:59Z")).containsExactly("VAT 0.16");
            assertThat(taxesAt("DE", "", "10115", "2020-12-31T23:00:00Z")).containsExactly("VAT 0.19");
            assertThat(taxesAt("DE", "", "78266", "2026-01-01T00:00:00Z")).containsExactly("VAT 0");
            assertThat(taxesAt("ES", "", "35001", "2026-01-01T00:00:00Z")).containsExactly("VAT 0");
            assertThat(taxesAt("ES", "", "51081", "2026-01-01T00:00:00Z")).containsExactly("VAT 0");
            assertThat(taxesAt("ES", "", "51082", "2026-01-01T00:00:00Z")).containsExactly("VAT 0.21");
            assertThat(taxesAt("PT", "", "9000-017", "2026-01-01T00:00:00Z")).containsExactly("VAT 0.22");
            assertThat(taxesAt("AT", "", "6992", "2026-01-01T00:00:00Z")).containsExactly("VAT 0.19");
            assertThat(taxesAt("FI", "", "00100", "2024-08-31T20:59:59Z")).containsExactly("VAT 0.24");
            assertThat(taxesAt("FI", "", "00100", "2024-08-31T21:00:00Z")).containsExactly("VAT 0.255");
            assertThat(taxesAt("GB", "", "SW1A 1AA", "2026-01-01T00:00:00Z")).containsExactly("VAT 0.2");
            assertThat(taxesAt("CH", "", "8001", "2023-12-31T21:59:59Z")).containsExactly("VAT 0.077");
            assertThat(taxesAt("CH", "", "8001", "2026-01-01T00:00:00Z")).containsExactly("VAT 0.081");
            assertThat(taxesAt("CA", "QC", "H2X 1Y4", "2026-01-01T00:00:00Z"))
                    .containsExactly("GST 0.05", "QST 0.09975");
            assertThat(taxesAt("CA", "AB", "T5J", "2026-01-01T00:00:00Z")).containsExactly("GST 0.05");
            assertThat(taxesAt("US", "CA", "90001", "2026-01-01T00:00:00Z")).containsExactly("Sales tax 0.0825");
            assertThat(taxesAt("US", "OR", "97205", "2026-01-01T00:00:00Z")).isEmpty();
        } finally {
            deleteRates();
            admin().header("If-Match", "*").delete("/admin/v1/tax-categories/" + ReferenceTaxRates.PRESS_CATEGORY);
        }
    }

    private List<String> taxesAt(String country, String region, String postalCode, String at) {
        List<String> found = new ArrayList<>();
        TaxPlace place = new TaxPlace(country, Optional.of(region).filter(name -> !name.isEmpty()), postalCode);
        TaxedSale sale = new TaxedSale(Optional.of(place), Optional.empty(), "EUR", Instant.parse(at));
        ShopDatabase.inTransaction(() -> taxes
                .taxationOf(sale, caches.begin())
                .calculate(List.of(new TaxableLine("standard", Money.of(10_000, "EUR"), false)), Money.zero("EUR"))
                .orElseThrow()
                .taxLines()
                .stream()
                .map(TaxRateImportTest::nameAndRate)
                .forEach(found::add));
        return found;
    }

    private static String nameAndRate(TaxLine line) {
        return line.name() + " " + line.rate();
    }
}
