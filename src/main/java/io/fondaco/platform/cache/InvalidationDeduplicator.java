package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Applies invalidations to the index. Most arrive twice: as a message, immediately but without guarantee, and from the
 * log, later and guaranteed. Each is applied once. Every row of the log is in the index when {@link #applyLogRows}
 * returns, even if its message arrives at the same time: only then may the applied position advance.
 */
final class InvalidationDeduplicator {
    /** Longer than the log takes to deliver any row. */
    private static final long RECEIVED_RETENTION_NANOS = Duration.ofMinutes(2).toNanos();

    private final InvalidationIndex index;

    /** Rows whose message arrived before the log showed them, with the time of arrival. */
    private final Map<Long, Long> receivedRowIds = new HashMap<>();

    /** Rows of the last read that the next read may return again. */
    private Set<Long> reappearingRowIds = Set.of();

    InvalidationDeduplicator(InvalidationIndex invalidationIndex) {
        this.index = invalidationIndex;
    }

    /** An invalidation from the writer of the change, this pod or another. */
    synchronized void applyMessage(Invalidation invalidation) {
        long now = System.nanoTime();
        invalidation.rowIds().forEach(id -> receivedRowIds.put(id, now));
        index.invalidate(invalidation.tags(), invalidation.position());
    }

    /** Starts again: everything read before this position is stale. */
    synchronized void reset(Position floor) {
        index.reset(floor);
        receivedRowIds.clear();
        reappearingRowIds = Set.of();
    }

    /**
     * Rows of the invalidation log.
     *
     * @param position at or past the commit of every row
     * @param sameServer whether the rows come from the same server as the rows before: a replica may show a commit
     *     earlier than another server, so rows that a replica showed are applied again when the primary shows them
     * @return the number of newly invalidated tags
     */
    synchronized int applyLogRows(List<InvalidationLog.LogRow> rows, Position position, boolean sameServer) {
        Set<Long> alreadyApplied = sameServer ? reappearingRowIds : Set.of();
        Set<Long> mayReappear = new HashSet<>();
        int invalidated = 0;
        for (InvalidationLog.LogRow logRow : rows) {
            if (!alreadyApplied.contains(logRow.id()) && receivedRowIds.remove(logRow.id()) == null) {
                index.invalidate(logRow.tags(), position);
                invalidated += logRow.tags().size();
            }
            if (logRow.mayReappear()) {
                mayReappear.add(logRow.id());
            }
        }
        reappearingRowIds = mayReappear;
        long now = System.nanoTime();
        receivedRowIds.values().removeIf(when -> now - when > RECEIVED_RETENTION_NANOS);
        return invalidated;
    }
}
