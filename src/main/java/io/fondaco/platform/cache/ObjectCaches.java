package io.fondaco.platform.cache;

import io.fondaco.platform.cache.InvalidationLogReader.ReadProgress;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.database.PositionedReads;
import io.fondaco.platform.database.PositionedReads.BoundedResult;
import io.fondaco.platform.topology.Position;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads objects through {@link ObjectCache}s. What a request shows may come from the cache as a cached response may: it
 * is not older than the caller's consistency token, and without a token at most {@link CacheSettings#maxLogAge} old.
 * What a transaction decides must not be older than the transaction, so it calls {@link CachedReads#areCurrent} and
 * reads from the database if they are not.
 */
@ApplicationScoped
public class ObjectCaches {
    private final CacheSettings settings;
    private final InvalidationLogReader logReader;
    private final InvalidationLog log;
    private final PositionedReads reads;

    ObjectCaches(CacheSettings settings, InvalidationLogReader logReader, InvalidationLog log, PositionedReads reads) {
        this.settings = settings;
        this.logReader = logReader;
        this.log = log;
        this.reads = reads;
    }

    /** Begins to read for one computation. While the log is not read often enough, this is {@link #uncached}. */
    public CachedReads begin() {
        if (!settings.enabled() || !settings.checkPositions()) {
            return uncached();
        }
        logReader.awaitCurrentLog();
        return new CachedReads(logReader.recentProgress(System.nanoTime()));
    }

    /** Reads everything from the database, on the route of the current request. */
    public CachedReads uncached() {
        return new CachedReads(Optional.empty());
    }

    /** The reads of one computation. Not for concurrent use. */
    public final class CachedReads {
        /** From before the first entry is judged, so that no invalidation is between the judgement and the proof. */
        private final Optional<ReadProgress> progress;

        private final Set<Long> cachedTags = new HashSet<>();

        private CachedReads(Optional<ReadProgress> progress) {
            this.progress = progress;
        }

        /**
         * The objects with these keys, from the cache where possible.
         *
         * @param loader loads the objects with these keys from the database; keys without an object are missing from
         *     its result, and are not cached
         */
        public <K, V> Map<K, V> getAll(
                ObjectCache<K, V> cache, Collection<K> keys, Function<List<K>, Map<K, Loaded<V>>> loader) {
            Map<K, V> found = new HashMap<>();
            List<K> missing = new ArrayList<>();
            for (K key : keys) {
                ObjectCache.Entry<V> entry = cache.get(key);
                if (entry != null && mayBeUsed(entry)) {
                    found.put(key, entry.value());
                    cachedTags.addAll(entry.tags());
                } else {
                    missing.add(key);
                }
            }
            if (!missing.isEmpty()) {
                BoundedResult<Map<K, Loaded<V>>> loaded = reads.readWithLowerBound(() -> loader.apply(missing));
                loaded.value().forEach((key, object) -> {
                    found.put(key, object.value());
                    if (progress.isPresent()) {
                        cache.put(key, object, loaded.lowerBound());
                    }
                });
            }
            return found;
        }

        /** As {@link #getAll}, for one key. */
        public <K, V> Optional<V> get(ObjectCache<K, V> cache, K key, Function<K, Loaded<V>> loader) {
            return Optional.ofNullable(getAll(cache, List.of(key), _ -> Map.of(key, loader.apply(key)))
                    .get(key));
        }

        private boolean mayBeUsed(ObjectCache.Entry<?> entry) {
            if (progress.isEmpty() || !logReader.index().isFresh(entry)) {
                return false;
            }
            Position known = entry.lowerBound().max(progress.get().position());
            return reads.token().map(known::isAtOrAfter).orElse(true);
        }

        /**
         * Whether all objects that came from the cache are what the current transaction would read now. One statement
         * on the primary; none if nothing came from the cache. It may say no although nothing has changed since: until
         * the next read of the log after a change, and while a transaction runs that is older than a change.
         */
        public boolean areCurrent() {
            return cachedTags.isEmpty()
                    || progress.filter(
                                    before -> log.isUnchangedSince(before.xminHorizon(), before.timeline(), cachedTags))
                            .isPresent();
        }
    }
}
