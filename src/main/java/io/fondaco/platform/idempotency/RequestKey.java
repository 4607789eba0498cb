package io.fondaco.platform.idempotency;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.web.ApiException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key that a client sends with a request, and what it was sent with. The client chooses the key, so it is unique
 * only together with the client and the method and path of the request.
 *
 * @param key as sent in the {@code Idempotency-Key} header
 * @param fingerprint SHA-256 of the content, in hex; the same key with another fingerprint is an error
 */
public record RequestKey(String key, String fingerprint) {
    private static final Pattern ACCEPTED = Pattern.compile("[\\x21-\\x7E]{1,255}");

    /**
     * @param header the {@code Idempotency-Key} header, null if missing
     * @param content the request's body, in a canonical form
     * @throws ApiException 400 {@code idempotency_key_required} or {@code invalid_idempotency_key}
     */
    public static RequestKey required(@Nullable String header, String content) {
        if (header == null || header.isBlank()) {
            throw ApiException.badRequest(
                    "idempotency_key_required",
                    "Send an Idempotency-Key header with a unique value for each new operation; repeat it in retries.");
        }
        if (!ACCEPTED.matcher(header).matches()) {
            throw ApiException.badRequest(
                    "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 printable ASCII characters.");
        }
        return new RequestKey(header, HexFormat.of().formatHex(Secret.hash(content)));
    }

    /**
     * @param firstFingerprint of the first request with this key
     * @throws ApiException 422 {@code idempotency_key_reused} if the content of this request differs
     */
    public void requireSameContent(String firstFingerprint) {
        if (!fingerprint.equals(firstFingerprint)) {
            throw new ApiException(
                    422, "idempotency_key_reused", "This Idempotency-Key was already used with different content.");
        }
    }
}
