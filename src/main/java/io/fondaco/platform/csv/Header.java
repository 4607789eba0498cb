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
 * {@link #REASONS} side by side are what a file of refused rows has beyond those rows; they are no columns of the file.
 */
public final class Header {
    /** The columns that say which row was refused and why. */
    public static final List<String> REASONS = List.of("row", "code", "reason");

    private static final int NOWHERE = -1;

    private final List<String> names;
    private final int reasons;
    private final Map<String, Integer> positions = new HashMap<>();

    /**
     * A column without a name is none; its cells must be empty.
     *
     * @throws InvalidHeader if two columns have the same name
     */
    public Header(CsvRow row) {
        List<String> read = row.cells().stream().map(TextCheck::stripped).toList();
        reasons = Collections.indexOfSubList(read.stream().map(Header::key).toList(), REASONS);
        List<String> named = new ArrayList<>(read);
        if (reasons != NOWHERE) {
            named.subList(reasons, reasons + REASONS.size()).replaceAll(_ -> "");
        }
        names = List.copyOf(named);
        for (int position = 0; position < names.size(); position++) {
            String name = names.get(position);
            if (name.isEmpty()) {
                continue;
            }
            if (!TextCheck.isStorable(name) || !TextCheck.wasDecoded(name)) {
                throw new InvalidHeader("", "The name of column %d is not readable text.".formatted(position + 1));
            }
            if (positions.put(key(name), position) != null) {
                throw new InvalidHeader(
                        name, "The header has the column '%s' twice.".formatted(Violation.shorten(name)));
            }
        }
    }

    /** By position; a column without a name, and one of the {@link #REASONS}, has an empty one. */
    public List<String> names() {
        return names;
    }

    /**
     * @throws InvalidHeader if this row has something in a column without a name
     */
    public void refuseUnnamed(CsvRow row) {
        for (int position = 0; position < Math.min(names.size(), row.cells().size()); position++) {
            String cell = row.cells().get(position);
            if (names.get(position).isEmpty() && !cell.isBlank() && !isReason(position)) {
                throw new InvalidHeader(
                        "",
                        "Column %d of the header has no name, but row %d has '%s' in it: name the column or remove it."
                                .formatted(position + 1, row.number(), Violation.shorten(cell)));
            }
        }
    }

    /** Whether this is one of the {@link #REASONS}. */
    public boolean isReason(int position) {
        return reasons != NOWHERE && position >= reasons && position < reasons + REASONS.size();
    }

    /** The cells of a row, or the names, without those of the {@link #REASONS}. */
    public List<String> withoutReasons(List<String> cells) {
        if (reasons == NOWHERE) {
            return cells;
        }
        List<String> left = new ArrayList<>(cells.size());
        for (int position = 0; position < cells.size(); position++) {
            if (!isReason(position)) {
                left.add(cells.get(position));
            }
        }
        return left;
    }

    /** Whether the row stands in a file of refused rows only to say why: its own cells were too large to be kept. */
    boolean isEmptyRefusal(CsvRow row) {
        return reasons != NOWHERE && withoutReasons(row.cells()).stream().allMatch(String::isBlank);
    }

    public int size() {
        return names.size();
    }

    /** The position of the first of these names that the file has. */
    public OptionalInt position(List<String> aliases) {
        for (String alias : aliases) {
            Integer position = positions.get(key(alias));
            if (position != null) {
                return OptionalInt.of(position);
            }
        }
        return OptionalInt.empty();
    }

    /** The column as the file names it; the first of its names when there is none. */
    public String nameOf(List<String> aliases) {
        OptionalInt position = position(aliases);
        return position.isPresent() ? names.get(position.getAsInt()) : aliases.getFirst();
    }

    /**
     * @throws InvalidHeader naming the column, if the file has none of these names
     */
    public int require(List<String> aliases) {
        return position(aliases).orElseThrow(() -> {
            return new InvalidHeader(
                    aliases.getFirst(),
                    "The header lacks the column '%s'.%s".formatted(String.join("' or '", aliases), separator()));
        });
    }

    /** What to do about a file whose columns seem to be separated by something else than commas. */
    private String separator() {
        String text = String.join(",", names);
        if (separates(';', text)) {
            return " Columns must be separated by commas, not semicolons.";
        }
        return separates('\t', text) ? " Columns must be separated by commas, not tabs." : "";
    }

    private boolean separates(char separator, String text) {
        long count = text.chars().filter(character -> character == separator).count();
        return count > 0 && count >= names.size() - 1L;
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
