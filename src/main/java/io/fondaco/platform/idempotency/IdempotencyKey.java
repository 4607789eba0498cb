package io.fondaco.platform.idempotency;

import io.fondaco.platform.web.ApiException;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a request: two requests with equal values take effect once.
 *
 * @param principal the client, by its API key or token; keys of different principals are independent
 * @param route method and path
 */
public record IdempotencyKey(String principal, String route, RequestKey request) {
    /**
     * @param header the {@code Idempotency-Key} header, null if missing
     * @param content the request's body, in a canonical form
     * @throws ApiException as {@link RequestKey#required} does
     */
    public static IdempotencyKey required(@Nullable String header, String principal, String route, String content) {
        return new IdempotencyKey(principal, route, RequestKey.required(header, content));
    }

    String key() {
        return request.key();
    }
}
