package io.fondaco.platform.messaging;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** What listeners gave up. Nothing leaves but by being handled once more, or by being thrown away by somebody. */
@ApplicationScoped
public class DeadLetters {
    private static final String COLUMNS =
            "d.id AS letter, listener, event AS id, type, subject, sequence, version, published_at, data, traceparent, attempts, error, died_at";

    private final EntityManager entities;
    private final WorkerWakeUp wakeUp;

    DeadLetters(EntityManager entities, WorkerWakeUp workerWakeUp) {
        this.entities = entities;
        this.wakeUp = workerWakeUp;
    }

    /**
     * Gives an event up, in the transaction in hand. For who sends what a listener wrote down too, in the listener's name: the
     * replay then begins with the listener.
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

    /** In the order of their deaths; one statement. */
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
     * Hands a dead letter to its listener once more, at once and from the first attempt on.
     *
     * @return false if there is none
     */
    @Transactional
    public boolean replay(UUID id) {
        boolean raised = session().doReturningWork(connection -> {
            try (PreparedStatement raise = connection.prepareStatement("""
                    WITH dead AS (DELETE FROM messaging.dead_letter WHERE id = ? RETURNING *),
                    forgotten AS (
                        DELETE FROM messaging.inbox i USING dead d
                         WHERE i.event = d.event AND i.listener = d.listener AND i.published_at = d.published_at)
                    INSERT INTO messaging.retry (listener, subject, sequence, event, type, version, data, published_at,
                                                  traceparent, attempts, error, next_attempt_at)
                    SELECT listener, subject, sequence, event, type, version, data, published_at, traceparent, 0, error, now()
                      FROM dead
                    """)) {
                raise.setObject(1, id);
                return raise.executeUpdate() == 1;
            }
        });
        wakeUp.signalRetries();
        return raised;
    }

    /** Throws a dead letter away. @return false if there is none */
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

    private List<DeadLetter> select(String rest, ParameterBinder parameterBinder) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT " + COLUMNS + " FROM messaging.dead_letter d " + rest)) {
                parameterBinder.bind(select);
                List<DeadLetter> letters = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        letters.add(new DeadLetter(
                                row.getObject("letter", UUID.class),
                                row.getString("listener"),
                                OutboxReader.mapEvent(row, row.getInt("attempts"), false),
                                row.getString("error"),
                                row.getObject("died_at", OffsetDateTime.class).toInstant()));
                    }
                }
                return letters;
            }
        });
    }

    /** The first nine columns of rows that hold an event for a listener. */
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
