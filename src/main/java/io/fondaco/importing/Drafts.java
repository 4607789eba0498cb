package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.VariantDraft;
import java.util.List;
import java.util.Optional;

/** Puts a product and its variants together. */
final class Drafts {
    private Drafts() {}

    /** A product all of whose variants were refused does not go in either: nobody asked for a product without any. */
    static PlannedProduct complete(ProductDraft product, List<VariantDraft> variants, List<PlannedRow> rows) {
        boolean anyRefused = rows.stream().anyMatch(PlannedRow.Refused.class::isInstance);
        if (variants.isEmpty() && anyRefused) {
            RowError first = rows.stream()
                    .filter(PlannedRow.Refused.class::isInstance)
                    .map(row -> ((PlannedRow.Refused) row).error())
                    .findFirst()
                    .orElseThrow();
            return PlannedProduct.refused(first, rows);
        }
        return new PlannedProduct(Optional.of(withVariants(product, variants)), rows);
    }

    static ProductDraft withVariants(ProductDraft product, List<VariantDraft> variants) {
        return new ProductDraft(
                product.slug(),
                product.title(),
                product.description(),
                product.vendor(),
                product.productType(),
                product.status(),
                product.tags(),
                product.categories(),
                product.options(),
                product.media(),
                product.seoTitle(),
                product.seoDescription(),
                product.attributes(),
                variants);
    }
}
