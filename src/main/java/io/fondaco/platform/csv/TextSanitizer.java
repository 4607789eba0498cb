package io.fondaco.platform.csv;

import io.fondaco.platform.web.UnicodeText;

/** Checks whether the database can store a text (no NUL, no lone surrogate), and detects replacement characters. */
public final class TextSanitizer {
    private static final char REPLACEMENT = '\uFFFD';
    private static final String INVISIBLE_SPACES = "\u200B\u200C\u200D\u2060\uFEFF";

    private TextSanitizer() {}

    public static boolean isStorable(String text) {
        return !UnicodeText.hasNul(text) && !UnicodeText.hasLoneSurrogate(text);
    }

    /** False if the text contains U+FFFD, which the decoder inserts for bytes that are not UTF-8. */
    public static boolean isValidUtf8(String text) {
        return text.indexOf(REPLACEMENT) < 0;
    }

    /** Removes surrounding white space, including no-break spaces, zero-width spaces and byte order marks. */
    public static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isBlank(char character) {
        return Character.isWhitespace(character)
                || Character.isSpaceChar(character)
                || INVISIBLE_SPACES.indexOf(character) >= 0;
    }

    public static String toStorable(String text) {
        if (isStorable(text)) {
            return text;
        }
        StringBuilder kept = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> point == 0 || isUnpairedSurrogate(point) ? REPLACEMENT : point)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    private static boolean isUnpairedSurrogate(int point) {
        return point <= Character.MAX_VALUE && Character.isSurrogate((char) point);
    }
}
