package io.fondaco.platform.cache;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.infinispan.AdvancedCache;
import org.infinispan.context.Flag;
import org.jspecify.annotations.Nullable;

/** The cached responses and negative entries of this pod. */
@ApplicationScoped
class CachedResponseStore {
    private static final double JITTER = 0.2;

    /** After this fraction of its lifetime a response is reloaded while it is still served. */
    private static final double REFRESH_AHEAD_FRACTION = 0.8;

    /** Lifetime of a negative entry; each gets up to a fifth less, at random. */
    private static final Duration NEGATIVE_TIME_TO_LIVE = Duration.ofMinutes(1);

    /** A response larger than this, including its compressed form, is not cached. */
    private static final int MAX_RESPONSE_BYTES = 1 << 20;

    private final InfinispanCaches container;
    private final CacheSettings settings;

    CachedResponseStore(InfinispanCaches container, CacheSettings settings) {
        this.container = container;
        this.settings = settings;
    }

    /** The entry if it exists and is not expired; {@link InvalidationIndex} says whether it is fresh. */
    @Nullable
    CachedResponse get(String key) {
        InfinispanCaches.StartedCaches startedCaches = container.getOrNull();
        if (startedCaches == null) {
            return null;
        }
        byte[] bytes = withoutStatistics(startedCaches.responses()).get(key);
        if (bytes == null) {
            bytes = withoutStatistics(startedCaches.negativeEntries()).get(key);
        }
        if (bytes == null) {
            return null;
        }
        CachedResponse cached = new CachedResponse(bytes);
        return cached.isExpired(System.nanoTime()) ? null : cached;
    }

    /** Hits are counted where they are known to be fresh. */
    private static AdvancedCache<String, byte[]> withoutStatistics(AdvancedCache<String, byte[]> cache) {
        return cache.withFlags(Flag.SKIP_STATISTICS);
    }

    /** The lifetime of an entry that is loaded now; it ends with the validity of its content. */
    CachedResponse.Lifetime newLifetime(CacheableResponse content) {
        Duration maxLifetime = content.isNotFound() ? NEGATIVE_TIME_TO_LIVE : settings.timeToLive();
        double share = 1 - ThreadLocalRandom.current().nextDouble(JITTER);
        long now = System.nanoTime();
        long nanos = (long) (maxLifetime.toNanos() * share);
        long validNanos = content.validUntil()
                .map(end -> remainingNanos(end, maxLifetime))
                .orElse(nanos);
        // Reloading a response before the end of its validity would not change that end.
        return new CachedResponse.Lifetime(
                now + Math.min(validNanos, (long) (nanos * REFRESH_AHEAD_FRACTION)), now + Math.min(validNanos, nanos));
    }

    private static long remainingNanos(Instant end, Duration maxLifetime) {
        Duration remaining = Duration.between(Instant.now(), end);
        return remaining.compareTo(maxLifetime) > 0 ? maxLifetime.toNanos() : remaining.toNanos();
    }

    /** @return false if the cache has not started or the response is too large */
    boolean put(String key, CachedResponse cached) {
        InfinispanCaches.StartedCaches startedCaches = container.getOrNull();
        if (startedCaches == null || cached.bytes().length > MAX_RESPONSE_BYTES) {
            return false;
        }
        if (cached.isNotFound()) {
            startedCaches.responses().withFlags(Flag.IGNORE_RETURN_VALUES).remove(key);
            putEntry(startedCaches.negativeEntries(), key, cached, NEGATIVE_TIME_TO_LIVE);
        } else {
            startedCaches.negativeEntries().withFlags(Flag.IGNORE_RETURN_VALUES).remove(key);
            putEntry(startedCaches.responses(), key, cached, settings.timeToLive());
        }
        return true;
    }

    private static void putEntry(
            AdvancedCache<String, byte[]> cache, String key, CachedResponse cached, Duration maxLifetime) {
        cache.withFlags(Flag.IGNORE_RETURN_VALUES)
                .put(key, cached.bytes(), maxLifetime.toMillis(), TimeUnit.MILLISECONDS);
    }
}
