package io.fondaco.platform.messaging;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.sql.SqlArrays;
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
 * Reads the outbox from the cursors of a listener.
 *
 * <p>Positions are assigned before commit, so a row may become visible after others with higher positions. A cursor
 * therefore holds two values: the highest position read, and the snapshot of that read. A row below the position whose
 * transaction was not visible in that snapshot is read as soon as it is visible. So no event is missed, and no event
 * waits for a transaction that stays open. The events of one subject are never out of order, because their counter is
 * locked until commit.
 */
@ApplicationScoped
class OutboxReader {
    /** The last position that was assigned, by which workers see that there are new events. */
    static final String LAST_POSITION = "(SELECT last_value FROM messaging.outbox_position)";

    private static final String COLUMNS = "o.bucket, o.position, o.id, o.type, o.subject, o.sequence, o.version,"
            + " o.published_at, o.data, o.traceparent";

    /**
     * Finds rows above a cursor by bucket and position. Finds rows below it that were not visible before by transaction
     * only: with a condition on the bucket, the planner may use the index on positions and read the whole log.
     *
     * <p>Parameters: the listener, the worker, the maximum number of rows per bucket.
     */
    static final String FETCH = """
            WITH held AS MATERIALIZED (
                SELECT bucket, epoch, position, seen FROM messaging.cursor WHERE listener = ? AND owner = ?
            ), unread AS (
                SELECT o.* FROM held c CROSS JOIN LATERAL (
                       SELECT %1$s FROM messaging.outbox o
                        WHERE o.bucket = c.bucket AND o.position > c.position ORDER BY o.position LIMIT ?) o
                UNION ALL
                SELECT %1$s FROM messaging.outbox o
                  JOIN held c ON c.bucket = o.bucket + 0 AND c.position >= o.position + 0
                 WHERE (o.xid = ANY (ARRAY (SELECT pg_snapshot_xip(seen) FROM held))
                        OR o.xid >= (SELECT min(pg_snapshot_xmax(seen)) FROM held))
                   AND NOT pg_visible_in_snapshot(o.xid, c.seen)
            )
            SELECT c.bucket AS held, c.epoch, pg_current_snapshot()::text AS snapshot,
                   pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot()) AS complete, u.*
              FROM held c LEFT JOIN unread u ON u.bucket = c.bucket
             ORDER BY u.position
            """.formatted(COLUMNS);

    /**
     * Commits asynchronously: after a crash of the server some events are read again, and the inbox filters them out.
     */
    private static final String ADVANCE = """
            WITH async_commit AS (SELECT set_config('synchronous_commit', 'off', true) AS commit
            ), held AS (
                SELECT listener, bucket, epoch FROM messaging.cursor
                 WHERE listener = ? AND owner = ? ORDER BY bucket FOR NO KEY UPDATE
            )
            UPDATE messaging.cursor c
               SET position = greatest(c.position, w.position), seen = ?::pg_snapshot
              FROM unnest(?::smallint[], ?::bigint[], ?::bigint[]) AS w (bucket, epoch, position),
                   held h, async_commit a
             WHERE c.listener = h.listener AND c.bucket = h.bucket AND h.bucket = w.bucket AND h.epoch = w.epoch
               AND a.commit = 'off'
            """;

    private final Connections connections;

    OutboxReader(Connections connections) {
        this.connections = connections;
    }

    /** A cursor: its bucket, the epoch of its lease, and the highest position that was read. */
    record CursorPosition(short bucket, long epoch, long position) {}

    /**
     * The unread events of a listener.
     *
     * @param cursors the cursors of all buckets that the worker holds
     * @param snapshotComplete whether no transaction was open whose events this read could have missed
     */
    record FetchResult(List<Event> events, List<CursorPosition> cursors, String snapshot, boolean snapshotComplete) {}

    /** Reads up to the given number of events per bucket; one statement. */
    FetchResult fetch(String listener, UUID worker, int perBucket) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement select = connection.prepareStatement(FETCH)) {
            select.setString(1, listener);
            select.setObject(2, worker);
            select.setInt(3, perBucket);
            List<Event> events = new ArrayList<>();
            Map<Short, CursorPosition> cursors = new HashMap<>();
            String snapshot = "";
            boolean snapshotComplete = true;
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    snapshot = row.getString("snapshot");
                    snapshotComplete = row.getBoolean("complete");
                    CursorPosition cursorPosition =
                            new CursorPosition(row.getShort("held"), row.getLong("epoch"), row.getLong("position"));
                    cursors.merge(
                            cursorPosition.bucket(), cursorPosition, (a, b) -> a.position() >= b.position() ? a : b);
                    if (row.getObject("id") != null) {
                        events.add(mapEvent(row));
                    }
                }
            }
            return new FetchResult(List.copyOf(events), List.copyOf(cursors.values()), snapshot, snapshotComplete);
        }
    }

    private static Event mapEvent(ResultSet row) throws SQLException {
        return new Event(
                row.getObject("id", UUID.class),
                row.getString("type"),
                row.getString("subject"),
                row.getLong("sequence"),
                row.getLong("version"),
                row.getObject("published_at", OffsetDateTime.class).toInstant(),
                row.getString("data"),
                0,
                false,
                row.getString("traceparent"));
    }

    /** Advances the cursors that the worker still holds to the positions of the fetch; one statement. */
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
}
