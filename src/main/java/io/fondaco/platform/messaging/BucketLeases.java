package io.fondaco.platform.messaging;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.sql.Seconds;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Shares the buckets of every listener evenly among the live workers, by the clock of the database. A worker holds a
 * bucket until it releases it, or has sent no heartbeat for {@code fondaco.messaging.lease} and another worker takes
 * it. This only prevents workers from doing the same work; the inbox ensures that effects happen once, also if two
 * workers believe to hold a bucket. After a crash of the server the heartbeats are lost, so buckets may change hands.
 *
 * <p>A statement that writes several cursors locks them in the order of their key, so that workers do not deadlock.
 */
@ApplicationScoped
class BucketLeases {
    /** The table is not logged, so a heartbeat writes no WAL but the record of its commit. */
    private static final String HEARTBEAT = """
            INSERT INTO messaging.worker AS w (id, seen_at) VALUES (?, clock_timestamp())
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
            RETURNING (SELECT count(*) FROM messaging.worker other
                        WHERE other.id <> w.id AND other.seen_at > now() - make_interval(secs => ?)) + 1
            """;

    private static final String CLAIM = """
            WITH live AS MATERIALIZED (
                SELECT id FROM messaging.worker WHERE seen_at > now() - make_interval(secs => ?)
            ), held AS (
                SELECT count(*) AS n FROM messaging.cursor WHERE listener = ? AND owner = ?
            ), free AS (
                SELECT bucket FROM messaging.cursor
                 WHERE listener = ? AND owner IS DISTINCT FROM ?
                   AND (owner IS NULL OR owner NOT IN (SELECT id FROM live))
                 ORDER BY bucket FOR UPDATE SKIP LOCKED LIMIT greatest(0, ? - (SELECT n FROM held))
            )
            UPDATE messaging.cursor c SET owner = ?, epoch = c.epoch + 1
              FROM free WHERE c.listener = ? AND c.bucket = free.bucket
            """;

    private static final String RELEASE_SURPLUS = """
            WITH held AS (
                SELECT bucket FROM messaging.cursor WHERE listener = ? AND owner = ? ORDER BY bucket FOR NO KEY UPDATE
            ), surplus AS (
                SELECT bucket FROM held ORDER BY bucket OFFSET ?
            )
            UPDATE messaging.cursor c SET owner = NULL
              FROM surplus WHERE c.listener = ? AND c.bucket = surplus.bucket
            """;

    private final Connections connections;
    private final MessagingSettings settings;
    private final UUID workerId = UUID.randomUUID();

    BucketLeases(Connections connections, MessagingSettings settings) {
        this.connections = connections;
        this.settings = settings;
    }

    /** Identifies this process. */
    UUID workerId() {
        return workerId;
    }

    /**
     * Records that this worker is alive, which keeps its buckets; one statement.
     *
     * @return the number of live workers, at least 1
     */
    int heartbeat() throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement heartbeat = connection.prepareStatement(HEARTBEAT)) {
            heartbeat.setObject(1, workerId);
            heartbeat.setDouble(2, Seconds.of(settings.lease()));
            try (ResultSet row = heartbeat.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /**
     * Releases or claims buckets of a listener until this worker holds its share. Call it between batches.
     *
     * @param fairShare the number of buckets of one worker
     */
    void rebalance(String listener, int fairShare) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement release = connection.prepareStatement(RELEASE_SURPLUS);
                PreparedStatement claim = connection.prepareStatement(CLAIM)) {
            if (fairShare < Outbox.BUCKETS) {
                release.setString(1, listener);
                release.setObject(2, workerId);
                release.setInt(3, fairShare);
                release.setString(4, listener);
                release.executeUpdate();
            }
            claim.setDouble(1, Seconds.of(settings.lease()));
            claim.setString(2, listener);
            claim.setObject(3, workerId);
            claim.setString(4, listener);
            claim.setObject(5, workerId);
            claim.setInt(6, fairShare);
            claim.setObject(7, workerId);
            claim.setString(8, listener);
            claim.executeUpdate();
        }
    }

    /** Releases all leases, so that other workers need not wait until they expire. */
    void releaseAll() throws SQLException {
        try (Connection connection = connections.toPrimary()) {
            try (PreparedStatement release = connection.prepareStatement("""
                    WITH held AS (
                        SELECT listener, bucket FROM messaging.cursor WHERE owner = ?
                         ORDER BY listener, bucket FOR NO KEY UPDATE
                    )
                    UPDATE messaging.cursor c SET owner = NULL
                      FROM held WHERE c.listener = held.listener AND c.bucket = held.bucket
                    """)) {
                release.setObject(1, workerId);
                release.executeUpdate();
            }
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM messaging.worker WHERE id = ?")) {
                delete.setObject(1, workerId);
                delete.executeUpdate();
            }
        }
    }

    /**
     * Subscribes listeners: creates cursors for those that have none, which receive the events that are published from
     * now on. Every pod calls this for every listener before it serves requests, so that no event is published before
     * its listeners are subscribed.
     *
     * @param startBehind for a new listener that forwards events to others, those others: it starts at the position of
     *     the one that is furthest behind
     */
    void subscribe(Collection<String> listeners, Map<String, Collection<String>> startBehind) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement subscription = connection.prepareStatement("""
                        INSERT INTO messaging.subscription (listener) VALUES (?)
                        ON CONFLICT (listener) DO UPDATE SET seen_at = now()
                        """);
                PreparedStatement cursor = connection.prepareStatement("""
                        INSERT INTO messaging.cursor (listener, bucket, position, seen)
                        SELECT ?, b.bucket, coalesce(o.position, p.position), coalesce(o.seen, p.seen)
                          FROM generate_series(0, ? - 1) AS b (bucket)
                         CROSS JOIN (SELECT last_value AS position, pg_current_snapshot() AS seen
                                       FROM messaging.outbox_position) p
                          LEFT JOIN LATERAL (
                               SELECT c.position, c.seen FROM messaging.cursor c
                                WHERE c.bucket = b.bucket AND c.listener = ANY (?)
                                ORDER BY c.position LIMIT 1) o ON true
                        ON CONFLICT DO NOTHING
                        """)) {
            for (String listener : listeners) {
                subscription.setString(1, listener);
                subscription.executeUpdate();
                cursor.setString(1, listener);
                cursor.setInt(2, Outbox.BUCKETS);
                cursor.setArray(
                        3,
                        connection.createArrayOf(
                                "text",
                                startBehind.getOrDefault(listener, List.of()).toArray()));
                cursor.executeUpdate();
            }
        }
    }

    /** The time at which each listener subscribed. It does not receive earlier events. */
    Map<String, Instant> subscribedSince() throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement select =
                        connection.prepareStatement("SELECT listener, since FROM messaging.subscription");
                ResultSet row = select.executeQuery()) {
            Map<String, Instant> since = new HashMap<>();
            while (row.next()) {
                since.put(
                        row.getString(1), row.getObject(2, OffsetDateTime.class).toInstant());
            }
            return since;
        }
    }
}
