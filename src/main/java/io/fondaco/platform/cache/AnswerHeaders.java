package io.fondaco.platform.cache;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What an answer says of itself to browsers, CDNs and whoever looks on. */
@ApplicationScoped
class AnswerHeaders {
    static final String CONTENT_TYPE = "application/json;charset=UTF-8";

    /** RFC 9211. */
    private static final String CACHE_STATUS = "Cache-Status";

    private static final String PERSONAL = "private, max-age=0, must-revalidate";
    private static final int NOT_IN_QUOTES = 2;

    private final String shared;
    private final String vary;
    private final Optional<String> surrogateKeyHeader;

    /** How an answer came to be. */
    enum Source {
        KEPT("fondaco; hit"),
        MADE("fondaco; fwd=miss"),
        STALE("fondaco; hit; detail=stale");

        private final String status;

        Source(String status) {
            this.status = status;
        }
    }

    AnswerHeaders(CacheSettings settings) {
        surrogateKeyHeader = settings.surrogateKeyHeader();
        if (settings.sharedMaxAge().isZero() && settings.browserMaxAge().isZero()) {
            // Whoever keeps it asks each time, with its token.
            shared = "public, max-age=0, must-revalidate";
            vary = HttpHeaders.ACCEPT_ENCODING;
        } else {
            shared = "public, max-age=%d, s-maxage=%d%s"
                    .formatted(
                            settings.browserMaxAge().toSeconds(),
                            settings.sharedMaxAge().toSeconds(),
                            whileRevalidating(settings.staleWhileRevalidate()));
            // Who comes with a token, in either form, is not given what a cache on the way has.
            vary = HttpHeaders.ACCEPT_ENCODING + ", Fondaco-Consistency, " + HttpHeaders.COOKIE;
        }
    }

    private static String whileRevalidating(Duration time) {
        return time.isZero() ? "" : ", stale-while-revalidate=" + time.toSeconds();
    }

    /** @param personal whether the answer carries its caller's token */
    void put(StoredAnswer answer, Encoding encoding, Source source, boolean personal, BiConsumer<String, String> out) {
        out.accept(HttpHeaders.ETAG, encoding.tag(answer.etag()));
        out.accept(HttpHeaders.CACHE_CONTROL, source == Source.STALE ? "no-store" : personal ? PERSONAL : shared);
        out.accept(HttpHeaders.VARY, vary);
        out.accept(CACHE_STATUS, source.status);
        String next = answer.nextPage();
        if (!next.isEmpty()) {
            out.accept(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
        }
        surrogateKeyHeader.ifPresent(name -> out.accept(name, answer.surrogateKeys()));
    }

    /** Whether the caller has it already, in whatever encoding: {@code If-None-Match} is compared weakly (RFC 9110). */
    static boolean isWhatTheCallerHas(StoredAnswer answer, @Nullable String ifNoneMatch) {
        if (ifNoneMatch == null) {
            return false;
        }
        String etag = answer.etag();
        for (String part : ifNoneMatch.split(",", -1)) {
            String tag = part.strip();
            if (tag.equals("*")) {
                return true;
            }
            tag = tag.startsWith("W/") ? tag.substring(NOT_IN_QUOTES) : tag;
            for (Encoding encoding : Encoding.values()) {
                if (tag.equals(encoding.tag(etag))) {
                    return true;
                }
            }
        }
        return false;
    }
}
