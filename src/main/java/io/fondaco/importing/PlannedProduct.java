package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the consecutive rows of one product ask for.
 *
 * @param draft empty when none of the rows can go in
 */
record PlannedProduct(Optional<ProductDraft> draft, List<PlannedRow> rows) {
    PlannedProduct {
        rows = List.copyOf(rows);
    }

    /** Every row refused because of one of them. Rows that were refused for a reason of their own keep it. */
    static PlannedProduct refused(RowError head, List<PlannedRow> rows) {
        List<PlannedRow> refused = new ArrayList<>(rows.size());
        for (PlannedRow row : rows) {
            if (row.number() == head.row()) {
                refused.add(new PlannedRow.Refused(head));
            } else if (row instanceof PlannedRow.Refused) {
                refused.add(row);
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
