package io.fondaco.productfiles;

import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import java.util.List;
import java.util.Optional;

/**
 * Reads stock in the Fondaco format: {@code sku,location,available}; the location column may be missing and its cells
 * empty.
 */
public final class FondacoStockParser implements StockRowParser {
    static final List<String> SKU = List.of("sku");
    static final List<String> LOCATION = List.of("location");
    static final List<String> AVAILABLE = List.of("available");
    public static final List<String> HEADER = List.of("sku", "location", "available");

    private final CsvHeader csvHeader;

    /**
     * @throws InvalidCsvHeader if a column is missing or unknown
     */
    FondacoStockParser(CsvHeader csvHeader) {
        this.csvHeader = csvHeader;
        csvHeader.requirePosition(SKU);
        csvHeader.requirePosition(AVAILABLE);
        csvHeader.requireOnly(HEADER, "A stock file");
    }

    @Override
    public StockRow parse(CsvRow cells) throws InvalidCell {
        RowReader row = RowReader.validated(csvHeader, cells);
        String sku = row.sku(SKU);
        String location = row.text(LOCATION);
        Optional<Long> available = row.units(AVAILABLE, 0, StockCount.MAX_AVAILABLE);
        if (available.isEmpty()) {
            throw row.invalidCell(AVAILABLE, "missing_quantity", "The row has no available quantity%s", "");
        }
        return new StockRow(
                row.number(),
                Optional.empty(),
                Optional.of(sku),
                location == null ? "" : location,
                new StockRow.Quantity.AvailableUnits(available.get(), Optional.empty()));
    }

    @Override
    public String skuColumn() {
        return csvHeader.columnName(SKU);
    }

    @Override
    public String locationColumn() {
        return csvHeader.columnName(LOCATION);
    }

    @Override
    public boolean usesLocationNames() {
        return false;
    }

    @Override
    public List<String> ignoredColumns() {
        return List.of();
    }
}
