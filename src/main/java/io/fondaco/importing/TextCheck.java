package io.fondaco.importing;

/** What text the database can keep: no NUL, no half of a surrogate pair; and what tells of a wrong encoding. */
final class TextCheck {
    private static final char REPLACEMENT = '\uFFFD';

    private TextCheck() {}

    static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == 0) {
                return false;
            }
            if (Character.isSurrogate(character)) {
                boolean pair = Character.isHighSurrogate(character)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
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
