package io.fondaco.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Product drafts with only the fields that a test needs. */
final class Drafts {
    private Drafts() {}

    /** @param options null to leave them as they are */
    static ProductDraft product(String slug, String title, @Nullable List<String> options, VariantDraft... variants) {
        return new ProductDraft(
                slug,
                title,
                null,
                null,
                null,
                null,
                null,
                null,
                options,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(variants));
    }

    static VariantDraft variant(String sku, @Nullable List<String> values) {
        return new VariantDraft(sku, values, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /** Changes only the tax category and the shipping profile of a product, and its variants. */
    static ProductDraft withCodes(
            String slug, @Nullable String taxCategory, @Nullable String shippingProfile, VariantDraft... variants) {
        return new ProductDraft(
                slug,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                taxCategory,
                shippingProfile,
                null,
                List.of(variants));
    }

    /** Changes only the tax category of a variant. */
    static VariantDraft withTaxCategory(String sku, @Nullable String taxCategory) {
        return new VariantDraft(
                sku, null, null, null, null, null, null, null, null, null, taxCategory, null, null, null);
    }

    /** Changes only the dimensions of a variant. */
    static VariantDraft withDimensions(
            String sku, @Nullable Integer lengthMm, @Nullable Integer widthMm, @Nullable Integer heightMm) {
        return new VariantDraft(
                sku, null, null, null, lengthMm, widthMm, heightMm, null, null, null, null, null, null, null);
    }
}
