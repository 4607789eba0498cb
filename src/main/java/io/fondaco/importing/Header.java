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
     * @throws InvalidHeader if a column has no name or two have the same
     */
    Header(CsvRow row) {
        names = row.cells().stream().map(String::strip).toList();
        for (int position = 0; position < names.size(); position++) {
            String name = names.get(position);
            if (name.isEmpty()) {
                throw new InvalidHeader("", "Column %d of the header has no name.".formatted(position + 1));
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

    List<String> names() {
        return names;
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
            String separated = names.size() == 1 && names.getFirst().contains(";")
                    ? " Columns must be separated by commas, not semicolons."
                    : "";
            return new InvalidHeader(
                    aliases.getFirst(),
                    "The header lacks the column '%s'.%s".formatted(String.join("' or '", aliases), separated));
        });
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
