package io.fondaco.productfiles;

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

/**
 * Writes the Fondaco format: the first row of a product has the product's own cells, which are empty in its other rows.
 */
public final class FondacoProductRenderer implements ProductRowRenderer {
    private static final int VARIANT_COLUMNS = FondacoColumns.NON_PRICE_COLUMNS.size()
            - FondacoColumns.NON_PRICE_COLUMNS.indexOf(FondacoColumns.SKU.getFirst());

    private final List<String> currencies;

    /** @param currencies that get a price and a compare-at column each */
    public FondacoProductRenderer(List<String> currencies) {
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
        List<List<String>> rows = new ArrayList<>();
        List<VariantDraft> variants = snapshot.draft().variants();
        for (int index = 0; index < variants.size(); index++) {
            List<String> row = productCells(snapshot.draft(), index == 0);
            row.addAll(variantCells(variants.get(index)));
            row.addAll(priceCells(prices.getOrDefault(snapshot.variantIds().get(index), List.of())));
            rows.add(row);
        }
        if (variants.isEmpty()) {
            List<String> row = productCells(snapshot.draft(), true);
            row.addAll(Collections.nCopies(VARIANT_COLUMNS + 2 * currencies.size(), ""));
            rows.add(row);
        }
        return rows;
    }

    private static List<String> productCells(ProductDraft product, boolean first) {
        List<String> row = new ArrayList<>();
        row.add(product.slug());
        if (!first) {
            row.addAll(Collections.nCopies(FondacoColumns.NON_PRICE_COLUMNS.size() - VARIANT_COLUMNS - 1, ""));
            return row;
        }
        row.add(text(product.title()));
        row.add(text(product.description()));
        row.add(text(product.vendor()));
        row.add(text(product.productType()));
        row.add(name(product.status()));
        row.add(JsonCells.renderTexts(list(product.tags())));
        row.add(JsonCells.renderLists(list(product.categories())));
        row.add(JsonCells.renderTexts(list(product.options())));
        row.add(JsonCells.renderMedia(list(product.media())));
        row.add(text(product.seoTitle()));
        row.add(text(product.seoDescription()));
        row.add(text(product.taxCategory()));
        row.add(text(product.shippingProfile()));
        row.add(JsonCells.renderMap(map(product.attributes())));
        return row;
    }

    private static List<String> variantCells(VariantDraft variant) {
        return List.of(
                variant.sku(),
                JsonCells.renderTexts(list(variant.optionValues())),
                text(variant.barcode()),
                value(variant.weightGrams()),
                millimeters(variant.lengthMm()),
                millimeters(variant.widthMm()),
                millimeters(variant.heightMm()),
                value(variant.inventoryTracked()),
                name(variant.inventoryPolicy()),
                value(variant.taxable()),
                text(variant.taxCategory()),
                value(variant.requiresShipping()),
                text(variant.imageUrl()),
                JsonCells.renderMap(map(variant.attributes())));
    }

    private List<String> priceCells(List<VariantPrice> prices) {
        List<String> cells = new ArrayList<>();
        for (String currency : currencies) {
            VariantPrice price = prices.stream()
                    .filter(candidate -> candidate.price().currency().equals(currency))
                    .findFirst()
                    .orElse(null);
            cells.add(price == null ? "" : price.price().toDecimal());
            cells.add(
                    price == null ? "" : price.compareAt().map(Money::toDecimal).orElse(""));
        }
        return cells;
    }

    public static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    static String value(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /** Empty if it is not known. */
    static String millimeters(@Nullable Integer millimeters) {
        return millimeters == null || millimeters == 0 ? "" : millimeters.toString();
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
