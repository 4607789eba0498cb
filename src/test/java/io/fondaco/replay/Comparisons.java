package io.fondaco.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The figures that the replay expects beside those that the shop has, and every difference. */
final class Comparisons {
    private final SortedMap<String, String> figures = new TreeMap<>();
    private final List<String> differences = new ArrayList<>();

    void compare(String name, long expected, long found) {
        figures.put(name, "expected %,d, found %,d".formatted(expected, found));
        if (expected != found) {
            differences.add("%s: expected %,d, found %,d".formatted(name, expected, found));
        }
    }

    void addDifference(String difference) {
        differences.add(difference);
    }

    List<String> differences() {
        return differences;
    }

    String report() {
        StringBuilder text = new StringBuilder();
        figures.forEach((name, both) -> text.append("  %-44s %s%n".formatted(name, both)));
        return text.append(differences.isEmpty() ? "no differences" : differences.size() + " differences")
                .toString();
    }
}
