package io.fondaco.catalog;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The wanted state of a product. A null component means "leave as it is" (for a new product: the default); an empty one
 * means "empty".
 *
 * @param slug the key by which the product is created or updated
 * @param title required for a new product
 * @param description HTML
 * @param categories paths of category names from the root, {@code ["Kitchen", "Coffee"]}; missing ones are created
 * @param options names of the options in order, at most three. The values of stored variants follow the names;
 *     afterwards every variant must have a value for each option
 * @param media in the order of display
 * @param taxCategory code of the tax category of the variants that have none of their own; never empty
 * @param shippingProfile code of the shipping profile; never empty
 * @param attributes further named values, stored as they are
 * @param variants created or updated by SKU; stored variants that are not in the list stay as they are
 */
public record ProductDraft(
        String slug,
        @Nullable String title,
        @Nullable String description,
        @Nullable String vendor,
        @Nullable String productType,
        @Nullable ProductStatus status,
        @Nullable List<String> tags,
        @Nullable List<List<String>> categories,
        @Nullable List<String> options,
        @Nullable List<Media> media,
        @Nullable String seoTitle,
        @Nullable String seoDescription,
        @Nullable String taxCategory,
        @Nullable String shippingProfile,
        @Nullable Map<String, String> attributes,
        List<VariantDraft> variants) {

    /** A draft that changes only variants of a product. */
    public static ProductDraft ofVariants(String slug, List<VariantDraft> variants) {
        return new ProductDraft(
                slug, null, null, null, null, null, null, null, null, null, null, null, null, null, null, variants);
    }

    /** A copy with these variants. */
    public ProductDraft withVariants(List<VariantDraft> others) {
        return with(options, media, attributes, others);
    }

    /** A copy with these images and videos. */
    public ProductDraft withMedia(@Nullable List<Media> others) {
        return with(options, others, attributes, variants);
    }

    /** A copy with these attributes. */
    public ProductDraft withAttributes(@Nullable Map<String, String> others) {
        return with(options, media, others, variants);
    }

    /** The same product with these option names; null keeps those of the stored product. */
    public ProductDraft withOptions(@Nullable List<String> others) {
        return with(others, media, attributes, variants);
    }

    private ProductDraft with(
            @Nullable List<String> options,
            @Nullable List<Media> media,
            @Nullable Map<String, String> attributes,
            List<VariantDraft> variants) {
        return new ProductDraft(
                slug,
                title,
                description,
                vendor,
                productType,
                status,
                tags,
                categories,
                options,
                media,
                seoTitle,
                seoDescription,
                taxCategory,
                shippingProfile,
                attributes,
                variants);
    }
}
