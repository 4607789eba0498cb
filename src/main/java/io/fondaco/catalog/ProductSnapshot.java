package io.fondaco.catalog;

import java.util.List;
import java.util.Objects;

/**
 * The complete current state of a product: {@link Catalog#upsert} of its draft changes nothing. Every component of the
 * draft, and of its variants, is present.
 *
 * @param variantIds of the draft's variants, in their order
 */
public record ProductSnapshot(ProductId id, ProductDraft draft, List<VariantId> variantIds) {
    /**
     * The option values that each variant, in order, would have if the product had these options; a missing one is
     * empty.
     */
    public List<List<String>> optionValuesFor(List<String> options) {
        List<String> before = Objects.requireNonNull(draft.options());
        return draft.variants().stream()
                .map(variant -> ProductUpsertPlan.realignOptionValues(
                        before, options, Objects.requireNonNull(variant.optionValues())))
                .toList();
    }
}
