package io.fondaco.productfiles;

import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import java.util.List;

/** Reads the rows of a stock file with a certain header. */
public sealed interface StockRowParser permits FondacoStockParser, ShopifyStockParser {
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

    /** Whether a location is given by its name; otherwise by its code. */
    boolean usesLocationNames();

    /** The columns of the file that are not read. */
    List<String> ignoredColumns();
}
