package io.fondaco.model;

import java.util.Map;
import java.util.TreeMap;

/** What is sold, each with a difficulty of its own. */
enum Sku {
    /** Lies at one place. */
    PLAIN(0, Map.of("default", 3)),
    /** Is sold before it is there. */
    BACKORDERABLE(3, Map.of("default", 1)),
    /** Lies at two places. */
    MULTILOCATION(0, Map.of("north", 2, "south", 2));

    static final int PENCE = 500;
    /** With the coupon. */
    static final int DISCOUNTED_PENCE = 400;

    private final int backorderLimit;
    private final Map<String, Integer> initialStock;

    Sku(int backorderLimit, Map<String, Integer> atFirst) {
        this.backorderLimit = backorderLimit;
        this.initialStock = new TreeMap<>(atFirst);
    }

    int backorderLimit() {
        return backorderLimit;
    }

    /** Units by place, the place that is preferred first: their priorities are equal, so it is the order of their codes. */
    Map<String, Integer> initialStock() {
        return initialStock;
    }
}
