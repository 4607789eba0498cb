package io.fondaco.model;

import java.util.Map;
import java.util.TreeMap;

/** The SKUs of a sequence, one for each kind of stock. */
enum Sku {
    /** In stock at one location. */
    PLAIN(0, Map.of("default", 3)),
    /** Sold beyond its stock, up to the backorder limit. */
    BACKORDERABLE(3, Map.of("default", 1)),
    /** In stock at two locations. */
    MULTILOCATION(0, Map.of("north", 2, "south", 2));

    static final int PENCE = 500;
    /** With the coupon. */
    static final int DISCOUNTED_PENCE = 400;

    private final int backorderLimit;
    private final Map<String, Integer> initialStock;

    Sku(int backorderLimit, Map<String, Integer> initialStock) {
        this.backorderLimit = backorderLimit;
        this.initialStock = new TreeMap<>(initialStock);
    }

    int backorderLimit() {
        return backorderLimit;
    }

    /**
     * Units by location, in order of preference. The priorities are equal, so this is the order of the location codes.
     */
    Map<String, Integer> initialStock() {
        return initialStock;
    }
}
