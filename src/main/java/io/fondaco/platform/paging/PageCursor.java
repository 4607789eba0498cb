package io.fondaco.platform.paging;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.UnicodeText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The position in a list after which the next page starts: the sort order and the sort keys of the last row. Opaque to
 * clients; a cursor of another sort order, or one that was changed, is a 400.
 */
public record PageCursor(String sort, List<String> keys) {
    private static final int MAX_LENGTH = 2_000;
    private static final char SEPARATOR = '\u001f';

    /**
     * Separates the position from the fingerprint of its list, which {@link PaginationLinkFilter} checks; it does not
     * occur in Base64.
     */
    static final char LIST_FINGERPRINT_SEPARATOR = '.';

    public PageCursor {
        keys = List.copyOf(keys);
    }

    public static PageCursor of(String sort, String... keys) {
        return new PageCursor(sort, List.of(keys));
    }

    /**
     * @param text the {@code cursor} parameter; null on the first page
     * @throws ApiException 400 {@code invalid_cursor} if it is not a cursor of this sort order with this number of keys
     */
    public static Optional<PageCursor> decode(@Nullable String text, String sort, int keys) {
        if (text == null) {
            return Optional.empty();
        }
        if (text.length() > MAX_LENGTH) {
            throw invalidCursor();
        }
        byte[] bytes;
        try {
            int end = text.indexOf(LIST_FINGERPRINT_SEPARATOR);
            bytes = Base64.getUrlDecoder().decode(end < 0 ? text : text.substring(0, end));
        } catch (IllegalArgumentException _) {
            throw invalidCursor();
        }
        String place = new String(bytes, StandardCharsets.UTF_8);
        List<String> parts = split(place);
        if (UnicodeText.hasNul(place)
                || parts.size() != keys + 1
                || !parts.getFirst().equals(sort)) {
            throw invalidCursor();
        }
        return Optional.of(new PageCursor(sort, parts.subList(1, parts.size())));
    }

    public String encode() {
        StringBuilder text = new StringBuilder(sort);
        keys.forEach(key -> text.append(SEPARATOR).append(key));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf(SEPARATOR); end >= 0; end = text.indexOf(SEPARATOR, start)) {
            parts.add(text.substring(start, end));
            start = end + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** Returns the 400 for a cursor that is malformed or belongs to another list. */
    public static ApiException invalidCursor() {
        return ApiException.badRequest(
                "invalid_cursor", "The cursor does not belong to this list. Start again without a cursor.");
    }
}
