package io.fondaco.catalog;

import java.util.Map;
import java.util.Optional;

/**
 * What became of a {@link ProductDraft}.
 *
 * @param product what happened to the product itself; empty when it was refused
 * @param variants what happened to each variant, by SKU
 * @param refusal why the product, with all its variants, was refused: {@code slug}, {@code sku_taken}, …
 */
public record Upserted(
        String slug, Optional<Change> product, Map<String, UpsertedVariant> variants, Optional<Refusal> refusal) {

    /** What a write did to a record. */
    public enum Change {
        CREATED,
        UPDATED,
        UNCHANGED
    }

    /**
     * @param id of the variant; empty when it was refused
     * @param change empty when it was refused
     */
    public record UpsertedVariant(Optional<VariantId> id, Optional<Change> change, Optional<Refusal> refusal) {}

    /**
     * @param field of the draft, snake_case
     * @param code stable, for programs
     * @param detail for people, with the offending value
     */
    public record Refusal(String field, String code, String detail) {}
}
