package io.fondaco.platform.topology;

/**
 * What a server said of itself.
 *
 * @param inRecovery whether it is a replica
 * @param position a primary's: up to where its log is on disk, and so past every commit that has been answered. A
 *     replica's: up to where it has replayed, on the timeline that the heartbeat it has replayed was written on (0 when
 *     it has replayed none)
 * @param visibleUpperBound past everything that a statement can have seen there: a primary's end of log, on disk or not yet, for a
 *     commit that does not wait for the disk is seen before it has a place there; a replica's position
 * @param heartbeatMillis the last heartbeat it has, in milliseconds since 1970 by the primary's clock; 0 for none
 * @param systemIdentifier which database cluster it belongs to
 */
record NodeStatus(
        boolean inRecovery,
        Position position,
        Position visibleUpperBound,
        long heartbeatMillis,
        long systemIdentifier) {}
