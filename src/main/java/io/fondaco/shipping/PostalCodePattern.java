package io.fondaco.shipping;

import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * A pattern of postal codes: one code ({@code "SW1Y 4JH"}), a prefix ({@code "35*"}), or a range of digits of the same
 * length ({@code "51000-51999"}), which also matches longer codes that begin with such digits ({@code "51234-6789"}).
 * Case, spaces and hyphens of a code do not matter. There are no regular expressions, so that no pattern is slow.
 */
sealed interface PostalCodePattern {
    /** The largest number of characters in a pattern. */
    int MAX_LENGTH = 20;

    /** @param code as {@link #normalize} returns it */
    boolean matches(String code);

    /** @param code normalized */
    record Exact(String code) implements PostalCodePattern {
        @Override
        public boolean matches(String other) {
            return code.equals(other);
        }
    }

    /** @param prefix normalized */
    record Prefix(String prefix) implements PostalCodePattern {
        @Override
        public boolean matches(String code) {
            return code.startsWith(prefix);
        }
    }

    /**
     * Digits of the same length are compared as text.
     *
     * @param first the first code of the range
     * @param last the last code of the range
     */
    record Range(String first, String last) implements PostalCodePattern {
        @Override
        public boolean matches(String code) {
            if (code.length() < first.length()) {
                return false;
            }
            String start = code.substring(0, first.length());
            return isDigits(start) && start.compareTo(first) >= 0 && start.compareTo(last) <= 0;
        }
    }

    /** In capitals, without spaces and hyphens. */
    static String normalize(String code) {
        StringBuilder normalized = new StringBuilder();
        code.codePoints()
                .filter(((IntPredicate) Character::isWhitespace)
                        .or(c -> c == '-')
                        .negate())
                .forEach(normalized::appendCodePoint);
        return normalized.toString().toUpperCase(Locale.ROOT);
    }

    /** The pattern that the text stands for; empty if it is not valid. */
    static Optional<PostalCodePattern> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String trimmed = text.strip();
        int star = trimmed.indexOf('*');
        if (star >= 0) {
            String prefix = normalize(trimmed.substring(0, star));
            return star == trimmed.length() - 1 && isCode(prefix) ? Optional.of(new Prefix(prefix)) : Optional.empty();
        }
        int hyphen = trimmed.indexOf('-');
        if (hyphen > 0) {
            String first = trimmed.substring(0, hyphen).strip();
            String last = trimmed.substring(hyphen + 1).strip();
            if (isDigits(first) && isDigits(last) && first.length() == last.length()) {
                return first.compareTo(last) <= 0 ? Optional.of(new Range(first, last)) : Optional.empty();
            }
        }
        String code = normalize(trimmed);
        return isCode(code) ? Optional.of(new Exact(code)) : Optional.empty();
    }

    private static boolean isCode(String text) {
        return !text.isEmpty() && text.codePoints().allMatch(Character::isLetterOrDigit);
    }

    private static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
