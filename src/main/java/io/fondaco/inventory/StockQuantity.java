package io.fondaco.inventory;

/**
 * @param quantity units, positive
 */
public record StockQuantity(String sku, long quantity) {}
