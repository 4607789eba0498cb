package io.fondaco.productfiles;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.Media;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRowReader;
import io.fondaco.platform.csv.CsvRowWriter;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.platform.money.Money;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An import reads every text of an export back unchanged. */
class ExportImportRoundTripTest {
    @Property(tries = 300)
    void fondacoFormatPreservesEveryText(
            @ForAll("texts") String text, @ForAll("texts") String other, @ForAll FormulaEscaping formulaEscaping) {
        ProductSnapshot snapshot = snapshot(text, other);

        assertThat(exportAndParse(
                        new FondacoProductRenderer(List.of("EUR", "JPY")),
                        formulaEscaping,
                        FileFormat.FONDACO,
                        snapshot))
                .isEqualTo(snapshot.draft());
    }

    @Property(tries = 300)
    void shopifyFormatPreservesEveryTextUnderEitherTemplateVersion(
            @ForAll("texts") String text,
            @ForAll("texts") String other,
            @ForAll ShopifyColumns.TemplateVersion templateVersion,
            @ForAll FormulaEscaping formulaEscaping) {
        ProductSnapshot snapshot = snapshot(text, other);
        ProductRowRenderer renderer = new ShopifyProductRenderer("EUR", templateVersion, extraAttributes(snapshot));

        assertThat(exportAndParse(renderer, formulaEscaping, FileFormat.SHOPIFY, snapshot))
                .isEqualTo(snapshot.draft());
    }

    /** In the Shopify format, "Title" with "Default Title" also means that a product has no options. */
    @ParameterizedTest
    @CsvSource({"Default Title,", "Default Title, L", "L, Default Title"})
    void productWithDefaultOptionKeepsItsOptions(String first, @Nullable String second) {
        List<List<String>> values =
                Stream.of(first, second).filter(Objects::nonNull).map(List::of).toList();
        ProductSnapshot snapshot = snapshotWithOption("Title", values);

        StagedProduct parsed = exportAndStage(
                new ShopifyProductRenderer("EUR", ShopifyColumns.TemplateVersion.LEGACY, List.of()),
                FormulaEscaping.PLAIN,
                FileFormat.SHOPIFY,
                snapshot);

        ProductDraft draft = parsed.draft().orElseThrow();
        assertThat(parsed.rows()).noneMatch(StagedRow.RejectedRow.class::isInstance);
        assertThat(draft.options() == null ? List.of("Title") : draft.options()).isEqualTo(List.of("Title"));
        assertThat(draft.variants()).extracting(VariantDraft::optionValues).isEqualTo(values);
        assertThat(draft.variants())
                .extracting(VariantDraft::sku)
                .isEqualTo(snapshot.draft().variants().stream()
                        .map(VariantDraft::sku)
                        .toList());
    }

    private static ProductSnapshot snapshotWithOption(String option, List<List<String>> values) {
        ProductSnapshot snapshot = snapshot("text", "text");
        List<VariantDraft> variants = IntStream.range(0, values.size())
                .mapToObj(index -> snapshot.draft().variants().get(index).withOptionValues(values.get(index)))
                .toList();
        return new ProductSnapshot(
                snapshot.id(),
                snapshot.draft().withOptions(List.of(option)).withVariants(variants),
                snapshot.variantIds().subList(0, values.size()));
    }

    private static List<ShopifyAttribute> extraAttributes(ProductSnapshot snapshot) {
        ProductDraft product = snapshot.draft();
        return Stream.concat(
                        product.attributes().keySet().stream()
                                .flatMap(key -> ShopifyAttribute.ofKey(key, true).stream()),
                        product.variants().stream()
                                .flatMap(variant -> variant.attributes().keySet().stream())
                                .flatMap(key -> ShopifyAttribute.ofKey(key, false).stream()))
                .distinct()
                .toList();
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> parts = Arbitraries.of(
                "\"",
                "\"\"",
                ",",
                ";",
                "\n",
                "\r\n",
                "\r",
                " ",
                "\t",
                "=1+1",
                "+",
                "-",
                "@x",
                "'",
                "'=",
                "''-2",
                "-2",
                "+3.5",
                "|",
                "{",
                "[]",
                " > ",
                "🙂",
                "👩‍👩‍👧",
                "שלום",
                "\u202e",
                "é",
                "e\u0301",
                "\uFEFF",
                "'; DROP TABLE x;--",
                "null",
                "true",
                "<b>",
                "\\");
        return parts.list().ofMaxSize(5).map(chosen -> String.join("", chosen));
    }

