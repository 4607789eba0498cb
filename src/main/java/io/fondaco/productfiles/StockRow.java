package io.fondaco.productfiles;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of a stock file.
 *
 * @param variant product and options; empty if the file identifies the variant by SKU alone
 * @param sku the SKU in the row
 * @param location the location as written; the inventory resolves it
 */
public record StockRow(
        long number, Optional<VariantReference> variant, Optional<String> sku, String location, Quantity quantity) {
    /**
     * A variant as the Shopify format identifies it.
     *
     * @param optionNames names of the product's options; null if the row does not say
     * @param optionValues one for each option; null if the row does not say
     */
    record VariantReference(
            String handle,
            String slug,
            @Nullable List<String> optionNames,
            @Nullable List<String> optionValues) {}

    /** The quantity in the row. */
    public sealed interface Quantity {
        /**
         * The number of available units.
         *
         * @param warning a warning about the number
         */
        record AvailableUnits(long units, Optional<RowError> warning) implements Quantity {}

        /** The stock of a variant that was never counted at the location; an existing level stays unchanged. */
        record InitialUnits(long units, Optional<RowError> warning) implements Quantity {}

        /** The variant is not stocked at the location. */
        record NotStocked() implements Quantity {}

        /** The row has no quantity; an existing level stays unchanged. */
        record Unspecified() implements Quantity {}
    }
}
