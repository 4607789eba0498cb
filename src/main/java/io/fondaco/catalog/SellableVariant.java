package io.fondaco.catalog;

/**
 * A variant as a cart or a checkout needs to know it.
 *
 * @param title the product's title and the variant's options in one line: {@code "Linen shirt, M / Blue"}
 * @param forSale whether its product is active
 * @param stockLimited whether it may only be sold while stock lasts: it is tracked and its policy is to deny
 * @param requiresShipping whether it is delivered at all
 */
public record SellableVariant(
        VariantId id,
        ProductId productId,
        String sku,
        String title,
        boolean forSale,
        boolean stockLimited,
        boolean requiresShipping) {}