    private static ProductDraft exportAndParse(
            ProductRowRenderer renderer, FormulaEscaping formulaEscaping, FileFormat format, ProductSnapshot snapshot) {
        return exportAndParse(renderer, formulaEscaping, format, snapshot, (_, staged) -> staged)
                .draft()
                .orElseThrow();
    }

    private static StagedProduct exportAndStage(
            ProductRowRenderer renderer, FormulaEscaping formulaEscaping, FileFormat format, ProductSnapshot snapshot) {
        return exportAndParse(
                renderer,
                formulaEscaping,
                format,
                snapshot,
                (parser, staged) -> parser.resolveVariants(staged, Optional.of(snapshot), new HashSet<>()));
    }

    private static StagedProduct exportAndParse(
            ProductRowRenderer renderer,
            FormulaEscaping formulaEscaping,
            FileFormat format,
            ProductSnapshot snapshot,
            BiFunction<ProductRowParser, StagedProduct, StagedProduct> resolve) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (CsvRowWriter writer = CsvRowWriter.to(file, formulaEscaping)) {
            writer.writeRow(renderer.header());
            Map<VariantId, List<VariantPrice>> prices = Map.of(
                    snapshot.variantIds().getFirst(),
                    List.of(
                            new VariantPrice(Money.of(1999, "EUR"), Optional.of(Money.of(2500, "EUR"))),
                            new VariantPrice(Money.of(500, "JPY"), Optional.empty())));
            renderer.render(snapshot, prices, Map.of()).forEach(writer::writeRow);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        CsvRowReader rows = CsvRowReader.read(new ByteArrayInputStream(file.toByteArray()));
        CsvHeader csvHeader = new CsvHeader(rows.next().orElseThrow());
        ProductRowParser parser = ProductRowParser.of(format, csvHeader, "EUR");
        ProductRowGrouper products = new ProductRowGrouper(rows, parser);
        StagedProduct staged = products.parse(products.nextGroup().orElseThrow());
        assertThat(staged.rows()).noneMatch(StagedRow.RejectedRow.class::isInstance);
        assertThat(products.nextGroup()).isEmpty();
        return resolve.apply(parser, staged);
    }

    private static ProductSnapshot snapshot(String text, String other) {
        String option = text.isBlank() ? "Size" : text.strip();
        VariantDraft first = new VariantDraft(
                "SKU-1",
                List.of("S"),
                text,
                250L,
                10,
                20,
                100_000_000,
                true,
                InventoryPolicy.DENY,
                true,
                "-reduced",
                false,
                "https://i/2",
                Map.of(
                        "shopify.weight_unit",
                        "kg",
                        "own",
                        text,
                        "shopify.column.Odd",
                        "x",
                        "shopify.tax_code",
                        "PC-" + other));
        VariantDraft second = new VariantDraft(
                "SKU-2",
                List.of("M"),
                other,
                0L,
                0,
                7,
                0,
                false,
                InventoryPolicy.CONTINUE,
                false,
                "",
                true,
                "",
                Map.of("shopify.price.International", "12.00", "shopify.tax_code", text));
        ProductDraft product = new ProductDraft(
                "a-product",
                text,
                other,
                text,
                other,
                ProductStatus.ARCHIVED,
                List.of("tag " + text, other),
                List.of(List.of("Kitchen", text), List.of(other)),
                List.of(option),
                List.of(new Media("https://i/1", text), new Media("https://i/2", other), new Media("https://i/3", "")),
                other,
                text,
                "zero_rated",
                "-2",
                Map.of("shopify.gift_card", "false", "shopify.product.metafields.custom.x", "y", "mine " + other, text),
                List.of(first, second));
        return new ProductSnapshot(ProductId.random(), product, List.of(VariantId.random(), VariantId.random()));
    }
}
