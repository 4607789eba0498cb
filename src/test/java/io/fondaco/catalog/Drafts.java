package io.fondaco.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Product drafts with only the fields that a test needs. */
final class Drafts {
    private Drafts() {}

    /** @param options null to leave them as they are */
    static ProductDraft product(String slug, String title, @Nullable List<String> options, VariantDraft... variants) {
        return new ProductDraft(
                slug, title, null, null, null, null, null, null, options, null, null, null, null, List.of(variants));
    }

    static VariantDraft variant(String sku, @Nullable List<String> values) {
        return new VariantDraft(sku, values, null, null, null, null, null, null, null, null);
    }
}
