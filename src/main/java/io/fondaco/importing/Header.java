package io.fondaco.importing;

import io.fondaco.platform.web.Violation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** The first row of a file: which column stands where. Names are compared without regard to case or outer blanks. */
final class Header {
    private final List<String> names;
    private final Map<String, Integer> positions = new HashMap<>();

    /**
     * A column without a name is none; its cells must be empty.
     *
     * @throws InvalidHeader if two columns have the same name
     */
    Header(CsvRow row) {
        names = row.cells().stream().map(String::strip).toList();
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

    /** By position; a column without a name has an empty one. */
    List<String> names() {
        return names;
    }

    /**
     * @throws InvalidHeader if this row has something in a column without a name
     */
    void refuseUnnamed(CsvRow row) {
        for (int position = 0; position < Math.min(names.size(), row.cells().size()); position++) {
            String cell = row.cells().get(position);
            if (names.get(position).isEmpty() && !cell.isBlank()) {
                throw new InvalidHeader(
                        "",
                        "Column %d of the header has no name, but row %d has '%s' in it: name the column or remove it."
                                .formatted(position + 1, row.number(), Violation.shorten(cell)));
            }
        }
    }

    int size() {
        return names.size();
    }

    /** The position of the first of these names that the file has. */
    OptionalInt position(List<String> aliases) {
        for (String alias : aliases) {
            Integer position = positions.get(key(alias));
            if (position != null) {
                return OptionalInt.of(position);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * @throws InvalidHeader naming the column, if the file has none of these names
     */
    int require(List<String> aliases) {
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
