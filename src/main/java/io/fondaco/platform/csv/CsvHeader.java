package io.fondaco.platform.csv;

import io.fondaco.platform.web.Violation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The first row of a file: which column stands where. Names are compared without regard to case or outer blanks. The
 * {@link #REJECTION_COLUMNS} side by side are what a file of refused rows has beyond those rows; they are no columns of the file.
 */
public final class CsvHeader {
    /** The columns that say which row was refused and why. */
    public static final List<String> REJECTION_COLUMNS = List.of("row", "code", "reason");

    private static final int ABSENT = -1;

    private final List<String> names;
    private final int rejectionColumnsStart;
    private final Map<String, Integer> positions = new HashMap<>();

    /**
     * A column without a name is none; its cells must be empty.
     *
     * @throws InvalidCsvHeader if two columns have the same name
     */
    public CsvHeader(CsvRow row) {
        List<String> read = row.cells().stream().map(TextSanitizer::strip).toList();
        rejectionColumnsStart = Collections.indexOfSubList(
                read.stream().map(CsvHeader::normalize).toList(), REJECTION_COLUMNS);
        List<String> named = new ArrayList<>(read);
        if (rejectionColumnsStart != ABSENT) {
            named.subList(rejectionColumnsStart, rejectionColumnsStart + REJECTION_COLUMNS.size())
                    .replaceAll(_ -> "");
        }
        names = List.copyOf(named);
        for (int position = 0; position < names.size(); position++) {
            String name = names.get(position);
            if (name.isEmpty()) {
                continue;
            }
            if (!TextSanitizer.isStorable(name) || !TextSanitizer.isValidUtf8(name)) {
                throw new InvalidCsvHeader("", "The name of column %d is not readable text.".formatted(position + 1));
            }
            if (positions.put(normalize(name), position) != null) {
                throw new InvalidCsvHeader(
                        name, "The header has the column '%s' twice.".formatted(Violation.abbreviate(name)));
            }
        }
    }

    /** By position; a column without a name, and one of the {@link #REJECTION_COLUMNS}, has an empty one. */
    public List<String> names() {
        return names;
    }

    /**
     * @throws InvalidCsvHeader if this row has something in a column without a name
     */
    public void rejectCellsInUnnamedColumns(CsvRow row) {
        for (int position = 0; position < Math.min(names.size(), row.cells().size()); position++) {
            String cell = row.cells().get(position);
            if (names.get(position).isEmpty() && !cell.isBlank() && !isRejectionColumn(position)) {
                throw new InvalidCsvHeader(
                        "",
                        "Column %d of the header has no name, but row %d has '%s' in it: name the column or remove it."
                                .formatted(position + 1, row.number(), Violation.abbreviate(cell)));
            }
        }
    }

    /** Whether this is one of the {@link #REJECTION_COLUMNS}. */
    public boolean isRejectionColumn(int position) {
        return rejectionColumnsStart != ABSENT
                && position >= rejectionColumnsStart
                && position < rejectionColumnsStart + REJECTION_COLUMNS.size();
    }

    /** The cells of a row, or the names, without those of the {@link #REJECTION_COLUMNS}. */
    public List<String> withoutRejectionColumns(List<String> cells) {
        if (rejectionColumnsStart == ABSENT) {
            return cells;
        }
        List<String> left = new ArrayList<>(cells.size());
        for (int position = 0; position < cells.size(); position++) {
            if (!isRejectionColumn(position)) {
                left.add(cells.get(position));
            }
        }
        return left;
    }

    /** Whether the row stands in a file of refused rows only to say why: its own cells were too large to be kept. */
    boolean isEmptyRejectedRow(CsvRow row) {
        return rejectionColumnsStart != ABSENT
                && withoutRejectionColumns(row.cells()).stream().allMatch(String::isBlank);
    }

    public int size() {
        return names.size();
    }

    /** The position of the first of these names that the file has. */
    public OptionalInt position(List<String> aliases) {
        for (String alias : aliases) {
            Integer position = positions.get(normalize(alias));
            if (position != null) {
                return OptionalInt.of(position);
            }
        }
        return OptionalInt.empty();
    }

    /** The column as the file names it; the first of its names when there is none. */
    public String columnName(List<String> aliases) {
        OptionalInt position = position(aliases);
        return position.isPresent() ? names.get(position.getAsInt()) : aliases.getFirst();
    }

    /**
     * @throws InvalidCsvHeader naming the column, if the file has none of these names
     */
    public int requirePosition(List<String> aliases) {
        return position(aliases).orElseThrow(() -> {
            return new InvalidCsvHeader(
                    aliases.getFirst(),
                    "The header lacks the column '%s'.%s".formatted(String.join("' or '", aliases), separatorHint()));
        });
    }

    /** What to do about a file whose columns seem to be separated by something else than commas. */
    private String separatorHint() {
        String text = String.join(",", names);
        if (looksSeparatedBy(';', text)) {
            return " Columns must be separated by commas, not semicolons.";
        }
        return looksSeparatedBy('\t', text) ? " Columns must be separated by commas, not tabs." : "";
    }

    private boolean looksSeparatedBy(char separator, String text) {
        long count = text.chars().filter(character -> character == separator).count();
        return count > 0 && count >= names.size() - 1L;
    }

    private static String normalize(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
