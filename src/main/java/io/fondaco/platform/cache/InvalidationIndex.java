package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last known WAL position at which each tag was invalidated. A response that was read before an invalidation of one
 * of its tags is stale, whether it was stored before this pod received the invalidation or is stored afterwards.
 *
 * <p>Bounded: evicting the oldest entry raises the floor; anything read below the floor counts as stale.
 */
final class InvalidationIndex {
    /** Not a version. */
    static final long NO_VERSION = -1;

    private final int maxEntries;
    private final Map<Long, Position> invalidatedAt = new ConcurrentHashMap<>();
    private final ArrayDeque<IndexEntry> evictionOrder = new ArrayDeque<>();
    /**
     * Increases with each invalidation: a response found fresh at a version need not be checked again until it changes.
     */
    private volatile long version;

    private volatile Position floor = Position.endOfTimeline(Integer.MAX_VALUE);

    private record IndexEntry(Long tag, Position position) {}

    /** Something cached that an invalidation can make stale. */
    interface Judged {
        int tagCount();

        /** The hash of a tag. */
        long tag(int index);

        /** It contains everything that was written up to this position. */
        Position lowerBound();

        /**
         * Whether it was found fresh at this version of the index. A thread that misses another thread's note just
         * checks again.
         */
        boolean isKnownFresh(long version);

        void markFresh(long version);
    }

    /** @param maxEntries how many invalidations are kept */
    InvalidationIndex(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /** @param position at or past the commit that changed the tags */
    synchronized void invalidate(Collection<Long> tags, Position position) {
        for (Long tag : tags) {
            invalidatedAt.merge(tag, position, Position::max);
            evictionOrder.addLast(new IndexEntry(tag, position));
        }
        while (evictionOrder.size() > maxEntries) {
            evict(evictionOrder.removeFirst());
        }
        version++;
    }

    private void evict(IndexEntry oldest) {
        Position last = invalidatedAt.get(oldest.tag());
        if (last != null && oldest.position().isAtOrAfter(last)) {
            floor = floor.max(last);
            invalidatedAt.remove(oldest.tag());
        }
    }

    /** Starts again: everything read before this position is stale, and earlier invalidations are forgotten. */
    synchronized void reset(Position position) {
        floor = position;
        invalidatedAt.clear();
        evictionOrder.clear();
        version++;
    }

    /** Whether no invalidation is known that makes it stale. */
    boolean isFresh(Judged cached) {
        // Read the version first: an invalidation during the check changes it, and then the note below is void.
        long currentVersion = version;
        if (cached.isKnownFresh(currentVersion)) {
            return true;
        }
        boolean fresh = isNotInvalidated(cached);
        if (fresh) {
            cached.markFresh(currentVersion);
        }
        return fresh;
    }

    private boolean isNotInvalidated(Judged cached) {
        Position readAt = cached.lowerBound();
        // Read the floor last: it is raised before an entry is removed, so a check that misses the entry sees the new
        // floor.
        for (int i = 0; i < cached.tagCount(); i++) {
            Position last = invalidatedAt.get(cached.tag(i));
            if (last != null && !readAt.isAtOrAfter(last)) {
                return false;
            }
        }
        return readAt.isAtOrAfter(floor);
    }

    /** The position that a read of these tags must have reached; empty if no invalidation of them is known. */
    Optional<Position> latestInvalidation(Collection<Long> tags) {
        Position latest = Position.START;
        for (Long tag : tags) {
            latest = latest.max(invalidatedAt.getOrDefault(tag, Position.START));
        }
        return latest.equals(Position.START) ? Optional.empty() : Optional.of(latest);
    }

    Position floor() {
        return floor;
    }

    int size() {
        return invalidatedAt.size();
    }
}
