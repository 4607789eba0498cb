package io.fondaco.importing;

import static io.fondaco.importing.FondacoProductRenderer.list;
import static io.fondaco.importing.FondacoProductRenderer.text;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.inventory.StockLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes stock in the exchange format, in the layout whose {@code Available} {@link ShopifyStockParser} reads back. */
final class ShopifyStockRenderer {
    static final List<String> HEADER = header();

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

    /** A variant and the product that it belongs to. */
    private record ExportedVariant(ProductDraft product, VariantDraft variant) {}

    /**
     * @param products that have the SKUs of the levels; stock of a variant that was removed has none
     * @param locations their names by code
     */
    static List<List<String>> render(
            List<StockLevel> levels, List<ProductSnapshot> products, Map<String, String> locations) {
        Map<String, ExportedVariant> owned = new HashMap<>();
        products.forEach(snapshot -> snapshot.draft()
                .variants()
                .forEach(variant -> owned.put(variant.sku(), new ExportedVariant(snapshot.draft(), variant))));
        return levels.stream()
                .map(level -> renderRow(
                        level, owned.get(level.sku()), locations.getOrDefault(level.location(), level.location())))
                .toList();
    }

    private static List<String> renderRow(
            StockLevel level, @Nullable ExportedVariant exportedVariant, String location) {
        List<String> line = new ArrayList<>(HEADER.size());
        line.add(exportedVariant == null ? "" : ShopifyProductRenderer.exportedHandle(exportedVariant.product()));
        line.add(exportedVariant == null ? "" : text(exportedVariant.product().title()));
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
            line.add(option < names.size() ? names.get(option) : "");
            line.add(option < values.size() ? values.get(option) : "");
        }
        line.add(
                exportedVariant == null
                        ? ShopifyProductParser.withApostrophe(level.sku())
                        : ShopifyProductRenderer.exportedSku(exportedVariant.variant()));
        line.add("");
        line.add("");
        line.add(location);
        line.add("");
        line.add("0");
        line.add("0");
        line.add(Long.toString(level.reserved()));
        line.add(Long.toString(level.free()));
        line.add(Long.toString(level.onHand()));
        return line;
    }
}
