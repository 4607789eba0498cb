package io.fondaco.platform.topology;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Where a server stands, asked in the midst of other statements on one of its connections.
 *
 * @param inRecovery whether it is a replica
 * @param position a primary's: up to where its log is on disk; a replica's: up to where it has replayed
 */
public record WalSample(boolean inRecovery, Position position) {
    /** The question: one row, which {@link #read} understands. */
    public static final String QUERY = NodeMonitor.STATUS_SQL;

    /** The row that the result set stands on. */
    public static WalSample read(ResultSet row) throws SQLException {
        return new WalSample(row.getBoolean("recovering"), new Position(row.getInt("timeline"), row.getLong("lsn")));
    }

    /** What every statement sees that is sent there from now on: a lower bound. */
    public Position visibleLowerBound() {
        return inRecovery ? position : position.justBefore();
    }
}
