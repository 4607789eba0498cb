package io.fondaco.cart;

import io.fondaco.catalog.VariantId;

/**
 * What goes into a cart. The same SKU may be named several times; it adds up.
 *
 * @param quantity units, 1 to 9,999
 * @param pointer where it stands in the request, for errors: {@code "/lines/3"}, or empty
 */
public record NewCartLine(VariantId variantId, String sku, int quantity, String pointer) {}
