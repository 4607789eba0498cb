package io.fondaco.platform.cache;

import java.util.Optional;

/**
 * What the cache has for a request, as {@link ResponseCache#lookUp} found it. A resource gets it first, and passes it
 * to the other methods of the cache, so that they all decide by the same state.
 */
public final class CacheLookup {
    private final CachedRoute route;
    private final String key;
    private final Result result;

    /** @param key the key of the cached response */
    CacheLookup(CachedRoute route, String key, Result result) {
        this.route = route;
        this.key = key;
        this.result = result;
    }

    /** The responses to such a request are not cached. */
    static CacheLookup notCacheable(CachedRoute route) {
        return new CacheLookup(route, "", new NotCacheable());
    }

    /** The result of a lookup. */
    sealed interface Result {}

    /** A cached response, possibly a negative entry, that is fresh for this client. */
    record Hit(CachedResponse response) implements Result {}

    /** @param cached the entry that exists but must not be served as it is */
    record Miss(CacheMetrics.MissReason reason, Optional<CachedResponse> cached) implements Result {}

    /** There is no key: the cache is disabled, or the request has parameters that the route does not declare. */
    record NotCacheable() implements Result {}

    /** The path template. */
    String route() {
        return route.path();
    }

    String key() {
        return key;
    }

    Result result() {
        return result;
    }
}
