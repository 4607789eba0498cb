package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Whereabouts;
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
class ChangeLog {
    /** Beyond every transaction, so that only the horizon is read. */
    static final String END = "18446744073709551615";

    private static final int MOST_TAGS_PER_ROW = 4_000;

    /** Three statements in one round trip, each with a snapshot of its own, in this order. */
    private static final String READ = """
            %1$s;
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
                   (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock, i.id, i.tags,
                   i.xid >= pg_snapshot_xmin(pg_current_snapshot()) AS unsettled
              FROM (SELECT) AS once LEFT JOIN cache.invalidation i ON i.xid >= ?::xid8
             ORDER BY i.xid, i.id LIMIT ?;
            %1$s
            """.formatted(Whereabouts.SQL);

    private final EntityManager entities;

    ChangeLog(EntityManager entities) {
        this.entities = entities;
    }

    /** Writes down what the transaction in hand changes; one statement. */
    List<Long> write(List<Long> tags) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO cache.invalidation (tags)
                    SELECT array_agg(tag)
                      FROM unnest(?::bigint[]) WITH ORDINALITY AS t (tag, n) GROUP BY n / ?
                    RETURNING id
                    """)) {
                insert.setArray(1, connection.createArrayOf("bigint", tags.toArray()));
                insert.setInt(2, MOST_TAGS_PER_ROW);
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
     * @param unsettled whether the next look may show it again
     */
    record Row(long id, List<Long> tags, boolean unsettled) {}

    /**
     * What a look at the log shows.
     *
     * @param before where the server stood before the look: its {@link Whereabouts#visible} is all in the rows
     * @param after where it stood after it: at or past the commit of every row
     * @param horizon transactions below it never change again
     * @param clockMillis the server's clock
     */
    record Look(Whereabouts before, Whereabouts after, String horizon, long clockMillis, List<Row> rows) {}

    /**
     * @param since the horizon of the look before, or {@link #END}
     * @param most rows
     */
    static Look read(Connection connection, String since, int most) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(READ)) {
            look.setString(1, since);
            look.setInt(2, most);
            look.execute();
            Whereabouts before = whereabouts(look);
            String horizon = "";
            long clock = 0;
            List<Row> rows = new ArrayList<>();
            look.getMoreResults();
            try (ResultSet row = look.getResultSet()) {
                while (row.next()) {
                    horizon = row.getString("horizon");
                    clock = row.getLong("clock");
                    long id = row.getLong("id");
                    if (!row.wasNull()) {
                        rows.add(new Row(
                                id, List.of((Long[]) row.getArray("tags").getArray()), row.getBoolean("unsettled")));
                    }
                }
            }
            look.getMoreResults();
            return new Look(before, whereabouts(look), horizon, clock, List.copyOf(rows));
        }
    }

    private static Whereabouts whereabouts(PreparedStatement look) throws SQLException {
        try (ResultSet row = look.getResultSet()) {
            if (!row.next()) {
                throw new SQLException("The server does not say where it stands", "02000");
            }
            return Whereabouts.read(row);
        }
    }

    /** Deletes what every pod has seen, or has ceased to rely on. */
    @Transactional
    int prune(Duration retention) {
        return entities.createNativeQuery("""
                        DELETE FROM cache.invalidation
                         WHERE told_at < now() - make_interval(secs => :seconds)
                        """)
                .setParameter("seconds", (double) retention.toSeconds())
                .executeUpdate();
    }
}
