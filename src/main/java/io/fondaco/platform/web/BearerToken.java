package io.fondaco.platform.web;

import org.jspecify.annotations.Nullable;

/** A bearer token that gives access to one resource, such as a cart: {@code Authorization: Bearer <token>}. */
public final class BearerToken {
    private static final String SCHEME = "Bearer ";
    private static final int MAX_LENGTH = 200;

    private BearerToken() {}

    /**
     * @param authorization the {@code Authorization} header, null if missing
     * @throws ApiException 401 {@code unauthorized} if it has no bearer token
     */
    public static String parse(@Nullable String authorization) {
        if (authorization == null
                || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                || authorization.length() > MAX_LENGTH) {
            throw new ApiException(401, "unauthorized", "Send the token as 'Authorization: Bearer <token>'.");
        }
        return authorization.substring(SCHEME.length()).strip();
    }
}
