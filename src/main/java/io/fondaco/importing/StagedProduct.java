package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.VariantDraft;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the consecutive rows of one product ask for.
 *
 * @param draft empty when none of the rows can go in
 * @param warnings what somebody should know of rows that go in all the same
 */
record StagedProduct(Optional<ProductDraft> draft, List<StagedRow> rows, List<RowError> warnings) {
    StagedProduct {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    StagedProduct(Optional<ProductDraft> draft, List<StagedRow> rows) {
        this(draft, rows, List.of());
    }

    /** A product all of whose variants were refused does not go in either: nobody asked for a product without any. */
    static StagedProduct assemble(ProductDraft product, List<VariantDraft> variants, List<StagedRow> rows) {
        if (variants.isEmpty()) {
            for (StagedRow row : rows) {
                if (row instanceof StagedRow.RejectedRow rejectedRow) {
                    return rejected(rejectedRow.error(), rows);
                }
            }
        }
        return new StagedProduct(Optional.of(product.withVariants(variants)), rows);
    }

    StagedProduct withWarnings(List<RowError> more) {
        return new StagedProduct(draft, rows, more);
    }

    /** The row that speaks for the product. */
    StagedRow firstRow() {
        return rows.getFirst();
    }

    /** Every row refused because of one of them. Rows that were refused for a reason of their own keep it. */
    static StagedProduct rejected(RowError head, List<StagedRow> rows) {
        List<StagedRow> refused = new ArrayList<>(rows.size());
        for (StagedRow row : rows) {
            if (row instanceof StagedRow.RejectedRow) {
                refused.add(row);
            } else if (row.number() == head.row()) {
                refused.add(new StagedRow.RejectedRow(head));
            } else {
                refused.add(new StagedRow.RejectedRow(productRejected(row.number(), head)));
            }
        }
        return new StagedProduct(Optional.empty(), refused);
    }

    static RowError productRejected(long row, RowError head) {
        return new RowError(
                row,
                head.column(),
                "product_rejected",
                "The product was refused because of row %d: %s".formatted(head.row(), head.detail()));
    }
}
