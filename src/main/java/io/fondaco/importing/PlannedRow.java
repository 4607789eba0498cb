package io.fondaco.importing;

import java.util.List;
import java.util.Optional;

/** What one row of a product asks for. */
sealed interface PlannedRow {
    long number();

    /**
     * @param initialStock units, for a variant that is created
     */
    record OfVariant(long number, String sku, List<WantedPrice> prices, Optional<Long> initialStock)
            implements PlannedRow {}

    /** A row about the product alone: one more picture. */
    record OfProduct(long number) implements PlannedRow {}

    /** A row that was refused when it was read. */
    record Refused(RowError error) implements PlannedRow {
        @Override
        public long number() {
            return error.row();
        }
    }
}
