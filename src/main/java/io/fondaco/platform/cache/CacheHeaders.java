package io.fondaco.platform.cache;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The response headers about caching, for browsers, CDNs and operators. */
@ApplicationScoped
class CacheHeaders {
    static final String CONTENT_TYPE = "application/json;charset=UTF-8";

    /** RFC 9211. */
    private static final String CACHE_STATUS = "Cache-Status";

    private static final String PRIVATE_CACHE_CONTROL = "private, max-age=0, must-revalidate";
    private static final int WEAK_PREFIX_LENGTH = 2;

    /** Longer than any setting. */
    private static final Duration NO_LIMIT = Duration.ofDays(36_500);

    private final CacheSettings settings;
    private final String sharedCacheControl;
    private final String vary;
    private final Optional<String> surrogateKeyHeader;

    /** How the response was obtained. */
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
        this.settings = settings;
        surrogateKeyHeader = settings.surrogateKeyHeader();
        if (alwaysRevalidated()) {
            // Browsers and CDNs may store the response, but must revalidate it for each request, with the client's
            // token.
            sharedCacheControl = "public, max-age=0, must-revalidate";
            vary = HttpHeaders.ACCEPT_ENCODING;
        } else {
            sharedCacheControl = sharedCacheControl(NO_LIMIT);
            // A request with a token, as header or cookie, must not get a response that a shared cache stored.
            vary = HttpHeaders.ACCEPT_ENCODING + ", Fondaco-Consistency, " + HttpHeaders.COOKIE;
        }
    }

    private boolean alwaysRevalidated() {
        return settings.sharedMaxAge().isZero() && settings.browserMaxAge().isZero();
    }

    /** @param limit how long the response is valid: no age reaches beyond it */
    private String sharedCacheControl(Duration limit) {
        Duration sharedMaxAge = min(settings.sharedMaxAge(), limit);
        return "public, max-age=%d, s-maxage=%d%s"
                .formatted(
                        min(settings.browserMaxAge(), limit).toSeconds(),
                        sharedMaxAge.toSeconds(),
                        staleWhileRevalidate(min(settings.staleWhileRevalidate(), limit.minus(sharedMaxAge))));
    }

    private static Duration min(Duration first, Duration second) {
        return first.compareTo(second) < 0 ? first : second;
    }

    private static String staleWhileRevalidate(Duration time) {
        return time.isZero() ? "" : ", stale-while-revalidate=" + time.toSeconds();
    }

    private String sharedCacheControl(CachedResponse cached) {
        Optional<Instant> end = cached.validUntil();
        if (end.isEmpty() || alwaysRevalidated()) {
            return sharedCacheControl;
        }
        Duration remaining = Duration.between(Instant.now(), end.get());
        return sharedCacheControl(remaining.isNegative() ? Duration.ZERO : remaining);
    }

    /** @param personal whether the response carries a token for its client */
    void put(
            CachedResponse cached,
            ContentEncoding contentEncoding,
            CacheStatus cacheStatus,
            boolean personal,
            BiConsumer<String, String> out) {
        out.accept(HttpHeaders.ETAG, contentEncoding.strongEtag(cached.etag()));
        out.accept(
                HttpHeaders.CACHE_CONTROL,
                cacheStatus == CacheStatus.STALE
                        ? "no-store"
                        : personal ? PRIVATE_CACHE_CONTROL : sharedCacheControl(cached));
        out.accept(HttpHeaders.VARY, vary);
        out.accept(CACHE_STATUS, cacheStatus.headerValue);
        String next = cached.nextPage();
        if (!next.isEmpty()) {
            out.accept(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
        }
        surrogateKeyHeader.ifPresent(name -> out.accept(name, cached.surrogateKeys()));
    }

    /**
     * Whether the client already has this response in any encoding: {@code If-None-Match} is compared weakly (RFC
     * 9110).
     */
    static boolean matchesIfNoneMatch(CachedResponse cached, @Nullable String ifNoneMatch) {
        if (ifNoneMatch == null) {
            return false;
        }
        String etag = cached.etag();
        for (String part : ifNoneMatch.split(",", -1)) {
            String candidate = part.strip();
            if (candidate.equals("*")) {
                return true;
            }
            candidate = candidate.startsWith("W/") ? candidate.substring(WEAK_PREFIX_LENGTH) : candidate;
            for (ContentEncoding contentEncoding : ContentEncoding.values()) {
                if (candidate.equals(contentEncoding.strongEtag(etag))) {
                    return true;
                }
            }
        }
        return false;
    }
}
