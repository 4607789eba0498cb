package io.fondaco.cart;

import io.fondaco.catalog.VariantId;

/**
 * What goes into a cart. The same SKU may be named several times; it adds up.
 *
 * @param quantity units, 1 to 9,999
 */
public record NewLine(VariantId variantId, String sku, int quantity) {}
