package io.fondaco.inventory;

/**
 * What somebody counted.
 *
 * @param available units that can be sold; on hand becomes this plus what is reserved
 */
public record StockCount(StockKey key, long available) {}
