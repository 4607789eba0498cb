package io.fondaco.importing;

import io.fondaco.platform.csv.BrokenFile;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the consecutive rows of each product. A product may have {@link #MAX_ROWS} rows of together
 * {@link #MAX_CHARACTERS}; the next row then begins another group, which the check for products that were seen before
 * refuses.
 */
final class ProductRows {
    static final int MAX_ROWS = 2_500;
    static final long MAX_CHARACTERS = 8L << 20;

    private final CsvRows file;
    private final ProductFormat format;
    private @Nullable CsvRow ahead;

    ProductRows(CsvRows file, ProductFormat format) {
        this.file = file;
        this.format = format;
    }

    /**
     * @throws BrokenFile if the file cannot be read on; the rows before it were handed out
     */
    Optional<Group> next() {
        CsvRow first = ahead;
        ahead = null;
        if (first == null) {
            Optional<CsvRow> read = file.next();
            if (read.isEmpty()) {
                return Optional.empty();
            }
            first = read.get();
        }
        List<CsvRow> rows = new ArrayList<>();
        rows.add(first);
        String product = format.productOf(first);
        long size = first.size();
        while (true) {
            Optional<CsvRow> next;
            try {
                next = file.next();
            } catch (BrokenFile e) {
                return Optional.of(new Group(product, rows, Optional.of(e)));
            }
            if (next.isEmpty()) {
                return Optional.of(new Group(product, rows, Optional.empty()));
            }
            String named = format.productOf(next.get());
            size += next.get().size();
            boolean another = !named.isEmpty() && !named.equals(product);
            if (another || rows.size() == MAX_ROWS || size > MAX_CHARACTERS) {
                ahead = next.get();
                return Optional.of(new Group(product, rows, Optional.empty()));
            }
            rows.add(next.get());
        }
    }

    PlannedProduct plan(Group group) {
        return format.plan(group.rows());
    }

    /**
     * @param product names it in the file; empty when the first row of the file names none
     * @param brokenAfter why nothing can be read after these rows
     */
    record Group(String product, List<CsvRow> rows, Optional<BrokenFile> brokenAfter) {
        long size() {
            long size = 0;
            for (CsvRow row : rows) {
                size += row.size();
            }
            return size;
        }
    }
}
