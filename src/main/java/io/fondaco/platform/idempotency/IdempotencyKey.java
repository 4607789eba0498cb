package io.fondaco.platform.idempotency;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.web.ApiException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a request: two requests with equal values take effect once.
 *
 * @param principal the API key or cart of the client; keys of different principals are independent
 * @param route method and path
 * @param key as sent in the {@code Idempotency-Key} header
 * @param fingerprint SHA-256 of the content, in hex; the same key with another fingerprint is an error
 */
public record IdempotencyKey(String principal, String route, String key, String fingerprint) {
    private static final Pattern ACCEPTED = Pattern.compile("[\\x21-\\x7E]{1,255}");

    /**
     * @param header the {@code Idempotency-Key} header, null if missing
     * @param content the request's body, in a canonical form
     * @throws ApiException 400 {@code idempotency_key_required} or {@code invalid_idempotency_key}
     */
    public static IdempotencyKey required(@Nullable String header, String principal, String route, String content) {
        if (header == null || header.isBlank()) {
            throw ApiException.badRequest(
                    "idempotency_key_required",
                    "Send an Idempotency-Key header with a unique value for each new operation; repeat it in retries.");
        }
        if (!ACCEPTED.matcher(header).matches()) {
            throw ApiException.badRequest(
                    "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 printable ASCII characters.");
        }
        return new IdempotencyKey(principal, route, header, HexFormat.of().formatHex(Secret.hash(content)));
    }
}
