package io.fondaco.catalog;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored product with its variants and categories, as one statement reads it. */
record ProductRow(
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
        Map<String, String> attributes,
        long version,
        @Nullable OffsetDateTime createdAt,
        @Nullable OffsetDateTime updatedAt,
        List<VariantRow> variants,
        List<CategoryRow> categories) {

    record VariantRow(
            UUID id,
            UUID productId,
            String sku,
            int position,
            List<String> optionValues,
            String barcode,
            long weightGrams,
            boolean inventoryTracked,
            InventoryPolicy inventoryPolicy,
            boolean taxable,
            boolean requiresShipping,
            String imageUrl,
            Map<String, String> attributes,
            long version,
            @Nullable OffsetDateTime createdAt,
            @Nullable OffsetDateTime updatedAt) {

        boolean stockLimited() {
            return inventoryTracked && inventoryPolicy == InventoryPolicy.DENY;
        }

        VariantRow withOptionValues(List<String> values) {
            return new VariantRow(
                    id,
                    productId,
                    sku,
                    position,
                    values,
                    barcode,
                    weightGrams,
                    inventoryTracked,
                    inventoryPolicy,
                    taxable,
                    requiresShipping,
                    imageUrl,
                    attributes,
                    version,
                    createdAt,
                    updatedAt);
        }

        /** The option values in one line; "Default" for a variant without options. */
        String title() {
            return optionValues.isEmpty() ? "Default" : String.join(" / ", optionValues);
        }

        VariantDraft asDraft() {
            return new VariantDraft(
                    sku,
                    optionValues,
                    barcode,
                    weightGrams,
                    inventoryTracked,
                    inventoryPolicy,
                    taxable,
                    requiresShipping,
                    imageUrl,
                    attributes);
        }
    }

    record CategoryRow(UUID id, String slug, String name) {}

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
                categories.stream().map(category -> tree.path(category.id())).toList(),
                options,
                media,
                seoTitle,
                seoDescription,
                attributes,
                variants.stream().map(VariantRow::asDraft).toList());
    }
}
