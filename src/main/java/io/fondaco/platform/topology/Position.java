package io.fondaco.platform.topology;

/**
 * A place in the history of the database: the timeline, which a promotion raises, and the place in its write-ahead log
 * (LSN, in bytes). Positions of different timelines are ordered by timeline: who has replayed
 * anything of the newer one has replayed all of the older one that survived the promotion.
 */
public record Position(int timeline, long lsn) implements Comparable<Position> {
    /** Before everything. */
    public static final Position START = new Position(0, 0);

    public Position {
        if (timeline < 0 || lsn < 0) {
            throw new IllegalArgumentException("No position: timeline %d, LSN %d".formatted(timeline, lsn));
        }
    }

    /** After everything that the timeline will ever hold: for a write that is done but whose place could not be learnt. */
    public static Position endOfTimeline(int timeline) {
        return new Position(timeline, Long.MAX_VALUE);
    }

    /**
     * The place just before this one: what a reader of the primary has for certain that took this position before it
     * read. A commit is on disk a moment before it can be seen, so one that ends exactly here may have been missed; any
     * position taken after it could be seen, and before a byte more was written, is equal to this one and not below.
     */
    public Position justBefore() {
        return lsn == 0 ? START : new Position(timeline, lsn - 1);
    }

    /** Whether a server that stands here has what was written up to there. */
    public boolean isAtOrAfter(Position other) {
        return compareTo(other) >= 0;
    }

    public Position max(Position other) {
        return isAtOrAfter(other) ? this : other;
    }

    @Override
    public int compareTo(Position other) {
        int byTimeline = Integer.compare(timeline, other.timeline);
        return byTimeline == 0 ? Long.compare(lsn, other.lsn) : byTimeline;
    }

    /** As Postgres writes it, the timeline first: {@code 2@0/16B3740}. */
    @Override
    public String toString() {
        return "%d@%X/%X".formatted(timeline, lsn >>> 32, lsn & 0xFFFFFFFFL);
    }
}
