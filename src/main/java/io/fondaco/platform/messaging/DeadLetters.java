package io.fondaco.platform.messaging;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Events that listeners failed at for the last time. A dead letter is kept until an operator replays or discards it.
 */
@ApplicationScoped
public class DeadLetters {
    private static final String COLUMNS =
            "d.id AS dead_letter_id, listener, event AS id, type, subject, sequence, version, published_at, data, traceparent, attempts, error, died_at";

    private final EntityManager entities;
    private final WorkerWakeUp wakeUp;

    /**
     * An event that a listener failed at for the last time.
     *
     * @param error the error of the last attempt
     */
    public record DeadLetter(UUID id, String listener, Event event, String error, Instant diedAt) {}

    DeadLetters(EntityManager entities, WorkerWakeUp workerWakeUp) {
        this.entities = entities;
        this.wakeUp = workerWakeUp;
    }

    /**
     * Stores an event as a dead letter of a listener, in the current transaction. A sender of what a listener has
     * stored, such as e-mails, also calls this with the name of the listener; a replay then starts with the listener.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public void moveToDeadLetters(String listener, Event event, String error) {
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO messaging.dead_letter (listener, subject, sequence, event, type, version, data, published_at,
                                                       traceparent, attempts, error, id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (listener, event) DO NOTHING
                    """)) {
                bindEvent(insert, listener, event);
                insert.setInt(10, event.attempts());
                insert.setString(11, UnicodeText.truncate(error, RetryQueue.MAX_ERROR_LENGTH));
                insert.setObject(12, TypeId.newUuid());
                insert.executeUpdate();
            }
        });
    }

    /** In the order in which they became dead letters; one statement. */
    public List<DeadLetter> list(Optional<String> listener, UUID after, int limit) {
        return select("WHERE d.id > ? AND (? = '' OR listener = ?) ORDER BY d.id LIMIT ?", select -> {
            select.setObject(1, after);
            select.setString(2, listener.orElse(""));
            select.setString(3, listener.orElse(""));
            select.setInt(4, limit);
        });
    }

    public Optional<DeadLetter> find(UUID id) {
        return select("WHERE d.id = ?", select -> select.setObject(1, id)).stream()
                .findFirst();
    }

    /**
     * Returns a dead letter to the retry queue, due immediately and with no attempts counted.
     *
     * @return false if there is none
     */
    @Transactional
    public boolean replay(UUID id) {
        boolean replayed = session().doReturningWork(connection -> {
            try (PreparedStatement replay = connection.prepareStatement("""
                    WITH dead AS (DELETE FROM messaging.dead_letter WHERE id = ? RETURNING *),
                    inbox_entry AS (
                        DELETE FROM messaging.inbox i USING dead d
                         WHERE i.event = d.event AND i.listener = d.listener AND i.published_at = d.published_at)
                    INSERT INTO messaging.retry (listener, subject, sequence, event, type, version, data, published_at,
                                                  traceparent, attempts, error, next_attempt_at)
                    SELECT listener, subject, sequence, event, type, version, data, published_at, traceparent, 0, error, now()
                      FROM dead
                    """)) {
                replay.setObject(1, id);
                return replay.executeUpdate() == 1;
            }
        });
        wakeUp.signalRetries();
        return replayed;
    }

    /** Deletes a dead letter. @return false if there is none */
    @Transactional
    public boolean discard(UUID id) {
        return entities.createNativeQuery("DELETE FROM messaging.dead_letter WHERE id = :id")
                        .setParameter("id", id)
                        .executeUpdate()
                == 1;
    }

    private interface ParameterBinder {
        void bind(PreparedStatement select) throws SQLException;
    }

    private List<DeadLetter> select(String condition, ParameterBinder parameterBinder) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT " + COLUMNS + " FROM messaging.dead_letter d " + condition)) {
                parameterBinder.bind(select);
                List<DeadLetter> deadLetters = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        deadLetters.add(new DeadLetter(
                                row.getObject("dead_letter_id", UUID.class),
                                row.getString("listener"),
                                OutboxReader.mapEvent(row, row.getInt("attempts"), false),
                                row.getString("error"),
                                row.getObject("died_at", OffsetDateTime.class).toInstant()));
                    }
                }
                return deadLetters;
            }
        });
    }

    /** Binds the first nine columns of a row of {@code messaging.retry} or {@code messaging.dead_letter}. */
    static void bindEvent(PreparedStatement insert, String listener, Event event) throws SQLException {
        insert.setString(1, listener);
        insert.setString(2, event.subject());
        insert.setLong(3, event.sequence());
        insert.setObject(4, event.id());
        insert.setString(5, event.type());
        insert.setLong(6, event.version());
        insert.setString(7, event.data());
        insert.setObject(8, event.time().atOffset(ZoneOffset.UTC));
        insert.setString(9, event.traceParent());
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
