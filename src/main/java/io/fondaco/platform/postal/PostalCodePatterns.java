package io.fondaco.platform.postal;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A set of postal codes: single ones ({@code 78266}), those with a prefix ({@code 35*}) and ranges of numbers with the
 * same number of digits ({@code 51000-51999}). There are no regular expressions. Looking up a code and comparing two
 * sets takes logarithmic time for each pattern.
 */
public final class PostalCodePatterns {
    /** The longest pattern that is accepted, in characters. */
    public static final int MAX_PATTERN_LENGTH = 41;

    private static final Pattern SEPARATORS = Pattern.compile("[\\s\\p{Z}-]");
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]");
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,20})-([0-9]{1,20})");
    private static final Pattern CODE_OR_PREFIX = Pattern.compile("[A-Z0-9]{1,20}\\*?");

    /** A hyphen beside digits only, or at the end: a range with a mistake must not become a single code. */
    private static final Pattern INCOMPLETE_RANGE = Pattern.compile("[0-9*]*-[0-9*-]*|.*-");

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern ZIP_PLUS_FOUR = Pattern.compile("[0-9]{9}");
    private static final int ZIP_LENGTH = 5;

    private final NavigableSet<String> codes = new TreeSet<>();
    private final Set<String> prefixes = new HashSet<>();

    /** The last code of each range by its first one, by the number of digits. Ranges do not overlap. */
    private final Map<Integer, NavigableMap<String, String>> ranges = new HashMap<>();

    private PostalCodePatterns() {}

    /**
     * @param patterns as {@link #parse} returns them
     * @throws IllegalArgumentException if one is not a pattern
     */
    public static PostalCodePatterns of(Collection<String> patterns) {
        PostalCodePatterns set = new PostalCodePatterns();
        patterns.forEach(set::add);
        return set;
    }

    /**
     * The postal code of an address as it is compared: in capitals, without blanks and hyphens. Of a code of the United
     * States only the first five digits.
     *
     * @param country ISO 3166-1 alpha-2
     */
    public static String normalizeCode(String country, String postalCode) {
        String code = SEPARATORS.matcher(postalCode).replaceAll("").toUpperCase(Locale.ROOT);
        return country.equals("US") && ZIP_PLUS_FOUR.matcher(code).matches() ? code.substring(0, ZIP_LENGTH) : code;
    }

    /**
     * A pattern in its normal form: in capitals, without blanks, with a hyphen only in a range.
     *
     * @throws IllegalArgumentException with the reason, if it is not a pattern
     */
    public static String parse(String text) {
        if (text.length() > MAX_PATTERN_LENGTH) {
            throw new IllegalArgumentException(
                    "A postal code pattern has at most %d characters.".formatted(MAX_PATTERN_LENGTH));
        }
        String pattern = BLANKS.matcher(text).replaceAll("").toUpperCase(Locale.ROOT);
        Matcher range = RANGE.matcher(pattern);
        if (range.matches()) {
            return parseRange(range.group(1), range.group(2));
        }
        String code = pattern.replace("-", "");
        if (INCOMPLETE_RANGE.matcher(pattern).matches()
                || !CODE_OR_PREFIX.matcher(code).matches()) {
            throw new IllegalArgumentException("A postal code pattern is a code like 78266, a prefix like 35* or a"
                    + " range like 51000-51999, of letters and digits.");
        }
        return code;
    }

    private static String parseRange(String first, String last) {
        if (first.length() != last.length()) {
            throw new IllegalArgumentException("A range of postal codes needs two numbers with the same number of"
                    + " digits, like 51000-51999; write a single code without a hyphen.");
        }
        int order = first.compareTo(last);
        if (order > 0) {
            throw new IllegalArgumentException("A range of postal codes must not end before it begins.");
        }
        return order == 0 ? first : first + "-" + last;
    }

    private void add(String pattern) {
        Matcher range = RANGE.matcher(pattern);
        if (range.matches()) {
            addRange(range.group(1), range.group(2));
        } else if (!CODE_OR_PREFIX.matcher(pattern).matches()) {
            throw new IllegalArgumentException("Not a postal code pattern: '%s'".formatted(pattern));
        } else if (pattern.endsWith("*")) {
            prefixes.add(pattern.substring(0, pattern.length() - 1));
        } else {
            codes.add(pattern);
        }
    }

    /** Adds a range and merges those that it overlaps. */
    private void addRange(String first, String last) {
        NavigableMap<String, String> sameLength = ranges.computeIfAbsent(first.length(), _ -> new TreeMap<>());
        String start = first;
        String end = last;
        for (Map.Entry<String, String> before = sameLength.floorEntry(end);
                before != null && before.getValue().compareTo(start) >= 0;
                before = sameLength.floorEntry(end)) {
            start = min(start, before.getKey());
            end = max(end, before.getValue());
            sameLength.remove(before.getKey());
        }
        sameLength.put(start, end);
    }

    /** Whether there is no pattern. */
    public boolean isEmpty() {
        return codes.isEmpty() && prefixes.isEmpty() && ranges.isEmpty();
    }

    /** The single codes. */
    public Set<String> codes() {
        return Set.copyOf(codes);
    }

    /** The prefixes, without an asterisk. */
    public Set<String> prefixes() {
        return Set.copyOf(prefixes);
    }

    /** Whether there are ranges. */
    public boolean hasRanges() {
        return !ranges.isEmpty();
    }

    /** @param code as {@link #normalizeCode} returns it */
    public boolean matches(String code) {
        return codes.contains(code) || startsWithPrefix(code) || matchesRange(code);
    }

    private boolean startsWithPrefix(String text) {
        return !prefixes.isEmpty() && prefixesOf(text).stream().anyMatch(prefixes::contains);
    }

    /** Whether a range contains this code. */
    public boolean matchesRange(String code) {
        return !ranges.isEmpty() && NUMBER.matcher(code).matches() && intersectsRange(code, code);
    }

    private boolean intersectsRange(String first, String last) {
        NavigableMap<String, String> sameLength = ranges.get(first.length());
        if (sameLength == null) {
            return false;
        }
        Map.Entry<String, String> before = sameLength.floorEntry(last);
        return before != null && before.getValue().compareTo(first) >= 0;
    }

    /** The beginnings of a text, the text itself included. */
    public static List<String> prefixesOf(String text) {
        return IntStream.rangeClosed(1, text.length())
                .mapToObj(length -> text.substring(0, length))
                .toList();
    }

    /** Whether there may be a code that both sets match. */
    public boolean intersects(PostalCodePatterns other) {
        return overlapsPatternOf(other) || other.overlapsPatternOf(this);
    }

    private boolean overlapsPatternOf(PostalCodePatterns other) {
        return other.codes.stream().anyMatch(this::matches)
                || other.prefixes.stream().anyMatch(prefix -> startsWithPrefix(prefix) || hasRangeWithPrefix(prefix))
                || other.ranges.values().stream()
                        .flatMap(sameLength -> sameLength.entrySet().stream())
                        .anyMatch(range -> intersectsRange(range.getKey(), range.getValue()));
    }

    private boolean hasRangeWithPrefix(String prefix) {
        return NUMBER.matcher(prefix).matches()
                && ranges.keySet().stream()
                        .filter(length -> length >= prefix.length())
                        .anyMatch(length -> intersectsRange(
                                prefix + "0".repeat(length - prefix.length()),
                                prefix + "9".repeat(length - prefix.length())));
    }

    private static String min(String one, String other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static String max(String one, String other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
