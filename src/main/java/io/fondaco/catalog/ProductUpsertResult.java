package io.fondaco.catalog;

import java.util.Map;
import java.util.Optional;

/**
 * What became of a {@link ProductDraft}.
 *
 * @param productChange what happened to the product itself; empty when it was refused
 * @param variants what happened to each variant, by SKU
 * @param error why the product, with all its variants, was refused: {@code slug}, {@code sku_taken}, …
 */
public record ProductUpsertResult(
        String slug,
        Optional<ChangeType> productChange,
        Map<String, VariantUpsertResult> variants,
        Optional<ValidationError> error) {

    /** What a write did to a record. */
    public enum ChangeType {
        CREATED,
        UPDATED,
        UNCHANGED
    }

    /**
     * @param id of the variant; empty when it was refused
     * @param change empty when it was refused
     */
    public record VariantUpsertResult(
            Optional<VariantId> id, Optional<ChangeType> change, Optional<ValidationError> error) {}

    /**
     * @param field of the draft, snake_case
     * @param code stable, for programs
     * @param detail for people, with the offending value
     */
    public record ValidationError(String field, String code, String detail) {}
}
