package io.fondaco.platform.cache;

import java.util.Optional;

/** The result of a cache lookup. */
sealed interface CacheLookup {
    /** A cached response, possibly a negative entry, that is fresh for this client. */
    record Hit(CachedResponse response) implements CacheLookup {}

    /** @param cached the entry that exists but must not be served as it is */
    record Miss(CacheMetrics.MissReason reason, Optional<CachedResponse> cached) implements CacheLookup {}
}
