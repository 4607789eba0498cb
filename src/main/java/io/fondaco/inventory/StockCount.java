package io.fondaco.inventory;

/**
 * A stock count by a person or an import.
 *
 * @param available unreserved units on the shelf; on hand becomes this plus the reserved units. Waiting backorders of
 *     the SKU are filled from them in the same transaction
 */
public record StockCount(StockKey key, long available) {
    /**
     * The maximum number of free units at a location, in the API and in imports: small enough that sums fit a {@code
     * long}.
     */
    public static final long MAX_AVAILABLE = 1_000_000_000_000L;
}
