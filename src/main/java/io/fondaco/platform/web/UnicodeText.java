package io.fondaco.platform.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/** What text may hold. */
public final class UnicodeText {
    private UnicodeText() {}

    /** Whether a text holds a NUL, which Postgres does not store. */
    public static boolean hasNul(@Nullable String text) {
        return text != null && text.indexOf('\0') >= 0;
    }

    /** Whether a text holds half of a surrogate pair, which UTF-8 has no form for: it would be stored as a question mark. */
    public static boolean hasLoneSurrogate(@Nullable String text) {
        if (text == null) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char here = text.charAt(i);
            if (Character.isHighSurrogate(here)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(here)) {
                return true;
            }
        }
        return false;
    }

    /** Whether bytes are text in UTF-8. The JSON parser is not strict: it takes overlong forms and halves of surrogate pairs. */
    static boolean isUtf8(ByteBuffer bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    /** A name in Unicode's normal form C: the same letters can be composed in several ways that look alike. */
    public static String normalizeNfc(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    /** As much of a text as there is room for, without what Postgres does not store. */
    public static String truncate(String text, int most) {
        String storable = text.replace("\0", "");
        if (storable.length() <= most) {
            return storable;
        }
        boolean throughAPair = most > 0 && Character.isHighSurrogate(storable.charAt(most - 1));
        return storable.substring(0, throughAPair ? most - 1 : most);
    }

    /**
     * @throws ApiException 422 {@code invalid_format} at the pointer
     */
    public static void rejectNul(String pointer, @Nullable String text) {
        if (hasNul(text)) {
            throw ApiException.invalid(pointer, "invalid_format", "A NUL character is not text.");
        }
    }
}
