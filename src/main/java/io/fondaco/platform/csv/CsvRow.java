package io.fondaco.platform.csv;

import java.util.List;

/**
 * A record of a CSV file.
 *
 * @param number as a spreadsheet shows it: the header is row 1, blank lines count, a cell with line breaks is one row
 */
public record CsvRow(long number, List<String> cells) {
    /** Number of characters of all cells, as an estimate of the memory that the row takes. */
    public long size() {
        long size = 0;
        for (String cell : cells) {
            size += cell.length();
        }
        return size;
    }

    public boolean isBlank() {
        return cells.isEmpty() || (cells.size() == 1 && cells.getFirst().isBlank());
    }
}
