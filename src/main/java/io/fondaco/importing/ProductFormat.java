package io.fondaco.importing;

import java.util.List;

/** How the rows of a file with a certain header become products. */
interface ProductFormat {
    /** Names the product that a row belongs to; empty for the same as the row before. */
    String productOf(CsvRow row);

    /**
     * @param rows of one product, in the order of the file; never empty
     */
    PlannedProduct plan(List<CsvRow> rows);
}
