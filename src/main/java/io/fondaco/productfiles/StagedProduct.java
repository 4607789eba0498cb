package io.fondaco.productfiles;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.VariantDraft;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The consecutive rows of one product, parsed and checked in memory but not applied yet.
 *
 * @param draft empty if none of the rows can be applied
 * @param warnings warnings about rows that are applied nevertheless
 */
public record StagedProduct(Optional<ProductDraft> draft, List<StagedRow> rows, List<RowError> warnings) {
    public StagedProduct {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    StagedProduct(Optional<ProductDraft> draft, List<StagedRow> rows) {
        this(draft, rows, List.of());
    }

    /**
     * If all variants of a product are rejected, the product is rejected too: the file does not ask for a product
     * without variants.
     */
    public static StagedProduct assemble(ProductDraft product, List<VariantDraft> variants, List<StagedRow> rows) {
        if (variants.isEmpty()) {
            for (StagedRow row : rows) {
                if (row instanceof StagedRow.RejectedRow rejectedRow) {
                    return rejected(rejectedRow.error(), rows);
                }
            }
        }
        return new StagedProduct(Optional.of(product.withVariants(variants)), rows);
    }

    StagedProduct withWarnings(List<RowError> newWarnings) {
        return new StagedProduct(draft, rows, newWarnings);
    }

    /** The row with the cells of the product. */
    public StagedRow firstRow() {
        return rows.getFirst();
    }

    /** Rejects every row because of one of them. Rows that were rejected for a reason of their own keep it. */
    public static StagedProduct rejected(RowError cause, List<StagedRow> rows) {
        List<StagedRow> rejectedRows = new ArrayList<>(rows.size());
        for (StagedRow row : rows) {
            if (row instanceof StagedRow.RejectedRow) {
                rejectedRows.add(row);
            } else if (row.number() == cause.row()) {
                rejectedRows.add(new StagedRow.RejectedRow(cause));
            } else {
                rejectedRows.add(new StagedRow.RejectedRow(productRejected(row.number(), cause)));
            }
        }
        return new StagedProduct(Optional.empty(), rejectedRows);
    }

    static RowError productRejected(long row, RowError cause) {
        return new RowError(
                row,
                cause.column(),
                "product_rejected",
                "The product was rejected because of row %d: %s".formatted(cause.row(), cause.detail()));
    }
}
