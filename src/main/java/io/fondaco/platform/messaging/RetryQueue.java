package io.fondaco.platform.messaging;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;

/**
 * Events that wait for their next attempt. Only the event with the lowest sequence number of a subject is attempted;
 * the events behind it wait until it is handled or has become a dead letter.
 */
@ApplicationScoped
class RetryQueue {
    static final int MAX_ERROR_LENGTH = 2_000;

    /** Interval at which a blocked event is checked again, in case no other event has released it. */
    private static final int BLOCKED_RECHECK_SECONDS = 5;

    private static final String INSERT = """
            INSERT INTO messaging.retry (listener, subject, sequence, event, type, version, data, published_at, traceparent, attempts,
                                          error, next_attempt_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?)) ON CONFLICT DO NOTHING
            """;

    private static final String FIND_DUE = """
            SELECT event AS id, type, subject, sequence, version, published_at, data, traceparent, attempts
              FROM messaging.retry p
             WHERE listener = ? AND next_attempt_at <= now()
               AND NOT EXISTS (SELECT FROM messaging.retry q
                                WHERE q.listener = p.listener AND q.subject = p.subject AND q.sequence < p.sequence)
             ORDER BY next_attempt_at LIMIT ?
            """;

    private static final String DEFER_BLOCKED = """
            WITH blocked AS (
                SELECT p.listener, p.subject, p.sequence FROM messaging.retry p
                 WHERE listener = ? AND next_attempt_at <= now()
                   AND EXISTS (SELECT FROM messaging.retry q
                                WHERE q.listener = p.listener AND q.subject = p.subject AND q.sequence < p.sequence)
                   FOR NO KEY UPDATE OF p SKIP LOCKED
            )
            UPDATE messaging.retry p SET next_attempt_at = now() + make_interval(secs => ?)
              FROM blocked b WHERE p.listener = b.listener AND p.subject = b.subject AND p.sequence = b.sequence
            """;

    private final Connections connections;
    private final EntityManager entities;

    RetryQueue(Connections connections, EntityManager entities) {
        this.connections = connections;
        this.entities = entities;
    }

    /** The events that are due for a retry and first in their subject. */
    List<Event> findDue(String listener, int limit) throws SQLException {
        try (Connection connection = connections.toPrimary()) {
            List<Event> due = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(FIND_DUE)) {
                select.setString(1, listener);
                select.setInt(2, limit);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        due.add(OutboxReader.mapEvent(row, row.getInt("attempts"), true));
                    }
                }
            }
            if (due.isEmpty()) {
                try (PreparedStatement defer = connection.prepareStatement(DEFER_BLOCKED)) {
                    defer.setString(1, listener);
                    defer.setInt(2, BLOCKED_RECHECK_SECONDS);
                    defer.executeUpdate();
                }
            }
            return due;
        }
    }

    void park(String listener, Event event, String error, Duration delay) {
        insert(listener, List.of(event), 1, error, delay);
    }

    void parkBehind(String listener, List<Event> events) {
        insert(
                listener,
                events,
                0,
                "waits for an earlier event of the subject",
                Duration.ofSeconds(BLOCKED_RECHECK_SECONDS));
    }

    private void insert(String listener, List<Event> events, int attempts, String error, Duration delay) {
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (Event event : events) {
                    DeadLetters.bindEvent(insert, listener, event);
                    insert.setInt(10, attempts);
                    insert.setString(11, UnicodeText.truncate(error, MAX_ERROR_LENGTH));
                    insert.setDouble(12, Seconds.of(delay));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        });
    }

    /** Locks a due event in the current transaction. @return false if another worker handles it or has handled it */
    boolean tryLock(String listener, Event event) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement lock = connection.prepareStatement("""
                    SELECT FROM messaging.retry
                     WHERE listener = ? AND subject = ? AND sequence = ? AND event = ? AND next_attempt_at <= now()
                       FOR UPDATE SKIP LOCKED
                    """)) {
                bindKey(lock, 1, listener, event);
                lock.setObject(4, event.id());
                try (ResultSet row = lock.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    /** Removes an event that is handled or dead, and makes the next event of its subject due immediately. */
    void removeAndReleaseNext(String listener, Event event) {
        session().doWork(connection -> {
            try (PreparedStatement delete = connection.prepareStatement(
                            "DELETE FROM messaging.retry WHERE listener = ? AND subject = ? AND sequence = ?");
                    PreparedStatement release = connection.prepareStatement("""
                            UPDATE messaging.retry SET next_attempt_at = now()
                             WHERE (listener, subject, sequence) IN (
                                   SELECT listener, subject, min(sequence) FROM messaging.retry
                                    WHERE listener = ? AND subject = ? GROUP BY listener, subject)
                            """)) {
                bindKey(delete, 1, listener, event);
                delete.executeUpdate();
                release.setString(1, listener);
                release.setString(2, event.subject());
                release.executeUpdate();
            }
        });
    }

    void reschedule(String listener, Event event, String error, Duration delay) {
        session().doWork(connection -> {
            try (PreparedStatement update = connection.prepareStatement("""
                    UPDATE messaging.retry
                       SET attempts = ?, error = ?, next_attempt_at = now() + make_interval(secs => ?)
                     WHERE listener = ? AND subject = ? AND sequence = ?
                    """)) {
                update.setInt(1, event.attempts() + 1);
                update.setString(2, UnicodeText.truncate(error, MAX_ERROR_LENGTH));
                update.setDouble(3, Seconds.of(delay));
                bindKey(update, 4, listener, event);
                update.executeUpdate();
            }
        });
    }

    private static void bindKey(PreparedStatement statement, int first, String listener, Event event)
            throws SQLException {
        statement.setString(first, listener);
        statement.setString(first + 1, event.subject());
        statement.setLong(first + 2, event.sequence());
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
