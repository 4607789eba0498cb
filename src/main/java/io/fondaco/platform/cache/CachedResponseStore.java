package io.fondaco.platform.cache;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.infinispan.AdvancedCache;
import org.infinispan.context.Flag;
import org.jspecify.annotations.Nullable;

/** The answers that this pod keeps, and its knowledge of what does not exist. */
@ApplicationScoped
class CachedResponseStore {
    private static final double JITTER = 0.2;

    /** From this part of its life on an answer is made anew while it is still served. */
    private static final double REFRESH_AHEAD_FRACTION = 0.8;

    private final InfinispanCaches container;
    private final CacheSettings settings;

    CachedResponseStore(InfinispanCaches container, CacheSettings settings) {
        this.container = container;
        this.settings = settings;
    }

    /** Kept and not expired; whether it still holds is for {@link InvalidationIndex} to say. */
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
        CachedResponse answer = new CachedResponse(bytes);
        return answer.isExpired(System.nanoTime()) ? null : answer;
    }

    /** Counting is done where a hit is known to be one. */
    private static AdvancedCache<String, byte[]> withoutStatistics(AdvancedCache<String, byte[]> cache) {
        return cache.withFlags(Flag.SKIP_STATISTICS);
    }

    /** How long an answer of this kind lives that is made now. */
    CachedResponse.Lifetime newLifetime(boolean absent) {
        Duration longest = absent ? settings.absentTimeToLive() : settings.timeToLive();
        double share = 1 - ThreadLocalRandom.current().nextDouble(JITTER);
        long now = System.nanoTime();
        long nanos = (long) (longest.toNanos() * share);
        return new CachedResponse.Lifetime(now + (long) (nanos * REFRESH_AHEAD_FRACTION), now + nanos);
    }

    /** @return whether there was room for it */
    boolean put(String key, CachedResponse answer) {
        InfinispanCaches.StartedCaches startedCaches = container.getOrNull();
        if (startedCaches == null || answer.bytes().length > settings.maxAnswerBytes()) {
            return false;
        }
        if (answer.isNotFound()) {
            startedCaches.responses().withFlags(Flag.IGNORE_RETURN_VALUES).remove(key);
            putEntry(startedCaches.negativeEntries(), key, answer, settings.absentTimeToLive());
        } else {
            startedCaches.negativeEntries().withFlags(Flag.IGNORE_RETURN_VALUES).remove(key);
            putEntry(startedCaches.responses(), key, answer, settings.timeToLive());
        }
        return true;
    }

    private static void putEntry(
            AdvancedCache<String, byte[]> cache, String key, CachedResponse answer, Duration longest) {
        cache.withFlags(Flag.IGNORE_RETURN_VALUES).put(key, answer.bytes(), longest.toMillis(), TimeUnit.MILLISECONDS);
    }
}
