package io.fondaco.importing;

import io.fondaco.inventory.StockCount;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.csv.InvalidHeader;
import java.util.List;
import java.util.Optional;

/** Stock as a file of our own has it: {@code sku,location,available}; the location may be missing or blank. */
final class StockFile implements StockFormat {
    static final List<String> SKU = List.of("sku");
    static final List<String> LOCATION = List.of("location");
    static final List<String> AVAILABLE = List.of("available");
    static final List<String> HEADER = List.of("sku", "location", "available");

    private final Header header;

    /**
     * @throws InvalidHeader if a column is missing or unknown
     */
    StockFile(Header header) {
        this.header = header;
        header.require(SKU);
        header.require(AVAILABLE);
        for (String name : header.names()) {
            if (!name.isEmpty() && HEADER.stream().noneMatch(name::equalsIgnoreCase)) {
                throw new InvalidHeader(name, "A stock file has no column '%s'.".formatted(name));
            }
        }
    }

    @Override
    public StockRow read(CsvRow cells) throws BadCell {
        RowReader row = RowReader.whole(header, cells);
        String sku = row.sku(SKU);
        String location = row.text(LOCATION);
        Optional<Long> available = row.units(AVAILABLE, 0, StockCount.MAX_AVAILABLE);
        if (available.isEmpty()) {
            throw row.bad(AVAILABLE, "missing_quantity", "The row does not say how many are available%s", "");
        }
        return new StockRow(
                row.number(),
                Optional.empty(),
                Optional.of(sku),
                location == null ? "" : location,
                new StockRow.Quantity.Counted(available.get(), Optional.empty()));
    }

    @Override
    public String skuColumn() {
        return header.nameOf(SKU);
    }

    @Override
    public String locationColumn() {
        return header.nameOf(LOCATION);
    }

    @Override
    public boolean namesLocations() {
        return false;
    }

    @Override
    public List<String> ignoredColumns() {
        return List.of();
    }
}
