package io.fondaco.platform.topology;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A server's WAL position, queried between other statements on one of its connections.
 *
 * @param inRecovery whether it is a replica
 * @param position on a primary the position up to which its WAL is on disk; on a replica the position up to which it
 *     has replayed
 */
public record WalSample(boolean inRecovery, Position position) {
    /** The query; it returns one row, which {@link #read} reads. */
    public static final String QUERY = NodeMonitor.STATUS_SQL;

    /** SQL for the timeline of a primary; it fails on a replica. */
    public static final String PRIMARY_TIMELINE = NodeMonitor.TIMELINE_SQL;

    /** Reads the current row of the result set. */
    public static WalSample read(ResultSet row) throws SQLException {
        return new WalSample(row.getBoolean("recovering"), new Position(row.getInt("timeline"), row.getLong("lsn")));
    }

    /** The lower bound of what every statement sees that is sent there from now on. */
    public Position visibleLowerBound() {
        return inRecovery ? position : position.justBefore();
    }
}
