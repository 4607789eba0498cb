package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes our own format: the product's own cells stand in its first row and are blank in the others. */
final class FondacoProductRenderer implements ProductRowRenderer {
    private static final int VARIANT_COLUMNS = FondacoColumns.NON_PRICE_COLUMNS.size()
            - FondacoColumns.NON_PRICE_COLUMNS.indexOf(FondacoColumns.SKU.getFirst());

    private final List<String> currencies;

    /**
     * @param currencies that have a column each
     */
    FondacoProductRenderer(List<String> currencies) {
        this.currencies = List.copyOf(currencies);
    }

    @Override
    public List<String> header() {
        List<String> header = new ArrayList<>(FondacoColumns.NON_PRICE_COLUMNS);
        for (String currency : currencies) {
            header.addAll(FondacoColumns.price(currency));
            header.addAll(FondacoColumns.compareAt(currency));
        }
        return header;
    }

    @Override
    public List<List<String>> render(
            ProductSnapshot snapshot, Map<VariantId, List<VariantPrice>> prices, Map<String, Long> stock) {
        List<List<String>> lines = new ArrayList<>();
        List<VariantDraft> variants = snapshot.draft().variants();
        for (int index = 0; index < variants.size(); index++) {
            List<String> line = productCells(snapshot.draft(), index == 0);
            line.addAll(variantCells(variants.get(index)));
            line.addAll(priceCells(prices.getOrDefault(snapshot.variantIds().get(index), List.of())));
            lines.add(line);
        }
        if (variants.isEmpty()) {
            List<String> line = productCells(snapshot.draft(), true);
            line.addAll(Collections.nCopies(VARIANT_COLUMNS + 2 * currencies.size(), ""));
            lines.add(line);
        }
        return lines;
    }

    private static List<String> productCells(ProductDraft product, boolean first) {
        List<String> line = new ArrayList<>();
        line.add(product.slug());
        if (!first) {
            line.addAll(Collections.nCopies(FondacoColumns.NON_PRICE_COLUMNS.size() - VARIANT_COLUMNS - 1, ""));
            return line;
        }
        line.add(text(product.title()));
        line.add(text(product.description()));
        line.add(text(product.vendor()));
        line.add(text(product.productType()));
        line.add(name(product.status()));
        line.add(JsonCells.renderTexts(list(product.tags())));
        line.add(JsonCells.renderLists(list(product.categories())));
        line.add(JsonCells.renderTexts(list(product.options())));
        line.add(JsonCells.renderMedia(list(product.media())));
        line.add(text(product.seoTitle()));
        line.add(text(product.seoDescription()));
        line.add(JsonCells.renderMap(map(product.attributes())));
        return line;
    }

    private static List<String> variantCells(VariantDraft variant) {
        return List.of(
                variant.sku(),
                JsonCells.renderTexts(list(variant.optionValues())),
                text(variant.barcode()),
                value(variant.weightGrams()),
                value(variant.inventoryTracked()),
                name(variant.inventoryPolicy()),
                value(variant.taxable()),
                value(variant.requiresShipping()),
                text(variant.imageUrl()),
                JsonCells.renderMap(map(variant.attributes())));
    }

    private List<String> priceCells(List<VariantPrice> tags) {
        List<String> cells = new ArrayList<>();
        for (String currency : currencies) {
            VariantPrice tag = tags.stream()
                    .filter(candidate -> candidate.price().currency().equals(currency))
                    .findFirst()
                    .orElse(null);
            cells.add(tag == null ? "" : tag.price().toDecimal());
            cells.add(tag == null ? "" : tag.compareAt().map(Money::toDecimal).orElse(""));
        }
        return cells;
    }

    static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    static String value(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    static String name(@Nullable Enum<?> constant) {
        return constant == null ? "" : constant.name().toLowerCase(Locale.ROOT);
    }

    static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    static Map<String, String> map(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
