package io.fondaco.catalog;

import java.util.List;
import java.util.Objects;

/**
 * A product as it is, complete: what {@link Catalog#upsert} of the same draft would call unchanged. Every component of
 * the draft, and of its variants, is present.
 *
 * @param variantIds of the draft's variants, in their order
 */
public record ProductSnapshot(ProductId id, ProductDraft product, List<VariantId> variantIds) {
    /** The option values of each variant, in their order, once the product has these options; a missing one is empty. */
    public List<List<String>> valuesUnder(List<String> options) {
        List<String> before = Objects.requireNonNull(product.options());
        return product.variants().stream()
                .map(variant -> ProductPlan.moved(before, options, Objects.requireNonNull(variant.optionValues())))
                .toList();
    }
}
