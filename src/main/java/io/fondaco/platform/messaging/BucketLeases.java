package io.fondaco.platform.messaging;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.database.Seconds;
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
 * Shares the buckets of every listener evenly among the workers that are alive, by the clock of the database. A lease only
 * keeps workers out of each other's way: that effects happen once is the inbox's business, whoever believes to hold what.
 *
 * <p>Who writes several cursors locks them in the order of their key: a worker's beat and its listeners' advances meet.
 */
@ApplicationScoped
class BucketLeases {
    private static final String HEARTBEAT = """
            INSERT INTO messaging.worker AS w (id, seen_at) VALUES (?, now())
            ON CONFLICT (id) DO UPDATE SET seen_at = now();
            WITH held AS (
                SELECT listener, bucket FROM messaging.cursor WHERE owner = ? AND leased_until > now()
                 ORDER BY listener, bucket FOR NO KEY UPDATE
            )
            UPDATE messaging.cursor c SET leased_until = now() + make_interval(secs => ?)
              FROM held WHERE c.listener = held.listener AND c.bucket = held.bucket;
            SELECT count(*) FROM messaging.worker WHERE seen_at > now() - make_interval(secs => ?)
            """;

    private static final String CLAIM = """
            WITH held AS (
                SELECT count(*) AS n FROM messaging.cursor WHERE listener = ? AND owner = ? AND leased_until > now()
            ), free AS (
                SELECT bucket FROM messaging.cursor
                 WHERE listener = ? AND leased_until <= now()
                 ORDER BY bucket FOR UPDATE SKIP LOCKED LIMIT greatest(0, ? - (SELECT n FROM held))
            )
            UPDATE messaging.cursor c
               SET owner = ?, epoch = c.epoch + 1, leased_until = now() + make_interval(secs => ?)
              FROM free WHERE c.listener = ? AND c.bucket = free.bucket
            """;

    private static final String RELEASE_SURPLUS = """
            WITH held AS (
                SELECT bucket FROM messaging.cursor WHERE listener = ? AND owner = ? ORDER BY bucket FOR NO KEY UPDATE
            ), surplus AS (
                SELECT bucket FROM held ORDER BY bucket OFFSET ?
            )
            UPDATE messaging.cursor c SET owner = NULL, leased_until = now()
              FROM surplus WHERE c.listener = ? AND c.bucket = surplus.bucket
            """;

    private final Connections connections;
    private final MessagingSettings settings;
    private final UUID workerId = UUID.randomUUID();

    BucketLeases(Connections connections, MessagingSettings settings) {
        this.connections = connections;
        this.settings = settings;
    }

    /** Names this process. */
    UUID workerId() {
        return workerId;
    }

    /** Says that this worker is alive, and so extends what it holds; one round trip. @return how many are alive, at least 1 */
    int heartbeat() throws SQLException {
        double lease = Seconds.of(settings.lease());
        try (Connection connection = connections.toPrimary();
                PreparedStatement beat = connection.prepareStatement(HEARTBEAT)) {
            beat.setObject(1, workerId);
            beat.setObject(2, workerId);
            beat.setDouble(3, lease);
            beat.setDouble(4, lease);
            boolean isResult = beat.execute();
            while (!isResult) {
                isResult = beat.getMoreResults();
            }
            try (ResultSet row = beat.getResultSet()) {
                row.next();
                return Math.max(1, row.getInt(1));
            }
        }
    }

    /** Brings what this worker holds of a listener's buckets to its share; to be called between batches. */
    void rebalance(String listener, int fair) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement release = connection.prepareStatement(RELEASE_SURPLUS);
                PreparedStatement claim = connection.prepareStatement(CLAIM)) {
            if (fair < Outbox.BUCKETS) {
                release.setString(1, listener);
                release.setObject(2, workerId);
                release.setInt(3, fair);
                release.setString(4, listener);
                release.executeUpdate();
            }
            claim.setString(1, listener);
            claim.setObject(2, workerId);
            claim.setString(3, listener);
            claim.setInt(4, fair);
            claim.setObject(5, workerId);
            claim.setDouble(6, Seconds.of(settings.lease()));
            claim.setString(7, listener);
            claim.executeUpdate();
        }
    }

    /** Gives everything back at once, so that nobody waits for leases to expire. */
    void releaseAll() throws SQLException {
        try (Connection connection = connections.toPrimary()) {
            try (PreparedStatement release = connection.prepareStatement("""
                    WITH held AS (
                        SELECT listener, bucket FROM messaging.cursor WHERE owner = ?
                         ORDER BY listener, bucket FOR NO KEY UPDATE
                    )
                    UPDATE messaging.cursor c SET owner = NULL, leased_until = now()
                      FROM held WHERE c.listener = held.listener AND c.bucket = held.bucket
                    """)) {
                release.setObject(1, workerId);
                release.executeUpdate();
            }
            try (PreparedStatement forget = connection.prepareStatement("DELETE FROM messaging.worker WHERE id = ?")) {
                forget.setObject(1, workerId);
                forget.executeUpdate();
            }
        }
    }

    /**
     * Makes cursors for listeners that have none: what is told from now on is for them. Every pod does this for every
     * listener before it serves, so that nothing is told before its listeners are known.
     *
     * @param behind listeners to begin where the furthest behind of others is: who carries events on for them
     */
    void subscribe(Collection<String> listeners, Map<String, Collection<String>> behind) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement seen = connection.prepareStatement("""
                        INSERT INTO messaging.subscription (listener) VALUES (?)
                        ON CONFLICT (listener) DO UPDATE SET seen_at = now()
                        """);
                PreparedStatement begin = connection.prepareStatement("""
                        INSERT INTO messaging.cursor (listener, bucket, position, seen)
                        SELECT ?, b.bucket, coalesce(o.position, p.position), coalesce(o.seen, p.seen)
                          FROM generate_series(0, ? - 1) AS b (bucket)
                         CROSS JOIN (SELECT last_value AS position, pg_current_snapshot() AS seen
                                       FROM messaging.outbox_position) p
                          LEFT JOIN LATERAL (
                               SELECT c.position, c.seen FROM messaging.cursor c
                                WHERE c.bucket = b.bucket AND c.listener = ANY (?) ORDER BY c.position LIMIT 1) o ON true
                        ON CONFLICT DO NOTHING
                        """)) {
            for (String listener : listeners) {
                seen.setString(1, listener);
                seen.executeUpdate();
                begin.setString(1, listener);
                begin.setInt(2, Outbox.BUCKETS);
                begin.setArray(
                        3,
                        connection.createArrayOf(
                                "text", behind.getOrDefault(listener, List.of()).toArray()));
                begin.executeUpdate();
            }
        }
    }

    /** Since when each listener listens; earlier events are not for it. */
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
