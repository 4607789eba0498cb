package io.fondaco.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.inventory.StockLevel;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvPreflightCheck;
import io.fondaco.platform.csv.CsvRowReader;
import io.fondaco.platform.csv.CsvRowWriter;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.platform.csv.InvalidCsvHeader;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.FondacoProductRenderer;
import io.fondaco.productfiles.FondacoStockParser;
import io.fondaco.productfiles.InvalidCell;
import io.fondaco.productfiles.ProductRowGrouper;
import io.fondaco.productfiles.ProductRowParser;
import io.fondaco.productfiles.ProductRowRenderer;
import io.fondaco.productfiles.ShopifyColumns;
import io.fondaco.productfiles.ShopifyProductRenderer;
import io.fondaco.productfiles.ShopifyStockRenderer;
import io.fondaco.productfiles.StagedProduct;
import io.fondaco.productfiles.StagedRow;
import io.fondaco.productfiles.StockRow;
import io.fondaco.productfiles.StockRowParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Unusual but legal files, as programs and people write them: each is parsed as intended and survives a round trip.
 */
class CsvEdgeCasesTest {
    private static final String HEBREW = "שולחן \u202eקפה\u202c";
    private static final String FAMILY = "👩‍👩‍👧 🏳️‍🌈";
    private static final String LONG = "x".repeat(CsvRowReader.MAX_FIELD_CHARACTERS - 1);

