package io.fondaco.importing;

import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import java.util.List;

/** How the rows of a stock file with a certain header become counts. */
sealed interface StockRowParser permits FondacoStockParser, ShopifyStockParser {
    /**
     * @throws InvalidCsvHeader if the header does not fit the format
     */
    static StockRowParser of(FileFormat format, CsvHeader csvHeader) {
        return switch (format) {
            case FONDACO -> new FondacoStockParser(csvHeader);
            case SHOPIFY -> new ShopifyStockParser(csvHeader);
        };
    }

    StockRow parse(CsvRow cells) throws InvalidCell;

    /** The column as this file names it. */
    String skuColumn();

    /** The column as this file names it. */
    String locationColumn();

    /** Whether a location is what people call it; else it is its code. */
    boolean usesLocationNames();

    /** Columns of the file that nothing is read from. */
    List<String> ignoredColumns();
}
