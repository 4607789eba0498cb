package io.fondaco.platform.cache;

import java.util.Optional;

/** What a look into the cache came to. */
sealed interface CacheLookup {
    /** Kept, and true as far as the caller can know; perhaps that there is nothing to answer with. */
    record Hit(CachedResponse response) implements CacheLookup {}

    /** @param cached what is there but must not be served as it is */
    record Miss(CacheMetrics.MissReason reason, Optional<CachedResponse> cached) implements CacheLookup {}
}
