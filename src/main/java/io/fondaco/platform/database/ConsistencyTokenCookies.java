package io.fondaco.platform.database;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stores the consistency token in browsers. There are two cookies, so that the response of a read that started before a
 * write cannot overwrite the token of that write.
 */
@ApplicationScoped
class ConsistencyTokenCookies {
    static final String WRITTEN = "fondaco_written";
    static final String SEEN = "fondaco_seen";
    static final List<String> NAMES = List.of(WRITTEN, SEEN);

    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    /** Returns the value of a {@code Set-Cookie} header. */
    String setCookieHeader(String name, String token, boolean secure) {
        return "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s"
                .formatted(name, token, MAX_AGE.toSeconds(), secure ? "; Secure" : "");
    }

    static boolean isSecure(@Nullable String scheme, Function<String, @Nullable String> header) {
        return "https".equals(scheme) || "https".equals(header.apply("X-Forwarded-Proto"));
    }

    static boolean isBrowser(Function<String, @Nullable String> header, Predicate<String> hasCookie) {
        return header.apply("Sec-Fetch-Mode") != null
                || header.apply("Origin") != null
                || NAMES.stream().anyMatch(hasCookie);
    }
}
