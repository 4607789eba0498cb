package io.fondaco.platform.cache;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a body is sent. Each has an ETag of its own, as RFC 9110 demands of strong ones. */
enum Encoding {
    IDENTITY("", ""),
    GZIP("gzip", "-gzip");

    /** Clients send a handful of different ones; what goes beyond is worked out anew each time. */
    private static final int MOST_REMEMBERED = 64;

    private static final Map<String, Encoding> REMEMBERED = new ConcurrentHashMap<>();

    private final String token;
    private final String tagSuffix;

    Encoding(String token, String tagSuffix) {
        this.token = token;
        this.tagSuffix = tagSuffix;
    }

    /** As {@code Content-Encoding} has it; empty for none. */
    Optional<String> contentCoding() {
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    /** The strong ETag, in quotes, of what the bare one names. */
    String tag(String bare) {
        return '"' + bare + tagSuffix + '"';
    }

    /** The best that a client takes. */
    static Encoding accepted(@Nullable String acceptEncoding) {
        if (acceptEncoding == null || acceptEncoding.isEmpty()) {
            return IDENTITY;
        }
        Encoding known = REMEMBERED.get(acceptEncoding);
        if (known != null) {
            return known;
        }
        Encoding chosen = negotiate(acceptEncoding);
        if (REMEMBERED.size() < MOST_REMEMBERED) {
            REMEMBERED.put(acceptEncoding, chosen);
        }
        return chosen;
    }

    private static Encoding negotiate(String acceptEncoding) {
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
