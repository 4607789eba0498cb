package io.fondaco.platform.messaging;

import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait for their next attempt. Only the event with the lowest sequence number of a subject is attempted;
 * the events behind it wait until it is handled or has become a dead letter.
 *
 * <p>The columns are those of {@link io.fondaco.platform.jobs.DueWork}, without a lease: an event is handled in the
 * transaction that locks its row, so the lock says that a worker handles it and ends with the effects. A lease would
 * only add a commit, and could expire before the effects are committed.
 */
@ApplicationScoped
class RetryQueue {
    static final int MAX_ERROR_LENGTH = 2_000;

    /** Whether an event of any listener is due. */
    static final String HAS_DUE_EVENTS = "EXISTS (SELECT FROM messaging.retry WHERE next_attempt_at <= now())";

    /** Interval at which a blocked event is checked again, in case no other event has released it. */
    private static final Duration BLOCKED_RECHECK = Duration.ofSeconds(5);

    private final Sql sql;

    RetryQueue(Sql sql) {
        this.sql = sql;
    }

    private record DueEvent(
            UUID event,
            String type,
            String subject,
            long sequence,
            long version,
            Instant publishedAt,
            String data,
            int attempts,
            @Nullable String traceParent) {

        Event toEvent() {
            return new Event(event, type, subject, sequence, version, publishedAt, data, attempts, true, traceParent);
        }
    }

    private record LockedEvent(UUID event) {}

    /** The events that are due for a retry and first in their subject. */
    @ActivateRequestContext
    @Transactional
    List<Event> findDue(String listener, int limit) {
        List<Event> due = sql
                .query("""
                        SELECT event, type, subject, sequence, version, published_at, data, attempts, traceparent
                          FROM messaging.retry p
                         WHERE listener = :listener AND next_attempt_at <= now()
                           AND NOT EXISTS (SELECT FROM messaging.retry q
                                            WHERE q.listener = p.listener AND q.subject = p.subject
                                              AND q.sequence < p.sequence)
                         ORDER BY next_attempt_at LIMIT :limit
                        """, DueEvent.class)
                .setParameter("listener", listener)
                .setParameter("limit", limit)
                .getResultList()
                .stream()
                .map(DueEvent::toEvent)
                .toList();
        if (due.isEmpty()) {
            deferBlocked(listener);
        }
        return due;
    }

    private void deferBlocked(String listener) {
        sql.update("""
                        WITH blocked AS (
                            SELECT p.listener, p.subject, p.sequence FROM messaging.retry p
                             WHERE listener = :listener AND next_attempt_at <= now()
                               AND EXISTS (SELECT FROM messaging.retry q
                                            WHERE q.listener = p.listener AND q.subject = p.subject
                                              AND q.sequence < p.sequence)
                               FOR NO KEY UPDATE OF p SKIP LOCKED
                        )
                        UPDATE messaging.retry p SET next_attempt_at = now() + make_interval(secs => :delay)
                          FROM blocked b
                         WHERE p.listener = b.listener AND p.subject = b.subject AND p.sequence = b.sequence
                        """)
                .setParameter("listener", listener)
                .setParameter("delay", Seconds.of(BLOCKED_RECHECK))
                .executeUpdate();
    }

    void park(String listener, Event event, String error, Duration delay) {
        insert(listener, List.of(event), 1, error, delay);
    }

    void parkBehind(String listener, List<Event> events) {
        insert(listener, events, 0, "waits for an earlier event of the subject", BLOCKED_RECHECK);
    }

    private void insert(String listener, List<Event> events, int attempts, String error, Duration delay) {
        sql.update("""
                        INSERT INTO messaging.retry (listener, subject, sequence, event, type, version, data,
                                                     published_at, traceparent, attempts, error, next_attempt_at)
                        SELECT cast(:listener AS text), subject, sequence, event, type, version, data, published_at,
                               traceparent, :attempts, :error, now() + make_interval(secs => :delay)
                          FROM unnest(cast(:subjects AS text[]), cast(:sequences AS bigint[]), cast(:events AS uuid[]),
                                      cast(:types AS text[]), cast(:versions AS bigint[]), cast(:data AS text[]),
                                      cast(:times AS timestamptz[]), cast(:traces AS text[]))
                               AS e (subject, sequence, event, type, version, data, published_at, traceparent)
                            ON CONFLICT DO NOTHING
                        """)
                .setParameter("listener", listener)
                .setParameter("attempts", attempts)
                .setParameter("error", UnicodeText.truncate(error, MAX_ERROR_LENGTH))
                .setParameter("delay", Seconds.of(delay))
                .setParameter("subjects", events.stream().map(Event::subject).toArray(String[]::new))
                .setParameter("sequences", events.stream().map(Event::sequence).toArray(Long[]::new))
                .setParameter("events", events.stream().map(Event::id).toArray(UUID[]::new))
                .setParameter("types", events.stream().map(Event::type).toArray(String[]::new))
                .setParameter("versions", events.stream().map(Event::version).toArray(Long[]::new))
                .setParameter("data", events.stream().map(Event::data).toArray(String[]::new))
                .setParameter("times", events.stream().map(Event::time).toArray(Instant[]::new))
                .setParameter("traces", events.stream().map(Event::traceParent).toArray(String[]::new))
                .executeUpdate();
    }

    /** Locks a due event in the current transaction. @return false if another worker handles it or has handled it */
    boolean tryLock(String listener, Event event) {
        return sql.query("""
                        SELECT event FROM messaging.retry
                         WHERE listener = :listener AND subject = :subject AND sequence = :sequence AND event = :event
                           AND next_attempt_at <= now()
                           FOR UPDATE SKIP LOCKED
                        """, LockedEvent.class)
                .setParameter("listener", listener)
                .setParameter("subject", event.subject())
                .setParameter("sequence", event.sequence())
                .setParameter("event", event.id())
                .uniqueResultOptional()
                .isPresent();
    }

    /** Removes an event that is handled or dead, and makes the next event of its subject due immediately. */
    void removeAndReleaseNext(String listener, Event event) {
        sql.update("""
                        DELETE FROM messaging.retry
                         WHERE listener = :listener AND subject = :subject AND sequence = :sequence
                        """)
                .setParameter("listener", listener)
                .setParameter("subject", event.subject())
                .setParameter("sequence", event.sequence())
                .executeUpdate();
        sql.update("""
                        UPDATE messaging.retry SET next_attempt_at = now()
                         WHERE (listener, subject, sequence) IN (
                               SELECT listener, subject, min(sequence) FROM messaging.retry
                                WHERE listener = :listener AND subject = :subject GROUP BY listener, subject)
                        """)
                .setParameter("listener", listener)
                .setParameter("subject", event.subject())
                .executeUpdate();
    }

    void reschedule(String listener, Event event, String error, Duration delay) {
        sql.update("""
                        UPDATE messaging.retry
                           SET attempts = :attempts, error = :error,
                               next_attempt_at = now() + make_interval(secs => :delay)
                         WHERE listener = :listener AND subject = :subject AND sequence = :sequence
                        """)
                .setParameter("attempts", event.attempts() + 1)
                .setParameter("error", UnicodeText.truncate(error, MAX_ERROR_LENGTH))
                .setParameter("delay", Seconds.of(delay))
                .setParameter("listener", listener)
                .setParameter("subject", event.subject())
                .setParameter("sequence", event.sequence())
                .executeUpdate();
    }
}
