package io.fondaco.platform.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/** Checks and normalizes Unicode text. */
public final class UnicodeText {
    private UnicodeText() {}

    /** Whether the text contains a NUL character, which PostgreSQL does not store. */
    public static boolean hasNul(@Nullable String text) {
        return text != null && text.indexOf('\0') >= 0;
    }

    /**
     * Whether the text contains an unpaired surrogate, which UTF-8 cannot encode: it would be stored as a question
     * mark.
     */
    public static boolean hasLoneSurrogate(@Nullable String text) {
        if (text == null) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char current = text.charAt(i);
            if (Character.isHighSurrogate(current)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(current)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the bytes are valid UTF-8. The JSON parser is not strict: it accepts overlong forms and unpaired
     * surrogates.
     */
    static boolean isUtf8(ByteBuffer bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    /** The name in Unicode normal form C: the same letters can be composed in several ways that look alike. */
    public static String normalizeNfc(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    /** The text cut to at most this many characters, without NUL characters and without splitting a surrogate pair. */
    public static String truncate(String text, int maxLength) {
        String storable = text.replace("\0", "");
        if (storable.length() <= maxLength) {
            return storable;
        }
        boolean splitsPair = maxLength > 0 && Character.isHighSurrogate(storable.charAt(maxLength - 1));
        return storable.substring(0, splitsPair ? maxLength - 1 : maxLength);
    }

    /** @throws ApiException 422 {@code invalid_format} with this pointer */
    public static void rejectNul(String pointer, @Nullable String text) {
        if (hasNul(text)) {
            throw ApiException.invalid(pointer, "invalid_format", "Text must not contain a NUL character.");
        }
    }
}
