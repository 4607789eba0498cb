package io.fondaco.platform.cache;

import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.topology.WalSample;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The table {@code cache.invalidation}: written in the changing transaction, read by every pod. */
@ApplicationScoped
class InvalidationLog {
    /** Above every transaction id, so that only the horizon is read. */
    static final String MAX_XID = "18446744073709551615";

    private static final int MAX_TAGS_PER_ROW = 4_000;

    /** Three statements in one round trip, each with its own snapshot, in this order. */
    private static final String READ = """
            %1$s;
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
                   (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock, i.id, i.tags,
                   i.xid >= pg_snapshot_xmin(pg_current_snapshot()) AS unsettled
              FROM (SELECT) AS once LEFT JOIN cache.invalidation i ON i.xid >= ?::xid8
             ORDER BY i.xid, i.id LIMIT ?;
            %1$s
            """.formatted(WalSample.QUERY);

    private static final String UNCHANGED = """
            SELECT %s = :timeline
                   AND NOT EXISTS (SELECT FROM cache.invalidation
                                    WHERE xid >= cast(:horizon AS xid8) AND tags && cast(:tags AS bigint[]))
            """.formatted(WalSample.PRIMARY_TIMELINE);

    private final Sql sql;

    InvalidationLog(Sql sql) {
        this.sql = sql;
    }

    private record IdRow(long id) {}

    private record UnchangedRow(boolean unchanged) {}

    /** Records the tags that the current transaction changes; one statement. */
    List<Long> append(List<Long> tags) {
        return sql
                .query("""
                        INSERT INTO cache.invalidation (tags)
                        SELECT array_agg(tag)
                          FROM unnest(cast(:tags AS bigint[])) WITH ORDINALITY AS t (tag, n) GROUP BY n / :rowSize
                        RETURNING id
                        """, IdRow.class)
                .setParameter("tags", tags.toArray(Long[]::new))
                .setParameter("rowSize", MAX_TAGS_PER_ROW)
                .getResultList()
                .stream()
                .map(IdRow::id)
                .toList();
    }

    /**
     * Whether no transaction at or above the horizon has changed the tags, as far as this statement sees. Run it in a
     * transaction on the primary. One statement.
     *
     * @param xminHorizon of a read of the log
     * @param timeline of the server of that read; on another one transaction ids mean other transactions
     */
    boolean isUnchangedSince(String xminHorizon, int timeline, Collection<Long> tags) {
        return sql.query(UNCHANGED, UnchangedRow.class)
                .setParameter("timeline", timeline)
                .setParameter("horizon", xminHorizon)
                .setParameter("tags", tags.toArray(Long[]::new))
                .getSingleResult()
                .unchanged();
    }

    /**
     * A row of the log.
     *
     * @param mayReappear whether the next read may return it again
     */
    record LogRow(long id, List<Long> tags, boolean mayReappear) {}

    /**
     * The result of a read of the log.
     *
     * @param walBefore the server's WAL position before the read: the rows contain everything up to its {@link
     *     WalSample#visibleLowerBound}
     * @param walAfter the server's WAL position after the read: at or past the commit of every row
     * @param xminHorizon all transactions below it have ended
     * @param clockMillis the server's clock
     */
    record LogRead(WalSample walBefore, WalSample walAfter, String xminHorizon, long clockMillis, List<LogRow> rows) {}

    /**
     * @param since the horizon of the previous read, or {@link #MAX_XID}
     * @param maxRows maximum number of rows
     */
    static LogRead read(Connection connection, String since, int maxRows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, since);
            statement.setInt(2, maxRows);
            statement.execute();
            WalSample before = readWalSample(statement);
            String horizon = "";
            long clock = 0;
            List<LogRow> rows = new ArrayList<>();
            statement.getMoreResults();
            try (ResultSet row = statement.getResultSet()) {
                while (row.next()) {
                    horizon = row.getString("horizon");
                    clock = row.getLong("clock");
                    long id = row.getLong("id");
                    if (!row.wasNull()) {
                        rows.add(new LogRow(
                                id, List.of((Long[]) row.getArray("tags").getArray()), row.getBoolean("unsettled")));
                    }
                }
            }
            statement.getMoreResults();
            return new LogRead(before, readWalSample(statement), horizon, clock, List.copyOf(rows));
        }
    }

    private static WalSample readWalSample(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.getResultSet()) {
            if (!row.next()) {
                throw new SQLException("The server did not report its WAL position", "02000");
            }
            return WalSample.read(row);
        }
    }

    /** Deletes rows that every pod has read, or no longer relies on. */
    @Transactional
    int prune(Duration retention) {
        return sql.update("""
                        DELETE FROM cache.invalidation
                         WHERE published_at < now() - make_interval(secs => :seconds)
                        """).setParameter("seconds", Seconds.of(retention)).executeUpdate();
    }
}
