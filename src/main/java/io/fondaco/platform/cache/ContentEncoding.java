package io.fondaco.platform.cache;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a body is sent. Each has an ETag of its own, as RFC 9110 demands of strong ones. */
enum ContentEncoding {
    IDENTITY("", ""),
    GZIP("gzip", "-gzip");

    /** Clients send a handful of different ones; what goes beyond is worked out anew each time. */
    private static final int MAX_NEGOTIATED = 64;

    private static final Map<String, ContentEncoding> NEGOTIATED = new ConcurrentHashMap<>();

    private final String token;
    private final String etagSuffix;

    ContentEncoding(String token, String tagSuffix) {
        this.token = token;
        this.etagSuffix = tagSuffix;
    }

    /** As {@code Content-Encoding} has it; empty for none. */
    Optional<String> contentCoding() {
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    /** The strong ETag, in quotes, of what the bare one names. */
    String strongEtag(String bare) {
        return '"' + bare + etagSuffix + '"';
    }

    /** The best that a client takes. */
    static ContentEncoding forAcceptEncoding(@Nullable String acceptEncoding) {
        if (acceptEncoding == null || acceptEncoding.isEmpty()) {
            return IDENTITY;
        }
        ContentEncoding known = NEGOTIATED.get(acceptEncoding);
        if (known != null) {
            return known;
        }
        ContentEncoding chosen = negotiate(acceptEncoding);
        if (NEGOTIATED.size() < MAX_NEGOTIATED) {
            NEGOTIATED.put(acceptEncoding, chosen);
        }
        return chosen;
    }

    private static ContentEncoding negotiate(String acceptEncoding) {
        boolean any = false;
        for (String part : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] pieces = part.split(";", 2);
            String coding = pieces[0].strip();
            boolean wanted = pieces.length == 1 || !isZero(pieces[1]);
            if (coding.equals(GZIP.token)) {
                return wanted ? GZIP : IDENTITY;
            }
            any |= coding.equals("*") && wanted;
        }
        return any ? GZIP : IDENTITY;
    }

    private static boolean isZero(String weight) {
        return Pattern.compile(";")
                .splitAsStream(weight.replace(" ", ""))
                .anyMatch(parameter -> parameter.matches("q=0(\\.0*)?"));
    }
}
