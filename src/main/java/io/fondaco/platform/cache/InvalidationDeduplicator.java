package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The changes that this pod hears of, most of them twice: from who made them, at once and perhaps never, and from the log,
 * later and for certain. Each is marked once. What the log has shown is marked when {@link #applyLogRows} returns, whoever was
 * just telling of it too: only then may it be said that this pod has heard of all changes up to there.
 */
final class InvalidationDeduplicator {
    /** The log shows everything long before. */
    private static final long RECEIVED_RETENTION_NANOS = Duration.ofMinutes(2).toNanos();

    private final InvalidationIndex index;

    /** Rows that were told by who wrote them, before the log showed them; by when. */
    private final Map<Long, Long> receivedRowIds = new HashMap<>();

    /** Rows that the last look showed, and the next may show again. */
    private Set<Long> reappearingRowIds = Set.of();

    InvalidationDeduplicator(InvalidationIndex invalidationIndex) {
        this.index = invalidationIndex;
    }

    /** By its writer, this pod or another. */
    synchronized void applyMessage(Invalidation invalidation) {
        long now = System.nanoTime();
        invalidation.rowIds().forEach(id -> receivedRowIds.put(id, now));
        index.invalidate(invalidation.tags(), invalidation.position());
    }

    /** Begins anew: what was read before this position is true no more. */
    synchronized void reset(Position floor) {
        index.reset(floor);
        receivedRowIds.clear();
        reappearingRowIds = Set.of();
    }

    /**
     * By the log.
     *
     * @param at at or past the commit of every row
     * @param sameServer as showed the rows before: one may show a commit before another, so what a replica showed is placed
     *     again when the primary shows it
     * @return how many tags were not marked yet
     */
    synchronized int applyLogRows(List<InvalidationLog.LogRow> rows, Position at, boolean sameServer) {
        Set<Long> before = sameServer ? reappearingRowIds : Set.of();
        Set<Long> now = new HashSet<>();
        int marked = 0;
        for (InvalidationLog.LogRow logRow : rows) {
            if (!before.contains(logRow.id()) && receivedRowIds.remove(logRow.id()) == null) {
                index.invalidate(logRow.tags(), at);
                marked += logRow.tags().size();
            }
            if (logRow.mayReappear()) {
                now.add(logRow.id());
            }
        }
        reappearingRowIds = now;
        long time = System.nanoTime();
        receivedRowIds.values().removeIf(when -> time - when > RECEIVED_RETENTION_NANOS);
        return marked;
    }
}
