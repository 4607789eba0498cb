package io.fondaco.importing;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one row of a stock file says.
 *
 * @param variant by product and options; empty when the file names it by the SKU alone
 * @param sku as the row has it
 * @param location as it is written; which one is meant, the inventory says
 */
record StockRow(
        long number, Optional<VariantReference> variant, Optional<String> sku, String location, Quantity quantity) {
    /**
     * A variant as the exchange format names it.
     *
     * @param optionNames names of the product's options; null when the row does not say
     * @param optionValues one for each option; null when the row does not say
     */
    record VariantReference(
            String handle,
            String slug,
            @Nullable List<String> optionNames,
            @Nullable List<String> optionValues) {}

    /** What the row says about the number of units. */
    sealed interface Quantity {
        /**
         * So many are free on the shelf.
         *
         * @param warning what somebody should know of the number
         */
        record AvailableUnits(long units, Optional<RowError> warning) implements Quantity {}

        /** So many where none were ever counted; a level that is there stays. */
        record InitialUnits(long units, Optional<RowError> warning) implements Quantity {}

        /** The variant is not kept at the location. */
        record NotStocked() implements Quantity {}

        /** Nothing; a level that is there stays. */
        record Unspecified() implements Quantity {}
    }
}
