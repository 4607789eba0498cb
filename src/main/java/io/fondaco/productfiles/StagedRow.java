package io.fondaco.productfiles;

import java.util.List;
import java.util.Optional;

/** One row of a product, parsed and checked but not applied yet. */
public sealed interface StagedRow {
    long number();

    /**
     * @param initialStock units, used only if the variant is created
     * @param fileSku the SKU in the row; empty if the row has none and {@code sku} was derived
     * @param withoutVariantCells whether no cell of the row belongs to a variant: the row may mean the product alone
     */
    record StagedVariantRow(
            long number,
            String sku,
            List<ImportedPrice> prices,
            Optional<Long> initialStock,
            Optional<String> fileSku,
            boolean withoutVariantCells)
            implements StagedRow {

        /** A row that identifies its variant by SKU. */
        StagedVariantRow(long number, String sku, List<ImportedPrice> prices, Optional<Long> initialStock) {
            this(number, sku, prices, initialStock, Optional.of(sku), false);
        }

        StagedVariantRow withSku(String other) {
            return new StagedVariantRow(number, other, prices, initialStock, fileSku, withoutVariantCells);
        }
    }

    /** A row that means the product alone, such as one more image. */
    record ProductOnlyRow(long number) implements StagedRow {}

    /** A row that was rejected when it was read. */
    record RejectedRow(RowError error) implements StagedRow {
        @Override
        public long number() {
            return error.row();
        }
    }
}
