package io.fondaco.platform.cache;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What an answer says of itself to browsers, CDNs and whoever looks on. */
@ApplicationScoped
class CacheHeaders {
    static final String CONTENT_TYPE = "application/json;charset=UTF-8";

    /** RFC 9211. */
    private static final String CACHE_STATUS = "Cache-Status";

    private static final String PRIVATE_CACHE_CONTROL = "private, max-age=0, must-revalidate";
    private static final int WEAK_PREFIX_LENGTH = 2;

    private final String sharedCacheControl;
    private final String vary;
    private final Optional<String> surrogateKeyHeader;

    /** How an answer came to be. */
    enum CacheStatus {
        HIT("fondaco; hit"),
        MISS("fondaco; fwd=miss"),
        STALE("fondaco; hit; detail=stale");

        private final String headerValue;

        CacheStatus(String status) {
            this.headerValue = status;
        }
    }

    CacheHeaders(CacheSettings settings) {
        surrogateKeyHeader = settings.surrogateKeyHeader();
        if (settings.sharedMaxAge().isZero() && settings.browserMaxAge().isZero()) {
            // Whoever keeps it asks each time, with its token.
            sharedCacheControl = "public, max-age=0, must-revalidate";
            vary = HttpHeaders.ACCEPT_ENCODING;
        } else {
            sharedCacheControl = "public, max-age=%d, s-maxage=%d%s"
                    .formatted(
                            settings.browserMaxAge().toSeconds(),
                            settings.sharedMaxAge().toSeconds(),
                            staleWhileRevalidate(settings.staleWhileRevalidate()));
            // Who comes with a token, in either form, is not given what a cache on the way has.
            vary = HttpHeaders.ACCEPT_ENCODING + ", Fondaco-Consistency, " + HttpHeaders.COOKIE;
        }
    }

    private static String staleWhileRevalidate(Duration time) {
        return time.isZero() ? "" : ", stale-while-revalidate=" + time.toSeconds();
    }

    /** @param personal whether the answer carries its caller's token */
    void put(
            CachedResponse answer,
            ContentEncoding contentEncoding,
            CacheStatus cacheStatus,
            boolean personal,
            BiConsumer<String, String> out) {
        out.accept(HttpHeaders.ETAG, contentEncoding.strongEtag(answer.etag()));
        out.accept(
                HttpHeaders.CACHE_CONTROL,
                cacheStatus == CacheStatus.STALE ? "no-store" : personal ? PRIVATE_CACHE_CONTROL : sharedCacheControl);
        out.accept(HttpHeaders.VARY, vary);
        out.accept(CACHE_STATUS, cacheStatus.headerValue);
        String next = answer.nextPage();
        if (!next.isEmpty()) {
            out.accept(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
        }
        surrogateKeyHeader.ifPresent(name -> out.accept(name, answer.surrogateKeys()));
    }

    /** Whether the caller has it already, in whatever encoding: {@code If-None-Match} is compared weakly (RFC 9110). */
    static boolean matchesIfNoneMatch(CachedResponse answer, @Nullable String ifNoneMatch) {
        if (ifNoneMatch == null) {
            return false;
        }
        String etag = answer.etag();
        for (String part : ifNoneMatch.split(",", -1)) {
            String tag = part.strip();
            if (tag.equals("*")) {
                return true;
            }
            tag = tag.startsWith("W/") ? tag.substring(WEAK_PREFIX_LENGTH) : tag;
            for (ContentEncoding contentEncoding : ContentEncoding.values()) {
                if (tag.equals(contentEncoding.strongEtag(etag))) {
                    return true;
                }
            }
        }
        return false;
    }
}
