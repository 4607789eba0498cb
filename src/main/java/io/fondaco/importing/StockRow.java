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
record StockRow(long number, Optional<Named> variant, Optional<String> sku, String location, Quantity quantity) {
    /**
     * A variant as the exchange format names it.
     *
     * @param options names of the product's options; null when the row does not say
     * @param values one for each option; null when the row does not say
     */
    record Named(
            String handle,
            String slug,
            @Nullable List<String> options,
            @Nullable List<String> values) {}

    /** What the row says about the number of units. */
    sealed interface Quantity {
        /**
         * So many are free on the shelf.
         *
         * @param warning what somebody should know of the number
         */
        record Counted(long units, Optional<RowError> warning) implements Quantity {}

        /** So many where none were ever counted; a level that is there stays. */
        record First(long units, Optional<RowError> warning) implements Quantity {}

        /** The variant is not kept at the location. */
        record NotStocked() implements Quantity {}

        /** Nothing; a level that is there stays. */
        record Unsaid() implements Quantity {}
    }
}
