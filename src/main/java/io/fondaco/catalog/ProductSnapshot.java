package io.fondaco.catalog;

import java.util.List;
import java.util.Objects;

/**
 * A product as it is, complete: what {@link Catalog#upsert} of the same draft would call unchanged. Every component of
 * the draft, and of its variants, is present.
 *
 * @param variantIds of the draft's variants, in their order
 */
public record ProductSnapshot(ProductId id, ProductDraft draft, List<VariantId> variantIds) {
    /** The option values of each variant, in their order, once the product has these options; a missing one is empty. */
    public List<List<String>> optionValuesFor(List<String> options) {
        List<String> before = Objects.requireNonNull(draft.options());
        return draft.variants().stream()
                .map(variant -> ProductUpsertPlan.realignOptionValues(
                        before, options, Objects.requireNonNull(variant.optionValues())))
                .toList();
    }
}
