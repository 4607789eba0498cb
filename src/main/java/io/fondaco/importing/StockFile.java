package io.fondaco.importing;

import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.csv.InvalidHeader;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Stock as a file has it: {@code sku,location,available}; the location may be missing or blank. */
final class StockFile {
    static final List<String> SKU = List.of("sku");
    static final List<String> LOCATION = List.of("location");
    static final List<String> AVAILABLE = List.of("available");
    static final List<String> HEADER = List.of("sku", "location", "available");
    private static final long MAX_AVAILABLE = 1_000_000_000_000L;

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

    /** The location as it is written; which one is meant, the inventory says. */
    StockCount count(CsvRow cells) throws BadCell {
        RowReader row = new RowReader(header, cells);
        Optional<RowError> flaw = row.flaw();
        if (flaw.isPresent()) {
            throw new BadCell(flaw.get());
        }
        String sku = row.sku(SKU);
        String location = row.text(LOCATION);
        Optional<Long> available = row.units(AVAILABLE, 0, MAX_AVAILABLE);
        if (available.isEmpty()) {
            throw row.bad(AVAILABLE, "missing_quantity", "The row does not say how many are available%s", "");
        }
        return new StockCount(new StockKey(sku, location == null ? "" : location), available.get());
    }

    /** The column as this file names it. */
    String locationColumn() {
        OptionalInt position = header.position(LOCATION);
        return position.isPresent() ? header.names().get(position.getAsInt()) : LOCATION.getFirst();
    }
}
