package io.fondaco.importing;

import java.util.List;
import java.util.Optional;

/** What one row of a product asks for. */
sealed interface StagedRow {
    long number();

    /**
     * @param initialStock units, for a variant that is created
     * @param fileSku as the row has it; empty when it has none, and {@code sku} was derived
     * @param withoutVariantCells whether no cell of the row says anything about a variant: the row may be about the product alone
     */
    record StagedVariantRow(
            long number,
            String sku,
            List<ImportedPrice> prices,
            Optional<Long> initialStock,
            Optional<String> fileSku,
            boolean withoutVariantCells)
            implements StagedRow {

        /** A row that names its variant by the SKU. */
        StagedVariantRow(long number, String sku, List<ImportedPrice> prices, Optional<Long> initialStock) {
            this(number, sku, prices, initialStock, Optional.of(sku), false);
        }

        StagedVariantRow withSku(String other) {
            return new StagedVariantRow(number, other, prices, initialStock, fileSku, withoutVariantCells);
        }
    }

    /** A row about the product alone: one more picture. */
    record ProductOnlyRow(long number) implements StagedRow {}

    /** A row that was refused when it was read. */
    record RejectedRow(RowError error) implements StagedRow {
        @Override
        public long number() {
            return error.row();
        }
    }
}
