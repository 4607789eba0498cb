package io.fondaco.platform.topology;

/**
 * A WAL position: the timeline, which a promotion raises, and the LSN in bytes. Positions are ordered by timeline
 * first: a server that has replayed anything of the newer timeline has replayed everything of the older one that
 * survived the promotion.
 */
public record Position(int timeline, long lsn) implements Comparable<Position> {
    /** Before every other position. */
    public static final Position START = new Position(0, 0);

    public Position {
        if (timeline < 0 || lsn < 0) {
            throw new IllegalArgumentException("Negative position: timeline %d, LSN %d".formatted(timeline, lsn));
        }
    }

    /**
     * Returns a position after everything that the timeline will ever contain. It is used if the real position of a
     * write or read is unknown.
     */
    public static Position endOfTimeline(int timeline) {
        return new Position(timeline, Long.MAX_VALUE);
    }

    /**
     * Returns the position just before this one: the lower bound of what a read on the primary sees if this position
     * was taken before the read. A commit is on disk a moment before it is visible, so a commit that ends exactly at
     * this position may be missed. A position that is taken after that commit became visible is equal to this one or
     * greater.
     */
    public Position justBefore() {
        return lsn == 0 ? START : new Position(timeline, lsn - 1);
    }

    /** Whether a server at this position has everything that was written up to the other position. */
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

    /** Formats the LSN as Postgres does, after the timeline: {@code 2@0/16B3740}. */
    @Override
    public String toString() {
        return "%d@%X/%X".formatted(timeline, lsn >>> 32, lsn & 0xFFFFFFFFL);
    }
}
