package io.fondaco.importing;

import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import java.util.List;
import java.util.Optional;

/** Stock as a file has it: {@code sku,location,available}; the location may be missing or blank. */
final class StockFile {
    static final List<String> SKU = List.of("sku");
    static final List<String> LOCATION = List.of("location");
    static final List<String> AVAILABLE = List.of("available");
    static final List<String> HEADER = List.of("sku", "location", "available");
    private static final long MAX_AVAILABLE = 1_000_000_000_000L;
    private static final int MAX_LOCATION_LENGTH = 100;

    private final Header header;

    /**
     * @throws InvalidHeader if a column is missing or unknown
     */
    StockFile(Header header) {
        this.header = header;
        header.require(SKU);
        header.require(AVAILABLE);
        for (String name : header.names()) {
            if (HEADER.stream().noneMatch(name::equalsIgnoreCase)) {
                throw new InvalidHeader(name, "A stock file has no column '%s'.".formatted(name));
            }
        }
    }

    StockCount count(CsvRow cells) throws BadCell {
        RowReader row = new RowReader(header, cells);
        Optional<RowError> flaw = row.flaw();
        if (flaw.isPresent()) {
            throw new BadCell(flaw.get());
        }
        String sku = row.sku(SKU);
        String location = row.word(LOCATION);
        if (location.length() > MAX_LOCATION_LENGTH || location.chars().anyMatch(Character::isISOControl)) {
            throw row.bad(LOCATION, "invalid_location", "'%s' is no location: at most 100 characters", location);
        }
        Optional<Long> available = row.units(AVAILABLE, 0, MAX_AVAILABLE);
        if (available.isEmpty()) {
            throw row.bad(AVAILABLE, "missing_quantity", "The row does not say how many are available%s", "");
        }
        return new StockCount(
                new StockKey(sku, location.isEmpty() ? StockKey.DEFAULT_LOCATION : location), available.get());
    }
}
