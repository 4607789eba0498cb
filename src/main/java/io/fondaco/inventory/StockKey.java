package io.fondaco.inventory;

import java.util.Comparator;

/**
 * What is counted: a SKU at a location.
 *
 * @param location {@code "default"} in a shop that has but one
 */
public record StockKey(String sku, String location) {
    public static final String DEFAULT_LOCATION = "default";

    static final Comparator<StockKey> ORDER =
            Comparator.comparing(StockKey::sku).thenComparing(StockKey::location);

    public static StockKey atDefault(String sku) {
        return new StockKey(sku, DEFAULT_LOCATION);
    }
}
