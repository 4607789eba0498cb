package io.fondaco.importing;

import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.csv.InvalidHeader;
import java.util.List;

/** How the rows of a stock file with a certain header become counts. */
sealed interface StockFormat permits StockFile, ShopifyStock {
    /**
     * @throws InvalidHeader if the header does not fit the format
     */
    static StockFormat of(FileFormat format, Header header) {
        return switch (format) {
            case FONDACO -> new StockFile(header);
            case SHOPIFY -> new ShopifyStock(header);
        };
    }

    StockRow read(CsvRow cells) throws BadCell;

    /** The column as this file names it. */
    String skuColumn();

    /** The column as this file names it. */
    String locationColumn();

    /** Whether a location is what people call it; else it is its code. */
    boolean namesLocations();

    /** Columns of the file that nothing is read from. */
    List<String> ignoredColumns();
}
