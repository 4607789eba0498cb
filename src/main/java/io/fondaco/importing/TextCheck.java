package io.fondaco.importing;

import io.fondaco.platform.web.Text;

/** What text the database can keep: no NUL, no half of a surrogate pair; and what tells of a wrong encoding. */
final class TextCheck {
    private static final char REPLACEMENT = '\uFFFD';

    private TextCheck() {}

    static boolean isStorable(String text) {
        return !Text.hasNul(text) && !Text.isTorn(text);
    }

    /** The decoder puts U+FFFD where the bytes were no UTF-8. */
    static boolean wasDecoded(String text) {
        return text.indexOf(REPLACEMENT) < 0;
    }

    static String storable(String text) {
        if (isStorable(text)) {
            return text;
        }
        StringBuilder kept = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> point == 0 || isHalfSurrogate(point) ? REPLACEMENT : point)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    private static boolean isHalfSurrogate(int point) {
        return point <= Character.MAX_VALUE && Character.isSurrogate((char) point);
    }
}
