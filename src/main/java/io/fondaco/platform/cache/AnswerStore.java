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
class AnswerStore {
    private static final double JITTER = 0.2;

    /** From this part of its life on an answer is made anew while it is still served. */
    private static final double REFRESH = 0.8;

    private final CacheContainer container;
    private final CacheSettings settings;

    AnswerStore(CacheContainer container, CacheSettings settings) {
        this.container = container;
        this.settings = settings;
    }

    /** Kept and not expired; whether it still holds is for {@link Marks} to say. */
    @Nullable
    StoredAnswer get(String key) {
        CacheContainer.Caches caches = container.getNow();
        if (caches == null) {
            return null;
        }
        byte[] bytes = quietly(caches.answers()).get(key);
        if (bytes == null) {
            bytes = quietly(caches.absences()).get(key);
        }
        if (bytes == null) {
            return null;
        }
        StoredAnswer answer = new StoredAnswer(bytes);
        return answer.isExpired(System.nanoTime()) ? null : answer;
    }

    /** Counting is done where a hit is known to be one. */
    private static AdvancedCache<String, byte[]> quietly(AdvancedCache<String, byte[]> cache) {
        return cache.withFlags(Flag.SKIP_STATISTICS);
    }

    /** How long an answer of this kind lives that is made now. */
    StoredAnswer.Life life(boolean absent) {
        Duration longest = absent ? settings.absentTimeToLive() : settings.timeToLive();
        double share = 1 - ThreadLocalRandom.current().nextDouble(JITTER);
        long now = System.nanoTime();
        long nanos = (long) (longest.toNanos() * share);
        return new StoredAnswer.Life(now + (long) (nanos * REFRESH), now + nanos);
    }

    /** @return whether there was room for it */
    boolean put(String key, StoredAnswer answer) {
        CacheContainer.Caches caches = container.getNow();
        if (caches == null || answer.bytes().length > settings.maxAnswerBytes()) {
            return false;
        }
        if (answer.isAbsent()) {
            caches.answers().withFlags(Flag.IGNORE_RETURN_VALUES).remove(key);
            keep(caches.absences(), key, answer, settings.absentTimeToLive());
        } else {
            caches.absences().withFlags(Flag.IGNORE_RETURN_VALUES).remove(key);
            keep(caches.answers(), key, answer, settings.timeToLive());
        }
        return true;
    }

    private static void keep(AdvancedCache<String, byte[]> cache, String key, StoredAnswer answer, Duration longest) {
        cache.withFlags(Flag.IGNORE_RETURN_VALUES).put(key, answer.bytes(), longest.toMillis(), TimeUnit.MILLISECONDS);
    }
}
