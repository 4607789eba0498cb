package io.fondaco.cart;

import io.fondaco.catalog.VariantId;

/**
 * A line to add to a cart. Quantities of the same SKU are added up.
 *
 * @param quantity units, 1 to 9,999
 * @param pointer the position in the request, for errors: {@code "/lines/3"}, or empty
 */
public record NewCartLine(VariantId variantId, String sku, int quantity, String pointer) {}
