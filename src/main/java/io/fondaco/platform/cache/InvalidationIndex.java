package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Up to where each tag is known to have changed. An answer that was read before a change of one of its tags is not true any
 * more, whether it was kept before this pod heard of the change or is about to be kept after it.
 *
 * <p>Bounded: the oldest mark makes room for a new one, and takes with it all answers that it might have spoken against,
 * by raising the floor, below which nothing is true.
 */
final class InvalidationIndex {
    private final int maxEntries;
    private final Map<Long, Position> invalidatedAt = new ConcurrentHashMap<>();
    private final ArrayDeque<IndexEntry> evictionOrder = new ArrayDeque<>();
    /** Counts what is told, so that an answer that was found to hold need not be looked at again until something is. */
    private volatile long version;

    private volatile Position floor = Position.endOfTimeline(Integer.MAX_VALUE);

    private record IndexEntry(Long tag, Position position) {}

    /** @param most how many tags are remembered */
    InvalidationIndex(int most) {
        this.maxEntries = most;
    }

    /** @param at at or past the commit that changed them */
    synchronized void invalidate(Collection<Long> tags, Position at) {
        for (Long tag : tags) {
            invalidatedAt.merge(tag, at, Position::max);
            evictionOrder.addLast(new IndexEntry(tag, at));
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

    /** Begins anew: what was read before this position is true no more, and nothing is known of what came before it. */
    synchronized void reset(Position at) {
        floor = at;
        invalidatedAt.clear();
        evictionOrder.clear();
        version++;
    }

    /** Whether nothing is known against it. */
    boolean isFresh(CachedResponse answer) {
        // The state first: what is told meanwhile makes another, and then this finding counts for nothing.
        long now = version;
        if (answer.isKnownFresh(now)) {
            return true;
        }
        boolean holds = isNotInvalidated(answer);
        if (holds) {
            answer.markFresh(now);
        }
        return holds;
    }

    private boolean isNotInvalidated(CachedResponse answer) {
        Position from = answer.lowerBound();
        // The floor last: it is raised before a mark is taken away, so who misses the mark stands on the new floor.
        for (int i = 0; i < answer.tagCount(); i++) {
            Position last = invalidatedAt.get(answer.tag(i));
            if (last != null && !from.isAtOrAfter(last)) {
                return false;
            }
        }
        return from.isAtOrAfter(floor);
    }

    /** Up to where what has these tags must be read; empty when nothing is known against any reading. */
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
