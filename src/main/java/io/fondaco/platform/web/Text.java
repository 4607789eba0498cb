package io.fondaco.platform.web;

import org.jspecify.annotations.Nullable;

/** What text may hold. */
public final class Text {
    private Text() {}

    /** Whether a text holds a NUL, which Postgres does not store. */
    public static boolean hasNul(@Nullable String text) {
        return text != null && text.indexOf('\0') >= 0;
    }

    /** As much of a text as there is room for, without what Postgres does not store. */
    public static String fit(String text, int most) {
        String storable = text.replace("\0", "");
        return storable.length() > most ? storable.substring(0, most) : storable;
    }

    /**
     * @throws ApiException 422 {@code invalid_format} at the pointer
     */
    public static void refuseNul(String pointer, @Nullable String text) {
        if (hasNul(text)) {
            throw ApiException.invalid(pointer, "invalid_format", "A NUL character is not text.");
        }
    }
}
