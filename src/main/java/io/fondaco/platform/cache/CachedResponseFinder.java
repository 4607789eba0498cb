package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Finds the cached response that a client may get. It never blocks and never queries a server. */
@ApplicationScoped
class CachedResponseFinder {
    /**
     * One in so many requests for an entry that is close to its expiry reloads it; all others still get the cached
     * response.
     */
    private static final int REFRESHES_ONE_IN = 20;

    private final CachedResponseStore store;
    private final InvalidationLogReader logReader;

    CachedResponseFinder(CachedResponseStore store, InvalidationLogReader logReader) {
        this.store = store;
        this.logReader = logReader;
    }

    /** Whether there is a cached response that a client with this token may get; it may be due for refresh. */
    CacheLookup.Result find(String key, Optional<Position> token) {
        long now = System.nanoTime();
        logReader.beginUse(now);
        CachedResponse cached = store.get(key);
        if (cached == null) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.NOT_CACHED, Optional.empty());
        }
        // Read the applied position before the index: in the other order an invalidation could be applied in between.
        Position applied = logReader.appliedPosition();
        if (!logReader.isUpToDate(now)) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.LOG_READER_BEHIND, Optional.of(cached));
        }
        if (!logReader.index().isFresh(cached)) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.INVALIDATED, Optional.of(cached));
        }
        if (token.isPresent() && !cached.lowerBound().max(applied).isAtOrAfter(token.get())) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.BEHIND_TOKEN, Optional.of(cached));
        }
        return new CacheLookup.Hit(cached);
    }

    /** Whether this request should reload the response instead of being served from the cache; decided randomly. */
    boolean choosesRefresh(CachedResponse cached) {
        return isDueForRefresh(cached) && ThreadLocalRandom.current().nextInt(REFRESHES_ONE_IN) == 0;
    }

    boolean isDueForRefresh(CachedResponse cached) {
        return cached.isDueForRefresh(System.nanoTime());
    }
}
