package io.fondaco.inventory;

import java.util.Comparator;

/**
 * The key of a stock level: a SKU at a location.
 *
 * @param location {@code "default"} in a shop with a single location
 */
public record StockKey(String sku, String location) {
    public static final String DEFAULT_LOCATION = "default";

    /** Regular expression that a location code matches. */
    static final String LOCATION_CODE = "[A-Za-z0-9][A-Za-z0-9_.-]{0,99}";

    static final Comparator<StockKey> BY_SKU_AND_LOCATION =
            Comparator.comparing(StockKey::sku).thenComparing(StockKey::location);

    public static StockKey atDefaultLocation(String sku) {
        return new StockKey(sku, DEFAULT_LOCATION);
    }
}
