package io.fondaco.importing;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.Media;
import io.fondaco.catalog.PriceTag;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.csv.CsvLines;
import io.fondaco.platform.csv.CsvRows;
import io.fondaco.platform.csv.Formulas;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.money.Money;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What an export writes, an import reads back as it was. */
class RoundTripTest {
    @Property(tries = 300)
    void ourOwnFormatBringsEveryTextBack(
            @ForAll("texts") String text, @ForAll("texts") String other, @ForAll Formulas formulas) {
        ProductSnapshot snapshot = snapshot(text, other);

        assertThat(through(new FondacoLines(List.of("EUR", "JPY")), formulas, FileFormat.FONDACO, snapshot))
                .isEqualTo(snapshot.product());
    }

    @Property(tries = 300)
    void theExchangeFormatBringsEveryTextBackUnderEitherColumnNames(
            @ForAll("texts") String text,
            @ForAll("texts") String other,
            @ForAll ShopifyColumns.Names names,
            @ForAll Formulas formulas) {
        ProductSnapshot snapshot = snapshot(text, other);
        ProductLines lines = new ShopifyLines("EUR", names, found(snapshot));

        assertThat(through(lines, formulas, FileFormat.SHOPIFY, snapshot)).isEqualTo(snapshot.product());
    }

    private static List<ShopifyAttribute> found(ProductSnapshot snapshot) {
        ProductDraft product = snapshot.product();
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
        Arbitrary<String> nasty = Arbitraries.of(
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
        return nasty.list().ofMaxSize(5).map(parts -> String.join("", parts));
    }

    private static ProductDraft through(
            ProductLines lines, Formulas formulas, FileFormat format, ProductSnapshot snapshot) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (CsvLines writer = CsvLines.to(file, formulas)) {
            writer.write(lines.header());
            Map<VariantId, List<PriceTag>> prices = Map.of(
                    snapshot.variantIds().getFirst(),
                    List.of(
                            new PriceTag(Money.of(1999, "EUR"), Optional.of(Money.of(2500, "EUR"))),
                            new PriceTag(Money.of(500, "JPY"), Optional.empty())));
            lines.lines(snapshot, prices, Map.of()).forEach(writer::write);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        CsvRows rows = CsvRows.read(new ByteArrayInputStream(file.toByteArray()));
        Header header = new Header(rows.next().orElseThrow());
        ProductRows products = new ProductRows(rows, ProductFormat.of(format, header, "EUR"));
        PlannedProduct planned = products.plan(products.next().orElseThrow());
        assertThat(planned.rows()).noneMatch(PlannedRow.Refused.class::isInstance);
        assertThat(products.next()).isEmpty();
        return planned.draft().orElseThrow();
    }

    private static ProductSnapshot snapshot(String text, String other) {
        String option = text.isBlank() ? "Size" : text.strip();
        VariantDraft first = new VariantDraft(
                "SKU-1",
                List.of("S"),
                text,
                250L,
                true,
                InventoryPolicy.DENY,
                true,
                false,
                "https://i/2",
                Map.of("shopify.weight_unit", "kg", "own", text, "shopify.column.Odd", "x"));
        VariantDraft second = new VariantDraft(
                "SKU-2",
                List.of("M"),
                other,
                0L,
                false,
                InventoryPolicy.CONTINUE,
                false,
                true,
                "",
                Map.of("shopify.price.International", "12.00"));
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
                Map.of("shopify.gift_card", "false", "shopify.product.metafields.custom.x", "y", "mine " + other, text),
                List.of(first, second));
        return new ProductSnapshot(ProductId.random(), product, List.of(VariantId.random(), VariantId.random()));
    }
}
