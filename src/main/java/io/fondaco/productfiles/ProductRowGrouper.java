package io.fondaco.productfiles;

import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRowReader;
import io.fondaco.platform.csv.MalformedCsv;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Groups the consecutive rows of each product. A group has at most {@link #MAX_ROWS} rows with together {@link
 * #MAX_CHARACTERS}; the next row of the same product then begins another group, which the check for duplicates rejects.
 */
public final class ProductRowGrouper {
    static final int MAX_ROWS = 2_500;
    static final long MAX_CHARACTERS = 8L << 20;

    private final CsvRowReader file;
    private final ProductRowParser parser;
    private @Nullable CsvRow lookahead;

    public ProductRowGrouper(CsvRowReader file, ProductRowParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** @throws MalformedCsv if the file cannot be read any further; the rows before have been returned */
    public Optional<ProductRowGroup> nextGroup() {
        CsvRow first = lookahead;
        lookahead = null;
        if (first == null) {
            Optional<CsvRow> read = file.next();
            if (read.isEmpty()) {
                return Optional.empty();
            }
            first = read.get();
        }
        List<CsvRow> rows = new ArrayList<>();
        rows.add(first);
        String productKey = parser.productKey(first);
        long size = first.size();
        while (true) {
            Optional<CsvRow> next;
            try {
                next = file.next();
            } catch (MalformedCsv e) {
                return Optional.of(new ProductRowGroup(productKey, rows, Optional.of(e)));
            }
            if (next.isEmpty()) {
                return Optional.of(new ProductRowGroup(productKey, rows, Optional.empty()));
            }
            String nextKey = parser.productKey(next.get());
            size += next.get().size();
            boolean otherProduct = !nextKey.isEmpty() && !nextKey.equals(productKey);
            if (otherProduct || rows.size() == MAX_ROWS || size > MAX_CHARACTERS) {
                lookahead = next.get();
                return Optional.of(new ProductRowGroup(productKey, rows, Optional.empty()));
            }
            rows.add(next.get());
        }
    }

    public StagedProduct parse(ProductRowGroup productRowGroup) {
        return parser.parse(productRowGroup.rows());
    }

    /**
     * @param productKey identifies the product in the file; empty if the first row of the group names none
     * @param readError why nothing can be read after these rows
     */
    public record ProductRowGroup(String productKey, List<CsvRow> rows, Optional<MalformedCsv> readError) {
        public long size() {
            long size = 0;
            for (CsvRow row : rows) {
                size += row.size();
            }
            return size;
        }
    }
}
