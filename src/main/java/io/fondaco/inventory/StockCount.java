package io.fondaco.inventory;

/**
 * What somebody counted.
 *
 * @param available units on the shelf that nobody has reserved; on hand becomes this plus what is reserved. Orders that wait for
 *     the SKU are served from them at once
 */
public record StockCount(StockKey key, long available) {
    /** The most units that are ever free at a location, at every door: small enough that sums of them fit. */
    public static final long MAX_AVAILABLE = 1_000_000_000_000L;
}
