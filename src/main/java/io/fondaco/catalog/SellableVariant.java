package io.fondaco.catalog;

import java.util.Map;
import java.util.Set;

/**
 * A variant with the fields that carts and checkouts need.
 *
 * @param title the product's title and the variant's options in one line: {@code "Linen shirt, M / Blue"}
 * @param forSale whether its product is active
 * @param stockLimited whether the inventory decides if it can be sold: it is tracked and its inventory policy is deny
 * @param requiresShipping false for services and downloads
 * @param weightGrams of one unit; 0 if it is not known
 * @param taxCategory the code of the tax category of the variant, or else of its product; {@link #TAX_EXEMPT} if the
 *     variant is not taxable
 * @param shippingProfile the code of the product's shipping profile
 * @param categories the categories of its product, without their ancestors
 * @param attributes those of the product, and those of the variant, which replace equal names of the product; without
 *     names and values that are longer than {@link #MAX_ATTRIBUTE_LENGTH}, because pods keep variants in memory
 */
public record SellableVariant(
        VariantId id,
        ProductId productId,
        String sku,
        String title,
        boolean forSale,
        boolean stockLimited,
        boolean requiresShipping,
        long weightGrams,
        String taxCategory,
        String shippingProfile,
        String vendor,
        Set<String> tags,
        Set<CategoryId> categories,
        Map<String, String> attributes) {

    /** The tax category of what is not taxed anywhere. */
    public static final String TAX_EXEMPT = "exempt";

    /** Characters of the longest name and of the longest value in {@link #attributes}. */
    public static final int MAX_ATTRIBUTE_LENGTH = 100;

    public SellableVariant {
        tags = Set.copyOf(tags);
        categories = Set.copyOf(categories);
        attributes = Map.copyOf(attributes);
    }
}
