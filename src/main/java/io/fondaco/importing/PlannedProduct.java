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
record PlannedProduct(Optional<ProductDraft> draft, List<PlannedRow> rows, List<RowError> warnings) {
    PlannedProduct {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    PlannedProduct(Optional<ProductDraft> draft, List<PlannedRow> rows) {
        this(draft, rows, List.of());
    }

    /** A product all of whose variants were refused does not go in either: nobody asked for a product without any. */
    static PlannedProduct complete(ProductDraft product, List<VariantDraft> variants, List<PlannedRow> rows) {
        if (variants.isEmpty()) {
            for (PlannedRow row : rows) {
                if (row instanceof PlannedRow.Refused refused) {
                    return refused(refused.error(), rows);
                }
            }
        }
        return new PlannedProduct(Optional.of(product.withVariants(variants)), rows);
    }

    PlannedProduct withWarnings(List<RowError> more) {
        return new PlannedProduct(draft, rows, more);
    }

    /** The row that speaks for the product. */
    PlannedRow head() {
        return rows.getFirst();
    }

    /** Every row refused because of one of them. Rows that were refused for a reason of their own keep it. */
    static PlannedProduct refused(RowError head, List<PlannedRow> rows) {
        List<PlannedRow> refused = new ArrayList<>(rows.size());
        for (PlannedRow row : rows) {
            if (row instanceof PlannedRow.Refused) {
                refused.add(row);
            } else if (row.number() == head.row()) {
                refused.add(new PlannedRow.Refused(head));
            } else {
                refused.add(new PlannedRow.Refused(productRejected(row.number(), head)));
            }
        }
        return new PlannedProduct(Optional.empty(), refused);
    }

    static RowError productRejected(long row, RowError head) {
        return new RowError(
                row,
                head.column(),
                "product_rejected",
                "The product was refused because of row %d: %s".formatted(head.row(), head.detail()));
    }
}
