package io.fondaco.platform.cache;

import io.fondaco.platform.topology.WalSample;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;

/** {@code cache.invalidation}: written by who changes something, in the same transaction; read by every pod. */
@ApplicationScoped
class InvalidationLog {
    /** Beyond every transaction, so that only the horizon is read. */
    static final String MAX_XID = "18446744073709551615";

    private static final int MAX_TAGS_PER_ROW = 4_000;

    /** Three statements in one round trip, each with a snapshot of its own, in this order. */
    private static final String READ = """
            %1$s;
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
                   (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock, i.id, i.tags,
                   i.xid >= pg_snapshot_xmin(pg_current_snapshot()) AS unsettled
              FROM (SELECT) AS once LEFT JOIN cache.invalidation i ON i.xid >= ?::xid8
             ORDER BY i.xid, i.id LIMIT ?;
            %1$s
            """.formatted(WalSample.QUERY);

    private final EntityManager entities;

    InvalidationLog(EntityManager entities) {
        this.entities = entities;
    }

    /** Writes down what the transaction in hand changes; one statement. */
    List<Long> append(List<Long> tags) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO cache.invalidation (tags)
                    SELECT array_agg(tag)
                      FROM unnest(?::bigint[]) WITH ORDINALITY AS t (tag, n) GROUP BY n / ?
                    RETURNING id
                    """)) {
                insert.setArray(1, connection.createArrayOf("bigint", tags.toArray()));
                insert.setInt(2, MAX_TAGS_PER_ROW);
                try (ResultSet rows = insert.executeQuery()) {
                    List<Long> ids = new ArrayList<>();
                    while (rows.next()) {
                        ids.add(rows.getLong(1));
                    }
                    return ids;
                }
            }
        });
    }

    /**
     * A row of the log.
     *
     * @param mayReappear whether the next look may show it again
     */
    record LogRow(long id, List<Long> tags, boolean mayReappear) {}

    /**
     * What a look at the log shows.
     *
     * @param walBefore where the server stood before the look: its {@link WalSample#visibleLowerBound} is all in the rows
     * @param walAfter where it stood after it: at or past the commit of every row
     * @param xminHorizon transactions below it never change again
     * @param clockMillis the server's clock
     */
    record LogRead(WalSample walBefore, WalSample walAfter, String xminHorizon, long clockMillis, List<LogRow> rows) {}

    /**
     * @param since the horizon of the look before, or {@link #MAX_XID}
     * @param most rows
     */
    static LogRead read(Connection connection, String since, int most) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(READ)) {
            look.setString(1, since);
            look.setInt(2, most);
            look.execute();
            WalSample before = readWalSample(look);
            String horizon = "";
            long clock = 0;
            List<LogRow> rows = new ArrayList<>();
            look.getMoreResults();
            try (ResultSet row = look.getResultSet()) {
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
            look.getMoreResults();
            return new LogRead(before, readWalSample(look), horizon, clock, List.copyOf(rows));
        }
    }

    private static WalSample readWalSample(PreparedStatement look) throws SQLException {
        try (ResultSet row = look.getResultSet()) {
            if (!row.next()) {
                throw new SQLException("The server does not say where it stands", "02000");
            }
            return WalSample.read(row);
        }
    }

    /** Deletes what every pod has seen, or has ceased to rely on. */
    @Transactional
    int prune(Duration retention) {
        return entities.createNativeQuery("""
                        DELETE FROM cache.invalidation
                         WHERE published_at < now() - make_interval(secs => :seconds)
                        """)
                .setParameter("seconds", (double) retention.toSeconds())
                .executeUpdate();
    }
}
