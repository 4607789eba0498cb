package io.fondaco.importing;

import java.util.List;
import java.util.Optional;

/** What one row of a product asks for. */
sealed interface PlannedRow {
    long number();

    /**
     * @param initialStock units, for a variant that is created
     * @param fileSku as the row has it; empty when it has none, and {@code sku} was derived
     * @param bare whether no cell of the row says anything about a variant: the row may be about the product alone
     */
    record OfVariant(
            long number,
            String sku,
            List<WantedPrice> prices,
            Optional<Long> initialStock,
            Optional<String> fileSku,
            boolean bare)
            implements PlannedRow {

        /** A row that names its variant by the SKU. */
        OfVariant(long number, String sku, List<WantedPrice> prices, Optional<Long> initialStock) {
            this(number, sku, prices, initialStock, Optional.of(sku), false);
        }

        OfVariant withSku(String other) {
            return new OfVariant(number, other, prices, initialStock, fileSku, bare);
        }
    }

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