    static Stream<Arguments> shopifyProducts() {
        return Stream.of(
                arguments(
                        "a byte order mark and CRLF",
                        "\uFEFFHandle,Title,Variant Price\r\na,T,1\r\n",
                        "T",
                        List.of("a")),
                arguments("carriage returns only", "Handle,Title,Variant Price\ra,T,1\r", "T", List.of("a")),
                arguments("no final line break", "Handle,Title,Variant Price\na,T,1", "T", List.of("a")),
                arguments(
                        "line breaks in a cell",
                        "Handle,Title,Variant Price\na,\"T\r\nU\nV\",1\n",
                        "T\r\nU\nV",
                        List.of("a")),
                arguments("trailing commas", "Handle,Title,Variant Price,,,\na,T,1,,,\n,,,,,\n", "T", List.of("a")),
                arguments(
                        "column names in other case, with invisible blanks",
                        "\u200B HANDLE,title\u00A0 ,variant price\uFEFF\na,T,1\n",
                        "T",
                        List.of("a")),
                arguments(
                        "emoji and right-to-left text",
                        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\na,%s,%s,%s,🙂,1\n"
                                .formatted(HEBREW, FAMILY, HEBREW),
                        HEBREW,
                        List.of("🙂")),
                arguments(
                        "a cell of a million characters",
                        "Handle,Title,Body (HTML),Variant Price\na,T,%s,1\n".formatted(LONG),
                        "T",
                        List.of("a")),
                arguments(
                        "quotes in an unquoted cell",
                        "Handle,Title,Variant Price\na,Pipe 12\" wide,1\n",
                        "Pipe 12\" wide",
                        List.of("a")),
                arguments(
                        "blank lines and short rows",
                        "\n\nHandle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Tags\n \n"
                                + "a,T,Size,S,A,1\n\na,,,M,B\n",
                        "T",
                        List.of("A", "B")),
                arguments(
                        "every cell quoted, and a price with an invisible blank",
                        "\"Handle\",\"Title\",\"Variant Price\"\n\"a\",\"T\",\"1.50\u00A0\"\n",
                        "T",
                        List.of("a")),
                arguments(
                        "rejection columns in front",
                        "row,code,reason,Handle,Title,Variant Price\n7,invalid_price,why,a,T,1\n8,x,y\n",
                        "T",
                        List.of("a")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shopifyProducts")
    void unusualShopifyProductFileSurvivesRoundTrip(String name, String file, String title, List<String> skus) {
        ProductDraft draft = withDefaults(read(FileFormat.SHOPIFY, file));

        assertThat(draft.title()).isEqualTo(title);
        assertThat(draft.variants()).extracting(VariantDraft::sku).isEqualTo(skus);
        for (ShopifyColumns.TemplateVersion templateVersion : ShopifyColumns.TemplateVersion.values()) {
            ProductDraft reimported = read(
                    FileFormat.SHOPIFY, write(new ShopifyProductRenderer("EUR", templateVersion, List.of()), draft));
            assertThat(reimported.title()).isEqualTo(title);
            assertThat(reimported.description()).isEqualTo(draft.description());
            assertThat(reimported.options()).isEqualTo(draft.options());
            assertThat(reimported.variants())
                    .extracting(VariantDraft::optionValues)
                    .isEqualTo(draft.variants().stream()
                            .map(VariantDraft::optionValues)
                            .toList());
        }
    }

    static Stream<Arguments> fondacoProducts() {
        return Stream.of(
                arguments("a byte order mark and CRLF", "\uFEFFslug,title,sku\r\na,T,A\r\n", "T", List.of("A")),
                arguments("carriage returns only", "slug,title,sku\ra,T,A\r", "T", List.of("A")),
                arguments("line breaks in a cell", "slug,title,sku\na,\"T\n\nU\",A\n", "T\n\nU", List.of("A")),
                arguments("trailing commas", "slug,title,sku,,\na,T,A,,\n", "T", List.of("A")),
                arguments("columns in another order", "sku,title,slug\nA,T,a\nB,,a\n", "T", List.of("A", "B")),
                arguments(
                        "column names in other case, with invisible blanks",
                        "SLUG\u00A0,\u2060Title,sku ,Price_eur\na,T,A,1\n",
                        "T",
                        List.of("A")),
                arguments(
                        "lists over several lines, with escapes",
                        ("slug,title,sku,tags,options,option_values\na,T,A,\"[ \"\"x\"\",\n"
                                        + " \"\"\\u00e9\"\" ]\",\"[\"\"%s\"\"]\",\"[\"\"%s\"\"]\"\n")
                                .formatted(FAMILY, HEBREW),
                        "T",
                        List.of("A")),
                arguments(
                        "emoji and right-to-left text",
                        "slug,title,sku\n%s,%s,%s\n".formatted("קפה", FAMILY, "🙂"),
                        FAMILY,
                        List.of("🙂")),
                arguments(
                        "a cell of a million characters",
                        "slug,title,description,sku\na,T,%s,A\n".formatted(LONG),
                        "T",
                        List.of("A")),
                arguments(
                        "quotes in an unquoted cell",
                        "slug,title,sku\na,Pipe 12\" wide,A\n",
                        "Pipe 12\" wide",
                        List.of("A")),
                arguments(
                        "blank lines and short rows",
                        "\nslug,title,sku,vendor,status\n\na,T,A\n  \na,,B,\n",
                        "T",
                        List.of("A", "B")),
                arguments(
                        "rejection columns at the end",
                        "slug,title,sku,row,code,reason\na,T,A,2,x,y\n,,,3,x,y\n",
                        "T",
                        List.of("A")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fondacoProducts")
    void unusualFondacoProductFileSurvivesRoundTrip(String name, String file, String title, List<String> skus) {
        ProductDraft draft = withDefaults(read(FileFormat.FONDACO, file));

        assertThat(draft.title()).isEqualTo(title);
        assertThat(draft.variants()).extracting(VariantDraft::sku).isEqualTo(skus);
        assertThat(withDefaults(read(FileFormat.FONDACO, write(new FondacoProductRenderer(List.of()), draft))))
                .isEqualTo(draft);
    }

    static Stream<Arguments> stock() {
        return Stream.of(
                arguments(
                        "a byte order mark and CRLF", FileFormat.FONDACO, "\uFEFFsku,available\r\nA,5\r\n", "A", "", 5),
                arguments("carriage returns only", FileFormat.FONDACO, "sku,available\rA,5\r", "A", "", 5),
                arguments(
                        "columns in another order", FileFormat.FONDACO, "available,location,SKU\n5,x,A\n", "A", "x", 5),
                arguments("trailing commas", FileFormat.FONDACO, "sku,available,,\nA,5,,\n", "A", "", 5),
                arguments("blanks around a number", FileFormat.FONDACO, "sku,available\n A ,\u00A05 \n", "A", "", 5),
                arguments("a number with decimals", FileFormat.FONDACO, "sku,available\nA,5.00\n", "A", "", 5),
                arguments("leading zeros", FileFormat.FONDACO, "sku,available\nA,0005\n", "A", "", 5),
                arguments("a SKU that is a formula", FileFormat.FONDACO, "sku,available\n'=A,5\n", "=A", "", 5),
                arguments("emoji", FileFormat.FONDACO, "sku,available\n" + FAMILY + ",5\n", FAMILY, "", 5),
                arguments("blank lines", FileFormat.FONDACO, "\n\nsku,available\n\n\nA,5\n\n", "A", "", 5),
                arguments(
                        "a byte order mark and CRLF, Shopify format",
                        FileFormat.SHOPIFY,
                        "\uFEFFSKU,Location,Available\r\nA,x,5\r\n",
                        "A",
                        "x",
                        5),
                arguments(
                        "an apostrophe before a number",
                        FileFormat.SHOPIFY,
                        "SKU,Location,Available\n'0101,x,5\n",
                        "0101",
                        "x",
                        5),
                arguments(
                        "column names in other case", FileFormat.SHOPIFY, "sku,LOCATION,on HAND\nA,x,5\n", "A", "x", 5),
                arguments(
                        "on hand less committed and unavailable",
                        FileFormat.SHOPIFY,
                        "SKU,Location,Unavailable,Committed,Available,On hand\nA,x,1,2,,8\n",
                        "A",
                        "x",
                        5),
                arguments("on hand only", FileFormat.SHOPIFY, "SKU,Location,On hand (new)\nA,x,5\n", "A", "x", 5),
                arguments(
                        "a location with a comma and right-to-left text",
                        FileFormat.SHOPIFY,
                        "SKU,Location,Available\nA,\"%s, 2\",5\n".formatted(HEBREW),
                        "A",
                        HEBREW + ", 2",
                        5),
                arguments(
                        "a location over two lines",
                        FileFormat.SHOPIFY,
                        "SKU,Location,Available\nA,\"x\ny\",5\n",
                        "A",
                        "x\ny",
                        5),
                arguments("a negative number", FileFormat.SHOPIFY, "SKU,Location,Available\nA,x,-2\n", "A", "x", 0),
                arguments(
                        "a long cell in an ignored column",
                        FileFormat.SHOPIFY,
                        "SKU,Location,Available,Bin name\nA,x,5,%s\n".formatted(LONG),
                        "A",
                        "x",
                        5),
                arguments(
                        "rejection columns in front",
                        FileFormat.SHOPIFY,
                        "row,code,reason,SKU,Location,Available\n4,x,y,A,z,5\n5,x,y\n",
                        "A",
                        "z",
                        5));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stock")
    void unusualStockFileSurvivesRoundTrip(
            String name, FileFormat format, String file, String sku, String location, long units) throws Exception {
        StockRow row = stockRow(format, file);
        assertStock(row, sku, location, units);

        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (CsvRowWriter writer = CsvRowWriter.to(written, FormulaEscaping.QUOTED)) {
            StockLevel level = new StockLevel(sku, location, units, 0, units, 0);
            if (format == FileFormat.SHOPIFY) {
                writer.writeRow(ShopifyStockRenderer.HEADER);
                ShopifyStockRenderer.render(List.of(level), List.of(), Map.of()).forEach(writer::writeRow);
            } else {
                writer.writeRow(FondacoStockParser.HEADER);
                writer.writeRow(List.of(sku, location, Long.toString(units)));
            }
        }
        assertStock(stockRow(format, written.toString(StandardCharsets.UTF_8)), sku, location, units);
    }

    private static void assertStock(StockRow row, String sku, String location, long units) {
        assertThat(row.sku()).hasValue(sku);
        assertThat(row.location()).isEqualTo(location);
        assertThat(row.quantity())
                .isInstanceOfSatisfying(
                        StockRow.Quantity.AvailableUnits.class,
                        availableUnits -> assertThat(availableUnits.units()).isEqualTo(units));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PRODUCTS|SHOPIFY|Handle;Title;Variant Price|semicolons",
                "PRODUCTS|SHOPIFY|Handle\tTitle\tVariant Price|tabs",
                "PRODUCTS|SHOPIFY|Handle,Title,handle |twice",
                "PRODUCTS|SHOPIFY|Title,SKU,Variant SKU,Odd,ODD|twice",
                "PRODUCTS|FONDACO|slug;title;sku|semicolons",
                "PRODUCTS|FONDACO|slug,title,sku,SKU|twice",
                "PRODUCTS|FONDACO|slug,sku,colour|'colour'",
                "STOCK|FONDACO|sku;available|semicolons",
                "STOCK|FONDACO|sku,available,sku|twice",
                "STOCK|FONDACO|sku,available,Bin name|'Bin name'",
                "STOCK|SHOPIFY|SKU;Location;Available|semicolons",
                "STOCK|SHOPIFY|SKU,Location,location,Available|twice",
                "STOCK|SHOPIFY|SKU,Location,Bin name|'On hand'",
                "STOCK|SHOPIFY|Title,Location,Available|'SKU'"
            })
    void invalidHeaderIsRejectedWithReason(FileKind kind, FileFormat format, String header, String reason) {
        assertThatThrownBy(() -> {
                    CsvHeader read = CsvPreflightCheck.check(header.getBytes(StandardCharsets.UTF_8));
                    switch (kind) {
                        case PRODUCTS -> ProductRowParser.of(format, read, "EUR");
                        case STOCK -> StockRowParser.of(format, read);
                    }
                })
                .isInstanceOf(InvalidCsvHeader.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({"1e3", "'1,000'", "٣", "５", "+", "0x5", "5 5", "NaN", "--5", "1.5", "9999999999999999999999999999999"})
    void quantityThatIsNotAWholeNumberIsRejectedInEveryStockFormat(String quantity) {
        String cell = "\"" + quantity + "\"";
        assertThatThrownBy(() -> stockRow(FileFormat.FONDACO, "sku,available\nA," + cell + "\n"))
                .isInstanceOf(InvalidCell.class)
                .hasMessageContaining(quantity);
        assertThatThrownBy(() -> stockRow(FileFormat.SHOPIFY, "SKU,Location,Available\nA,x," + cell + "\n"))
                .isInstanceOf(InvalidCell.class)
                .hasMessageContaining(quantity);
    }

    private static CsvRowReader open(String file) {
        return CsvRowReader.read(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
    }

    private static StockRow stockRow(FileFormat format, String file) throws InvalidCell {
        CsvRowReader rows = open(file);
        CsvHeader csvHeader = new CsvHeader(rows.next().orElseThrow());
        rows.skipEmptyRejectedRows(csvHeader);
        StockRow row = StockRowParser.of(format, csvHeader).parse(rows.next().orElseThrow());
        assertThat(rows.next()).isEmpty();
        return row;
    }

    private static ProductDraft read(FileFormat format, String file) {
        CsvRowReader rows = open(file);
        CsvHeader csvHeader = new CsvHeader(rows.next().orElseThrow());
        rows.skipEmptyRejectedRows(csvHeader);
        ProductRowGrouper products = new ProductRowGrouper(rows, ProductRowParser.of(format, csvHeader, "EUR"));
        StagedProduct staged = products.parse(products.nextGroup().orElseThrow());
        assertThat(staged.rows()).noneMatch(StagedRow.RejectedRow.class::isInstance);
        assertThat(products.nextGroup()).isEmpty();
        return staged.draft().orElseThrow();
    }

    private static String write(ProductRowRenderer renderer, ProductDraft draft) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (CsvRowWriter writer = CsvRowWriter.to(file, FormulaEscaping.QUOTED)) {
            writer.writeRow(renderer.header());
            List<VariantId> ids =
                    draft.variants().stream().map(_ -> VariantId.random()).toList();
            Map<VariantId, List<VariantPrice>> noPrices = Map.of();
            renderer.render(new ProductSnapshot(ProductId.random(), draft, ids), noPrices, Map.of())
                    .forEach(writer::writeRow);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toString(StandardCharsets.UTF_8);
    }

    /** Fills in the defaults that a stored product has. */
    private static ProductDraft withDefaults(ProductDraft draft) {
        List<VariantDraft> variants = new ArrayList<>();
        for (VariantDraft variant : draft.variants()) {
            variants.add(new VariantDraft(
                    variant.sku(),
                    orElse(variant.optionValues(), List.of()),
                    orElse(variant.barcode(), ""),
                    orElse(variant.weightGrams(), 0L),
                    orElse(variant.lengthMm(), 0),
                    orElse(variant.widthMm(), 0),
                    orElse(variant.heightMm(), 0),
                    orElse(variant.inventoryTracked(), false),
                    orElse(variant.inventoryPolicy(), InventoryPolicy.DENY),
                    orElse(variant.taxable(), true),
                    orElse(variant.taxCategory(), ""),
                    orElse(variant.requiresShipping(), true),
                    orElse(variant.imageUrl(), ""),
                    orElse(variant.attributes(), Map.of())));
        }
        return new ProductDraft(
                draft.slug(),
                orElse(draft.title(), ""),
                orElse(draft.description(), ""),
                orElse(draft.vendor(), ""),
                orElse(draft.productType(), ""),
                orElse(draft.status(), ProductStatus.DRAFT),
                orElse(draft.tags(), List.of()),
                orElse(draft.categories(), List.of()),
                orElse(draft.options(), List.of()),
                orElse(draft.media(), List.of()),
                orElse(draft.seoTitle(), ""),
                orElse(draft.seoDescription(), ""),
                orElse(draft.taxCategory(), "standard"),
                orElse(draft.shippingProfile(), "default"),
                orElse(draft.attributes(), Map.of()),
                variants);
    }

    private static <T> T orElse(T value, T fallback) {
        return Optional.ofNullable(value).orElse(fallback);
    }
}
