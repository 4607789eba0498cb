package io.fondaco.platform.messaging;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.database.SqlArrays;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Reads the outbox from where a listener's cursors stand.
 *
 * <p>Positions are handed out before commits, so rows may be seen after others with higher positions. A cursor therefore
 * says two things: the highest position read, and the snapshot it was read in. What lies below the position but was
 * written by a transaction that this snapshot did not see is read too, as soon as it can be seen. So nothing is missed, and
 * nothing waits for whoever keeps a transaction open. A subject's own events are never out of order: their count is
 * locked until commit.
 */
@ApplicationScoped
class OutboxReader {
    private static final String COLUMNS =
            "o.bucket, o.position, o.id, o.type, o.subject, o.sequence, o.version, o.published_at, o.data, o.traceparent";

    /**
     * What lies above a cursor is found by its bucket and position; what lies below and could not be seen, by the
     * transaction alone: with the bucket as well, the planner may take the index of positions and read the whole log.
     *
     * <p>Parameters: the listener, the worker, how many of each bucket.
     */
    static final String FETCH = """
            WITH held AS MATERIALIZED (
                SELECT bucket, epoch, position, seen FROM messaging.cursor WHERE listener = ? AND owner = ?
            ), unread AS (
                SELECT o.* FROM held c CROSS JOIN LATERAL (
                       SELECT %1$s FROM messaging.outbox o
                        WHERE o.bucket = c.bucket AND o.position > c.position ORDER BY o.position LIMIT ?) o
                UNION ALL
                SELECT %1$s FROM messaging.outbox o JOIN held c ON c.bucket = o.bucket + 0 AND c.position >= o.position + 0
                 WHERE (o.xid = ANY (ARRAY (SELECT pg_snapshot_xip(seen) FROM held))
                        OR o.xid >= (SELECT min(pg_snapshot_xmax(seen)) FROM held))
                   AND NOT pg_visible_in_snapshot(o.xid, c.seen)
            )
            SELECT c.bucket AS held, c.epoch, pg_current_snapshot()::text AS snapshot,
                   pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot()) AS settled, u.*
              FROM held c LEFT JOIN unread u ON u.bucket = c.bucket
             ORDER BY u.position
            """.formatted(COLUMNS);

    /** Not waited for until it is on disk: after a crash of the server some is read again, and the inbox knows it. */
    private static final String ADVANCE = """
            WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true) AS commit
            ), held AS (
                SELECT listener, bucket, epoch FROM messaging.cursor
                 WHERE listener = ? AND owner = ? ORDER BY bucket FOR NO KEY UPDATE
            )
            UPDATE messaging.cursor c
               SET position = greatest(c.position, w.position), seen = ?::pg_snapshot
              FROM unnest(?::smallint[], ?::bigint[], ?::bigint[]) AS w (bucket, epoch, position), held h, unhurried u
             WHERE c.listener = h.listener AND c.bucket = h.bucket AND h.bucket = w.bucket AND h.epoch = w.epoch
               AND u.commit = 'off'
            """;

    private final Connections connections;

    OutboxReader(Connections connections) {
        this.connections = connections;
    }

    /** A cursor as it was when it was read from, and how far the reading came. */
    record CursorPosition(short bucket, long epoch, long position) {}

    /**
     * What a listener has not read yet.
     *
     * @param snapshotComplete whether no transaction was under way that this could have missed
     * @param cursors every bucket that the worker holds
     */
    record FetchResult(List<Event> events, List<CursorPosition> cursors, String snapshot, boolean snapshotComplete) {}

    /** One statement. */
    FetchResult fetch(String listener, UUID worker, int perBucket) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement look = connection.prepareStatement(FETCH)) {
            look.setString(1, listener);
            look.setObject(2, worker);
            look.setInt(3, perBucket);
            List<Event> events = new ArrayList<>();
            Map<Short, CursorPosition> places = new HashMap<>();
            String snapshot = "";
            boolean settled = true;
            try (ResultSet row = look.executeQuery()) {
                while (row.next()) {
                    snapshot = row.getString("snapshot");
                    settled = row.getBoolean("settled");
                    CursorPosition cursorPosition =
                            new CursorPosition(row.getShort("held"), row.getLong("epoch"), row.getLong("position"));
                    places.merge(
                            cursorPosition.bucket(), cursorPosition, (a, b) -> a.position() >= b.position() ? a : b);
                    if (row.getObject("id") != null) {
                        events.add(mapEvent(row, 0, false));
                    }
                }
            }
            return new FetchResult(List.copyOf(events), List.copyOf(places.values()), snapshot, settled);
        }
    }

    static Event mapEvent(ResultSet row, int attempts, boolean parked) throws SQLException {
        return new Event(
                row.getObject("id", UUID.class),
                row.getString("type"),
                row.getString("subject"),
                row.getLong("sequence"),
                row.getLong("version"),
                row.getObject("published_at", OffsetDateTime.class).toInstant(),
                row.getString("data"),
                attempts,
                parked,
                row.getString("traceparent"));
    }

    /** Moves the cursors to where the look came, where the worker still holds them; one statement. */
    void advance(String listener, UUID worker, FetchResult fetchResult) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
            advance.setString(1, listener);
            advance.setObject(2, worker);
            advance.setString(3, fetchResult.snapshot());
            advance.setArray(
                    4, SqlArrays.ofColumn(connection, "smallint", fetchResult.cursors(), CursorPosition::bucket));
            advance.setArray(5, SqlArrays.ofColumn(connection, "bigint", fetchResult.cursors(), CursorPosition::epoch));
            advance.setArray(
                    6, SqlArrays.ofColumn(connection, "bigint", fetchResult.cursors(), CursorPosition::position));
            advance.executeUpdate();
        }
    }

    /**
     * What an idle worker asks: how many positions were handed out, and whether something parked is due. One statement that
     * reads next to nothing.
     */
    record PendingWork(long lastPosition, boolean retriesDue) {}

    PendingWork checkPendingWork() throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement ask = connection.prepareStatement("""
                        SELECT (SELECT last_value FROM messaging.outbox_position),
                               EXISTS (SELECT FROM messaging.retry WHERE next_attempt_at <= now())
                        """);
                ResultSet row = ask.executeQuery()) {
            row.next();
            return new PendingWork(row.getLong(1), row.getBoolean(2));
        }
    }
}
