package io.fondaco.platform.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The encoding of a body. Each has its own ETag, as RFC 9110 requires for strong ETags. */
enum ContentEncoding {
    IDENTITY("", ""),
    GZIP("gzip", "-gzip");

    /** Clients send only a few different headers; those used least are forgotten. */
    private static final int MAX_NEGOTIATED = 64;

    private static final LoadingCache<String, ContentEncoding> NEGOTIATED =
            Caffeine.newBuilder().maximumSize(MAX_NEGOTIATED).build(ContentEncoding::negotiate);

    private final String token;
    private final String etagSuffix;

    ContentEncoding(String token, String etagSuffix) {
        this.token = token;
        this.etagSuffix = etagSuffix;
    }

    /** The value of {@code Content-Encoding}; empty for identity. */
    Optional<String> contentCoding() {
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    /** The strong ETag, in quotes, of this encoding of the response with the given ETag. */
    String strongEtag(String bare) {
        return '"' + bare + etagSuffix + '"';
    }

    /** The preferred encoding that the client accepts. */
    static ContentEncoding forAcceptEncoding(@Nullable String acceptEncoding) {
        return acceptEncoding == null || acceptEncoding.isEmpty() ? IDENTITY : NEGOTIATED.get(acceptEncoding);
    }

    private static ContentEncoding negotiate(String acceptEncoding) {
        boolean acceptsAny = false;
        for (String part : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] pieces = part.split(";", 2);
            String coding = pieces[0].strip();
            boolean accepted = pieces.length == 1 || !isZero(pieces[1]);
            if (coding.equals(GZIP.token)) {
                return accepted ? GZIP : IDENTITY;
            }
            acceptsAny |= coding.equals("*") && accepted;
        }
        return acceptsAny ? GZIP : IDENTITY;
    }

    private static boolean isZero(String weight) {
        return Pattern.compile(";")
                .splitAsStream(weight.replace(" ", ""))
                .anyMatch(parameter -> parameter.matches("q=0(\\.0*)?"));
    }
}
