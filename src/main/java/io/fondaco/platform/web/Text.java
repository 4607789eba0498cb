package io.fondaco.platform.web;

import org.jspecify.annotations.Nullable;

/** What no text may hold. */
public final class Text {
    private Text() {}

    /** Whether a text holds a NUL, which Postgres does not store. */
    public static boolean hasNul(@Nullable String text) {
        return text != null && text.indexOf('\0') >= 0;
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
