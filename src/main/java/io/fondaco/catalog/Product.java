package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A stored product with all its variants and its categories, as one statement reads it.
 *
 * @param taxCategory code of the tax category of the variants that have none of their own
 * @param shippingProfile code of the shipping profile
 */
public record Product(
        UUID id,
        String slug,
        String title,
        String description,
        String vendor,
        String productType,
        ProductStatus status,
        List<String> tags,
        List<String> options,
        List<Media> media,
        String seoTitle,
        String seoDescription,
        String taxCategory,
        String shippingProfile,
        Map<String, String> attributes,
        long version,
        @Nullable OffsetDateTime createdAt,
        @Nullable OffsetDateTime updatedAt,
        List<Variant> variants,
        List<Category> categories) {

    /** The description of product descriptions in the contract. */
    public static final String DESCRIPTION =
            "HTML as it was entered or imported. It is not sanitized: treat it as untrusted, and sanitize it before you"
                    + " put it into a page.";

    /** The tax category of a new product. */
    public static final String STANDARD_TAX_CATEGORY = "standard";

    /** The shipping profile of a new product. */
    public static final String DEFAULT_SHIPPING_PROFILE = "default";

    /**
     * A variant of the product.
     *
     * @param weightGrams 0 if it is not known
     * @param lengthMm null if it is not known; so are width and height
     * @param taxCategory null for that of the product
     */
    public record Variant(
            UUID id,
            UUID productId,
            String sku,
            int position,
            List<String> optionValues,
            String barcode,
            long weightGrams,
            @Nullable Integer lengthMm,
            @Nullable Integer widthMm,
            @Nullable Integer heightMm,
            boolean inventoryTracked,
            InventoryPolicy inventoryPolicy,
            boolean taxable,
            @Nullable String taxCategory,
            boolean requiresShipping,
            String imageUrl,
            Map<String, String> attributes,
            long version,
            @Nullable OffsetDateTime createdAt,
            @Nullable OffsetDateTime updatedAt) {

        Variant withOptionValues(List<String> values) {
            return new Variant(
                    id,
                    productId,
                    sku,
                    position,
                    values,
                    barcode,
                    weightGrams,
                    lengthMm,
                    widthMm,
                    heightMm,
                    inventoryTracked,
                    inventoryPolicy,
                    taxable,
                    taxCategory,
                    requiresShipping,
                    imageUrl,
                    attributes,
                    version,
                    createdAt,
                    updatedAt);
        }

        /** As {@link SellableVariant#taxCategory}. */
        public String taxCategoryIn(Product product) {
            if (!taxable) {
                return SellableVariant.TAX_EXEMPT;
            }
            return taxCategory == null ? product.taxCategory() : taxCategory;
        }

        /** The option values in one line; "Default" for a variant without options. */
        public String title() {
            return optionValues.isEmpty() ? "Default" : String.join(" / ", optionValues);
        }

        /** The option values by the names of the product's options; without those that the variant lacks. */
        public Map<String, String> optionsByName(List<String> names) {
            Map<String, String> options = new LinkedHashMap<>();
            for (int index = 0; index < Math.min(names.size(), optionValues.size()); index++) {
                options.put(names.get(index), optionValues.get(index));
            }
            return options;
        }

        VariantDraft asDraft() {
            return new VariantDraft(
                    sku,
                    optionValues,
                    barcode,
                    weightGrams,
                    valueOrZero(lengthMm),
                    valueOrZero(widthMm),
                    valueOrZero(heightMm),
                    inventoryTracked,
                    inventoryPolicy,
                    taxable,
                    taxCategory == null ? "" : taxCategory,
                    requiresShipping,
                    imageUrl,
                    attributes);
        }

        private static int valueOrZero(@Nullable Integer millimeters) {
            return millimeters == null ? 0 : millimeters;
        }
    }

    /** A category that the product is in. */
    @Schema(name = "ProductCategory")
    public record Category(CategoryId id, String slug, String name) {
        @JsonCreator
        static Category ofRow(
                @JsonProperty("id") UUID id, @JsonProperty("slug") String slug, @JsonProperty("name") String name) {
            return new Category(new CategoryId(id), slug, name);
        }
    }

    /** Whether every variant has one value for each option. */
    boolean hasCompleteOptions() {
        return variants.stream().allMatch(variant -> variant.optionValues().size() == options.size());
    }

    ProductDraft asDraft(CategoryTree tree) {
        return new ProductDraft(
                slug,
                title,
                description,
                vendor,
                productType,
                status,
                tags,
                categories.stream()
                        .map(category -> tree.path(category.id().value()))
                        .toList(),
                options,
                media,
                seoTitle,
                seoDescription,
                taxCategory,
                shippingProfile,
                attributes,
                variants.stream().map(Variant::asDraft).toList());
    }
}
