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
 * later and for certain. Each is marked once. What the log has shown is marked when {@link #shown} returns, whoever was
 * just telling of it too: only then may it be said that this pod has heard of all changes up to there.
 */
final class HeardChanges {
    /** The log shows everything long before. */
    private static final long TOLD_NANOS = Duration.ofMinutes(2).toNanos();

    private final Marks marks;

    /** Rows that were told by who wrote them, before the log showed them; by when. */
    private final Map<Long, Long> told = new HashMap<>();

    /** Rows that the last look showed, and the next may show again. */
    private Set<Long> unsettled = Set.of();

    HeardChanges(Marks marks) {
        this.marks = marks;
    }

    /** By its writer, this pod or another. */
    synchronized void told(Change change) {
        long now = System.nanoTime();
        change.ids().forEach(id -> told.put(id, now));
        marks.changed(change.tags(), change.at());
    }

    /** Begins anew: what was read before this position is true no more. */
    synchronized void begin(Position floor) {
        marks.restart(floor);
        told.clear();
        unsettled = Set.of();
    }

    /**
     * By the log.
     *
     * @param at at or past the commit of every row
     * @param sameServer as showed the rows before: one may show a commit before another, so what a replica showed is placed
     *     again when the primary shows it
     * @return how many tags were not marked yet
     */
    synchronized int shown(List<ChangeLog.Row> rows, Position at, boolean sameServer) {
        Set<Long> before = sameServer ? unsettled : Set.of();
        Set<Long> now = new HashSet<>();
        int marked = 0;
        for (ChangeLog.Row row : rows) {
            if (!before.contains(row.id()) && told.remove(row.id()) == null) {
                marks.changed(row.tags(), at);
                marked += row.tags().size();
            }
            if (row.unsettled()) {
                now.add(row.id());
            }
        }
        unsettled = now;
        long time = System.nanoTime();
        told.values().removeIf(when -> time - when > TOLD_NANOS);
        return marked;
    }
}
