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
 * The first row of a file: the positions of its columns. Names are compared without regard to case or surrounding white
 * space. The {@link #REJECTION_COLUMNS}, if they are adjacent, are the columns that a file of rejected rows has in
 * addition; they are not columns of the data.
 */
public final class CsvHeader {
    /** The columns that say which row was rejected and why. */
    public static final List<String> REJECTION_COLUMNS = List.of("row", "code", "reason");

    private static final int ABSENT = -1;

    private final List<String> names;
    private final int rejectionColumnsStart;
    private final Map<String, Integer> positions = new HashMap<>();

    /**
     * A column without a name is ignored; its cells must be empty.
     *
     * @throws InvalidCsvHeader if two columns have the same name
     */
    public CsvHeader(CsvRow row) {
        List<String> stripped = row.cells().stream().map(TextSanitizer::strip).toList();
        rejectionColumnsStart = Collections.indexOfSubList(
                stripped.stream().map(CsvHeader::normalize).toList(), REJECTION_COLUMNS);
        List<String> named = new ArrayList<>(stripped);
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
                throw new InvalidCsvHeader(
                        "", "The name of column %d is not valid UTF-8 text.".formatted(position + 1));
            }
            if (positions.put(normalize(name), position) != null) {
                throw new InvalidCsvHeader(
                        name, "The header has the column '%s' twice.".formatted(Violation.abbreviate(name)));
            }
        }
    }

    /** Column names by position; empty for a column without a name and for the {@link #REJECTION_COLUMNS}. */
    public List<String> names() {
        return names;
    }

    /**
     * @throws InvalidCsvHeader if this row has a non-empty cell in a column without a name
     */
    public void rejectCellsInUnnamedColumns(CsvRow row) {
        for (int position = 0; position < Math.min(names.size(), row.cells().size()); position++) {
            String cell = row.cells().get(position);
            if (names.get(position).isEmpty() && !cell.isBlank() && !isRejectionColumn(position)) {
                throw new InvalidCsvHeader(
                        "",
                        "Column %d of the header has no name, but row %d has '%s' in it: name the column or delete it."
                                .formatted(position + 1, row.number(), Violation.abbreviate(cell)));
            }
        }
    }

    /** Whether the column at this position is one of the {@link #REJECTION_COLUMNS}. */
    public boolean isRejectionColumn(int position) {
        return rejectionColumnsStart != ABSENT
                && position >= rejectionColumnsStart
                && position < rejectionColumnsStart + REJECTION_COLUMNS.size();
    }

    /** The cells of a row, or the column names, without those of the {@link #REJECTION_COLUMNS}. */
    public List<String> withoutRejectionColumns(List<String> cells) {
        if (rejectionColumnsStart == ABSENT) {
            return cells;
        }
        List<String> kept = new ArrayList<>(cells.size());
        for (int position = 0; position < cells.size(); position++) {
            if (!isRejectionColumn(position)) {
                kept.add(cells.get(position));
            }
        }
        return kept;
    }

    /**
     * Whether a row of a file of rejected rows has only the rejection columns, because its own cells were too large to
     * keep.
     */
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

    /** The name that the file gives the column; the first alias if the file does not have the column. */
    public String columnName(List<String> aliases) {
        OptionalInt position = position(aliases);
        return position.isPresent() ? names.get(position.getAsInt()) : aliases.getFirst();
    }

    /**
     * @throws InvalidCsvHeader with the name of the column, if the file has none of these names
     */
    public int requirePosition(List<String> aliases) {
        return position(aliases).orElseThrow(() -> {
            return new InvalidCsvHeader(
                    aliases.getFirst(),
                    "The header lacks the column '%s'.%s".formatted(String.join("' or '", aliases), separatorHint()));
        });
    }

    /**
     * @param known names of columns, in lower case
     * @param file the kind of file for the message, such as "A stock file"
     * @throws InvalidCsvHeader with the name of the column, if the file has a column with another name
     */
    public void requireOnly(List<String> known, String file) {
        for (String name : names) {
            if (!name.isEmpty() && !known.contains(normalize(name))) {
                throw new InvalidCsvHeader(name, "%s has no column '%s'.".formatted(file, Violation.abbreviate(name)));
            }
        }
    }

    /** A hint for a file whose columns seem to be separated by semicolons or tabs. */
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
