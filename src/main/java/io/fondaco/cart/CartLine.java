package io.fondaco.cart;

import io.fondaco.catalog.VariantId;

/**
 * @param quantity units, 1 to 9,999
 */
public record CartLine(CartLineId id, VariantId variantId, String sku, int quantity) {
    CartLine withQuantity(int changed) {
        return new CartLine(id, variantId, sku, changed);
    }
}
