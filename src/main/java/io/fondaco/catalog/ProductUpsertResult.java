package io.fondaco.catalog;

import java.util.Map;
import java.util.Optional;

/**
 * The result of the upsert of a {@link ProductDraft}.
 *
 * @param productChange the change of the product itself; empty if it was rejected
 * @param variants the result of each variant, by SKU
 * @param error why the product was rejected with all its variants: {@code invalid_slug}, {@code sku_taken}, …
 */
public record ProductUpsertResult(
        String slug,
        Optional<ChangeType> productChange,
        Map<String, VariantUpsertResult> variants,
        Optional<ValidationError> error) {

    /** The effect of a write on a record. */
    public enum ChangeType {
        CREATED,
        UPDATED,
        UNCHANGED
    }

    /**
     * @param id of the variant; empty if it was rejected
     * @param change empty if it was rejected
     */
    public record VariantUpsertResult(
            Optional<VariantId> id, Optional<ChangeType> change, Optional<ValidationError> error) {}

    /**
     * @param field of the draft, snake_case
     * @param code stable, for programs
     * @param detail explanation for people, with the offending value
     */
    public record ValidationError(String field, String code, String detail) {}
}
