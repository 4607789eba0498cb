package io.fondaco.platform.topology;

/**
 * The status that a server reported.
 *
 * @param inRecovery whether it is a replica
 * @param position on a primary the position up to which its WAL is on disk, at or past every commit that was confirmed
 *     to a client. On a replica the position up to which it has replayed, on the timeline in the replayed heartbeat (0
 *     if it has replayed none)
 * @param visibleUpperBound at or past everything that a statement can have seen there. On a primary the end of its WAL,
 *     on disk or not, because an asynchronous commit is visible before it is on disk; on a replica its position
 * @param heartbeatMillis the last heartbeat it has, in milliseconds since 1970 by the primary's clock; 0 for none
 * @param systemIdentifier the database cluster that it belongs to
 */
record NodeStatus(
        boolean inRecovery,
        Position position,
        Position visibleUpperBound,
        long heartbeatMillis,
        long systemIdentifier) {}
