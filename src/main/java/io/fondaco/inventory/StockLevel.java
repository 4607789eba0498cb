package io.fondaco.inventory;

/**
 * How many there are.
 *
 * @param onHand units at the location
 * @param reserved units promised to checkouts under way
 * @param available what can still be sold: on hand less reserved, never negative
 */
public record StockLevel(String sku, String location, long onHand, long reserved, long available) {}
