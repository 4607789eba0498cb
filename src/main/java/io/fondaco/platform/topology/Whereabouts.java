package io.fondaco.platform.topology;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Where a server stands, asked in the midst of other statements on one of its connections.
 *
 * @param recovering whether it is a replica
 * @param position a primary's: up to where its log is on disk; a replica's: up to where it has replayed
 */
public record Whereabouts(boolean recovering, Position position) {
    /** The question: one row, which {@link #read} understands. */
    public static final String SQL = Sampler.SAMPLE;

    /** The row that the result set stands on. */
    public static Whereabouts read(ResultSet row) throws SQLException {
        return new Whereabouts(row.getBoolean("recovering"), new Position(row.getInt("timeline"), row.getLong("lsn")));
    }

    /** What every statement sees that is sent there from now on: a lower bound. */
    public Position visible() {
        return recovering ? position : position.justBefore();
    }
}
