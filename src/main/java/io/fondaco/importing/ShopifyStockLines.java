package io.fondaco.importing;

import static io.fondaco.importing.FondacoLines.list;
import static io.fondaco.importing.FondacoLines.text;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.inventory.StockLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes stock in the exchange format, in the layout whose {@code Available} {@link ShopifyStock} reads back. */
final class ShopifyStockLines {
    static final List<String> HEADER = header();

    private ShopifyStockLines() {}

    private static List<String> header() {
        List<String> header = new ArrayList<>();
        header.add(ShopifyColumns.HANDLE.getFirst());
        header.add(ShopifyColumns.TITLE.getFirst());
        for (int option = 1; option <= ShopifyColumns.OPTIONS; option++) {
            header.addAll(ShopifyColumns.optionName(option));
            header.addAll(ShopifyColumns.optionValue(option));
        }
        header.add("SKU");
        header.add("HS Code");
        header.add("COO");
        header.add(ShopifyStock.LOCATION.getFirst());
        header.add("Bin name");
        header.add("Incoming");
        header.add(ShopifyStock.UNAVAILABLE.getFirst());
        header.add(ShopifyStock.COMMITTED.getFirst());
        header.add(ShopifyStock.AVAILABLE.getFirst());
        header.add(ShopifyStock.ON_HAND.getFirst());
        return List.copyOf(header);
    }

    /** A variant and the product that it belongs to. */
    private record Owned(ProductDraft product, VariantDraft variant) {}

    /**
     * @param products that have the SKUs of the levels; stock of a variant that was removed has none
     * @param locations their names by code
     */
    static List<List<String>> lines(
            List<StockLevel> levels, List<ProductSnapshot> products, Map<String, String> locations) {
        Map<String, Owned> owned = new HashMap<>();
        products.forEach(snapshot -> snapshot.product()
                .variants()
                .forEach(variant -> owned.put(variant.sku(), new Owned(snapshot.product(), variant))));
        return levels.stream()
                .map(level ->
                        line(level, owned.get(level.sku()), locations.getOrDefault(level.location(), level.location())))
                .toList();
    }

    private static List<String> line(StockLevel level, @Nullable Owned owned, String location) {
        List<String> line = new ArrayList<>(HEADER.size());
        line.add(owned == null ? "" : ShopifyLines.handle(owned.product()));
        line.add(owned == null ? "" : text(owned.product().title()));
        List<String> names = owned == null ? List.of() : list(owned.product().options());
        List<String> values = owned == null ? List.of() : list(owned.variant().optionValues());
        if (owned != null && names.isEmpty()) {
            names = List.of(ShopifyOptions.NO_OPTION);
            values = List.of(ShopifyOptions.NO_OPTION_VALUE);
        }
        for (int option = 0; option < ShopifyColumns.OPTIONS; option++) {
            line.add(option < names.size() ? names.get(option) : "");
            line.add(option < values.size() ? values.get(option) : "");
        }
        line.add(owned == null ? ShopifyProducts.withApostrophe(level.sku()) : ShopifyLines.sku(owned.variant()));
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
