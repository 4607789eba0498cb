package io.fondaco.platform.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fondaco.platform.topology.Position;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Objects that this pod keeps in memory because many requests need them and few transactions change them, such as the
 * variants that carts sell. Like a cached response, an object is stale as soon as one of its tags is invalidated by a
 * later position than it was read at. {@link ObjectCaches} reads it.
 *
 * <p>A change of the database that publishes no invalidation, such as one by hand, is seen after {@link #MAX_AGE}.
 *
 * @param <K> key, with equality by value
 * @param <V> immutable
 */
public final class ObjectCache<K, V> {
    /** How long an object is kept, even if it is not invalidated. */
    static final Duration MAX_AGE = Duration.ofMinutes(5);

    private final Cache<K, Entry<V>> entries;

    /** @param maxEntries the least used are evicted first */
    public ObjectCache(int maxEntries) {
        this.entries = Caffeine.newBuilder()
                .maximumSize(maxEntries)
                .expireAfterWrite(MAX_AGE)
                .build();
    }

    /**
     * A loaded object.
     *
     * @param tags of all data that it is built from; an object without tags is not cached
     */
    public record Loaded<V>(V value, Set<CacheTag> tags) {
        public Loaded {
            tags = Set.copyOf(tags);
        }
    }

    @Nullable
    Entry<V> get(K key) {
        return entries.getIfPresent(key);
    }

    void put(K key, Loaded<V> loaded, Position lowerBound) {
        if (!loaded.tags().isEmpty()) {
            entries.put(key, new Entry<>(loaded.value(), CacheTag.hashes(loaded.tags()), lowerBound));
        }
    }

    /** A cached object with the position that it was read at. */
    static final class Entry<V> implements InvalidationIndex.Judged {
        private final V value;
        private final List<Long> tags;
        private final Position lowerBound;
        private volatile long freshAtVersion = InvalidationIndex.NO_VERSION;

        private Entry(V value, List<Long> tags, Position lowerBound) {
            this.value = value;
            this.tags = tags;
            this.lowerBound = lowerBound;
        }

        V value() {
            return value;
        }

        Collection<Long> tags() {
            return tags;
        }

        @Override
        public int tagCount() {
            return tags.size();
        }

        @Override
        public long tag(int index) {
            return tags.get(index);
        }

        @Override
        public Position lowerBound() {
            return lowerBound;
        }

        @Override
        public boolean isKnownFresh(long version) {
            return freshAtVersion == version;
        }

        @Override
        public void markFresh(long version) {
            freshAtVersion = version;
        }
    }
}
