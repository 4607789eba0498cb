package io.fondaco.catalog;

import java.util.List;

/**
 * A product as it is, complete: what {@link Catalog#upsert} of the same draft would call unchanged. Every component of
 * the draft, and of its variants, is present.
 *
 * @param variantIds of the draft's variants, in their order
 */
public record ProductSnapshot(ProductId id, ProductDraft product, List<VariantId> variantIds) {}
