package io.fondaco.catalog;

/**
 * A variant with the fields that carts and checkouts need.
 *
 * @param title the product's title and the variant's options in one line: {@code "Linen shirt, M / Blue"}
 * @param forSale whether its product is active
 * @param stockLimited whether the inventory decides if it can be sold: it is tracked and its inventory policy is deny
 * @param requiresShipping false for services and downloads
 */
public record SellableVariant(
        VariantId id,
        ProductId productId,
        String sku,
        String title,
        boolean forSale,
        boolean stockLimited,
        boolean requiresShipping) {}
