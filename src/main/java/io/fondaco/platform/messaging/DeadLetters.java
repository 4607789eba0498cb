package io.fondaco.platform.messaging;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Events that listeners failed at for the last time. A dead letter is kept until an operator replays or discards it.
 */
@ApplicationScoped
public class DeadLetters {
    private static final String SELECT =
            "SELECT id, listener, event, type, subject, sequence, version, published_at, data, attempts, traceparent,"
                    + " error, died_at FROM messaging.dead_letter";

    private final Sql sql;
    private final WorkerWakeUp wakeUp;

    /**
     * An event that a listener failed at for the last time.
     *
     * @param error the error of the last attempt
     */
    public record DeadLetter(UUID id, String listener, Event event, String error, Instant diedAt) {}

    private record DeadLetterRow(
            UUID id,
            String listener,
            UUID event,
            String type,
            String subject,
            long sequence,
            long version,
            Instant publishedAt,
            String data,
            int attempts,
            @Nullable String traceParent,
            String error,
            Instant diedAt) {

        DeadLetter toDeadLetter() {
            Event failed =
                    new Event(event, type, subject, sequence, version, publishedAt, data, attempts, false, traceParent);
            return new DeadLetter(id, listener, failed, error, diedAt);
        }
    }

    DeadLetters(Sql sql, WorkerWakeUp workerWakeUp) {
        this.sql = sql;
        this.wakeUp = workerWakeUp;
    }

    /**
     * Stores an event as a dead letter of a listener, in the current transaction. A sender of what a listener has
     * stored, such as e-mails, also calls this with the name of the listener; a replay then starts with the listener.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public void moveToDeadLetters(String listener, Event event, String error) {
        sql.update("""
                        INSERT INTO messaging.dead_letter (id, listener, subject, sequence, event, type, version, data,
                                                           published_at, traceparent, attempts, error)
                        VALUES (:id, :listener, :subject, :sequence, :event, :type, :version, :data, :time, :trace,
                                :attempts, :error) ON CONFLICT (listener, event) DO NOTHING
                        """)
                .setParameter("id", TypeId.newUuid())
                .setParameter("listener", listener)
                .setParameter("subject", event.subject())
                .setParameter("sequence", event.sequence())
                .setParameter("event", event.id())
                .setParameter("type", event.type())
                .setParameter("version", event.version())
                .setParameter("data", event.data())
                .setParameter("time", event.time())
                .setParameter("trace", event.traceParent())
                .setParameter("attempts", event.attempts())
                .setParameter("error", UnicodeText.truncate(error, RetryQueue.MAX_ERROR_LENGTH))
                .executeUpdate();
    }

    /** In the order in which they became dead letters; one statement. */
    public List<DeadLetter> list(Optional<String> listener, UUID after, int limit) {
        return sql
                .query(SELECT + """
                         WHERE id > :after AND (:listener = '' OR listener = :listener) ORDER BY id LIMIT :limit
                        """, DeadLetterRow.class)
                .setParameter("after", after)
                .setParameter("listener", listener.orElse(""))
                .setParameter("limit", limit)
                .getResultList()
                .stream()
                .map(DeadLetterRow::toDeadLetter)
                .toList();
    }

    public Optional<DeadLetter> find(UUID id) {
        return sql.query(SELECT + " WHERE id = :id", DeadLetterRow.class)
                .setParameter("id", id)
                .uniqueResultOptional()
                .map(DeadLetterRow::toDeadLetter);
    }

    /**
     * Returns a dead letter to the retry queue, due immediately and with no attempts counted.
     *
     * @return false if there is none
     */
    @Transactional
    public boolean replay(UUID id) {
        int replayed = sql.update("""
                        WITH dead AS (DELETE FROM messaging.dead_letter WHERE id = :id RETURNING *),
                        inbox_entry AS (
                            DELETE FROM messaging.inbox i USING dead d
                             WHERE i.event = d.event AND i.listener = d.listener AND i.published_at = d.published_at)
                        INSERT INTO messaging.retry (listener, subject, sequence, event, type, version, data,
                                                     published_at, traceparent, attempts, error, next_attempt_at)
                        SELECT listener, subject, sequence, event, type, version, data, published_at, traceparent, 0,
                               error, now()
                          FROM dead
                        """).setParameter("id", id).executeUpdate();
        wakeUp.signalRetries();
        return replayed == 1;
    }

    /** Deletes a dead letter. @return false if there is none */
    @Transactional
    public boolean discard(UUID id) {
        return sql.update("DELETE FROM messaging.dead_letter WHERE id = :id")
                        .setParameter("id", id)
                        .executeUpdate()
                == 1;
    }
}
