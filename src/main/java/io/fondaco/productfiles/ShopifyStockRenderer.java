package io.fondaco.productfiles;

import static io.fondaco.productfiles.FondacoProductRenderer.list;
import static io.fondaco.productfiles.FondacoProductRenderer.text;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.inventory.StockLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes stock in the Shopify format, in the legacy layout, whose {@code Available} {@link ShopifyStockParser} reads
 * back.
 */
public final class ShopifyStockRenderer {
    public static final List<String> HEADER = header();

    private ShopifyStockRenderer() {}

    private static List<String> header() {
        List<String> header = new ArrayList<>();
        header.add(ShopifyColumns.HANDLE.getFirst());
        header.add(ShopifyColumns.TITLE.getFirst());
        for (int option = 1; option <= ShopifyColumns.MAX_OPTIONS; option++) {
            header.addAll(ShopifyColumns.optionName(option));
            header.addAll(ShopifyColumns.optionValue(option));
        }
        header.add("SKU");
        header.add("HS Code");
        header.add("COO");
        header.add(ShopifyStockParser.LOCATION.getFirst());
        header.add("Bin name");
        header.add("Incoming");
        header.add(ShopifyStockParser.UNAVAILABLE.getFirst());
        header.add(ShopifyStockParser.COMMITTED.getFirst());
        header.add(ShopifyStockParser.AVAILABLE.getFirst());
        header.add(ShopifyStockParser.ON_HAND.getFirst());
        return List.copyOf(header);
    }

    /** A variant and its product. */
    private record ExportedVariant(ProductDraft product, VariantDraft variant) {}

    /**
     * @param products the products of the SKUs of the levels; stock of a removed variant has none
     * @param locations location names by code
     */
    public static List<List<String>> render(
            List<StockLevel> levels, List<ProductSnapshot> products, Map<String, String> locations) {
        Map<String, ExportedVariant> variantsBySku = new HashMap<>();
        products.forEach(snapshot -> snapshot.draft()
                .variants()
                .forEach(variant -> variantsBySku.put(variant.sku(), new ExportedVariant(snapshot.draft(), variant))));
        return levels.stream()
                .map(level -> renderRow(
                        level,
                        variantsBySku.get(level.sku()),
                        locations.getOrDefault(level.location(), level.location())))
                .toList();
    }

    private static List<String> renderRow(
            StockLevel level, @Nullable ExportedVariant exportedVariant, String location) {
        List<String> row = new ArrayList<>(HEADER.size());
        row.add(exportedVariant == null ? "" : ShopifyProductRenderer.exportedHandle(exportedVariant.product()));
        row.add(exportedVariant == null ? "" : text(exportedVariant.product().title()));
        List<String> names = exportedVariant == null
                ? List.of()
                : list(exportedVariant.product().options());
        List<String> values = exportedVariant == null
                ? List.of()
                : list(exportedVariant.variant().optionValues());
        if (exportedVariant != null && names.isEmpty()) {
            names = List.of(ShopifyOptions.DEFAULT_OPTION_NAME);
            values = List.of(ShopifyOptions.DEFAULT_OPTION_VALUE);
        }
        for (int option = 0; option < ShopifyColumns.MAX_OPTIONS; option++) {
            row.add(option < names.size() ? names.get(option) : "");
            row.add(option < values.size() ? values.get(option) : "");
        }
        row.add(
                exportedVariant == null
                        ? ShopifyProductParser.withApostrophe(level.sku())
                        : ShopifyProductRenderer.exportedSku(exportedVariant.variant()));
        row.add("");
        row.add("");
        row.add(location);
        row.add("");
        row.add("0");
        row.add("0");
        row.add(Long.toString(level.reserved()));
        row.add(Long.toString(level.free()));
        row.add(Long.toString(level.onHand()));
        return row;
    }
}
