package io.fondaco.mail;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.jobs.DueWork;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The SQL of this module: e-mails are stored in sets, claimed, and ended by conditional updates, so the table has no
 * entity. Each method is one statement, in the caller's transaction.
 */
@ApplicationScoped
class EmailStatements {
    private static final int MAX_ERROR_LENGTH = 2_000;
    private static final int MAX_COUNTED = 100_000;

    /** Added to the time limit of sending, for reading the order and storing the result. */
    private static final Duration MARGIN = Duration.ofSeconds(45);

    private static final String PENDING = "status = 'pending'";

    /** Whether an e-mail is due. */
    static final String HAS_DUE_EMAILS =
            DueWork.in("mail.notification").where(PENDING).anyDue();

    private final Sql sql;
    private final DueWork<ClaimedEmail> sending;

    EmailStatements(Sql sql, MailSettings settings) {
        this.sql = sql;
        this.sending = DueWork.in("mail.notification")
                .where(PENDING)
                .lease(settings.timeout().plus(MARGIN))
                .returning(
                        "id, lease, kind, order_id, event, event_type, sequence, version, published_at,"
                                + " cast(payload AS text), attempts",
                        ClaimedEmail.class,
                        sql);
    }

    private record ClaimedEmail(
            UUID id,
            UUID lease,
            String kind,
            String orderId,
            UUID event,
            String eventType,
            long sequence,
            long version,
            Instant publishedAt,
            String payload,
            int attempts) {

        EmailNotification toNotification() {
            return new EmailNotification(
                    id,
                    lease,
                    EmailType.ofColumn(kind),
                    new Event(
                            event, eventType, orderId, sequence, version, publishedAt, payload, attempts, false, null));
        }
    }

    /** The number of pending e-mails, up to 100,000, and the age of the oldest. */
    record EmailBacklog(long count, double oldestSeconds) {}

    /**
     * Stores e-mails, each once and one confirmation per order. A failed e-mail whose event arrives again is reset to
     * pending: an operator has replayed its dead letter.
     */
    void insert(Map<Event, EmailType> due) {
        List<Event> events = List.copyOf(due.keySet());
        Collection<EmailType> types = events.stream().map(due::get).toList();
        sql.update("""
                        INSERT INTO mail.notification AS l
                               (id, kind, order_id, event, event_type, sequence, version, published_at, payload)
                        SELECT id, kind, order_id, event, event_type, sequence, version, published_at,
                               cast(payload AS jsonb)
                          FROM unnest(cast(:ids AS uuid[]), cast(:kinds AS text[]), cast(:orders AS text[]),
                                      cast(:events AS uuid[]), cast(:eventTypes AS text[]),
                                      cast(:sequences AS bigint[]), cast(:versions AS bigint[]),
                                      cast(:times AS timestamptz[]), cast(:payloads AS text[]))
                               AS t (id, kind, order_id, event, event_type, sequence, version, published_at, payload)
                         WHERE kind <> 'confirmation'
                            OR NOT EXISTS (SELECT FROM mail.notification c
                                            WHERE c.order_id = t.order_id AND c.kind = 'confirmation'
                                              AND c.event <> t.event)
                        ON CONFLICT (event, kind) DO UPDATE
                           SET status = 'pending', attempts = 0, next_attempt_at = now(), error = NULL
                         WHERE l.status = 'failed'
                        """)
                .setParameter("ids", events.stream().map(_ -> TypeId.newUuid()).toArray(UUID[]::new))
                .setParameter("kinds", types.stream().map(EmailType::column).toArray(String[]::new))
                .setParameter("orders", events.stream().map(Event::subject).toArray(String[]::new))
                .setParameter("events", events.stream().map(Event::id).toArray(UUID[]::new))
                .setParameter("eventTypes", events.stream().map(Event::type).toArray(String[]::new))
                .setParameter("sequences", events.stream().map(Event::sequence).toArray(Long[]::new))
                .setParameter("versions", events.stream().map(Event::version).toArray(Long[]::new))
                .setParameter("times", events.stream().map(Event::time).toArray(Instant[]::new))
                .setParameter("payloads", events.stream().map(Event::data).toArray(String[]::new))
                .executeUpdate();
    }

    List<EmailNotification> claim(int limit) {
        return sending.claim(limit).stream().map(ClaimedEmail::toNotification).toList();
    }

    /** Ends an e-mail that the mail server has accepted, also if another pod has claimed it meanwhile. */
    void markSent(EmailNotification email) {
        sql.update("""
                        UPDATE mail.notification
                           SET status = 'sent', sent_at = now(), lease = NULL, leased_until = '-infinity', error = NULL
                         WHERE id = :id AND status = 'pending'
                        """).setParameter("id", email.id()).executeUpdate();
    }

    /** Schedules the next attempt, unless another pod has claimed the e-mail meanwhile. */
    void reschedule(EmailNotification email, String error, Duration delay) {
        sending.reschedule(email.id(), email.lease(), delay, UnicodeText.truncate(error, MAX_ERROR_LENGTH));
    }

    /** Gives up an e-mail. @return false if another pod has claimed it meanwhile */
    boolean markFailed(EmailNotification email, String error) {
        return sending.end(email.id(), email.lease(), "status = 'failed', error = :error")
                        .setParameter("error", UnicodeText.truncate(error, MAX_ERROR_LENGTH))
                        .executeUpdate()
                == 1;
    }

    /** Reads the index of pending e-mails. */
    EmailBacklog measureBacklog() {
        return sql.query("""
                        SELECT count(*),
                               cast(greatest(0, extract(epoch FROM now() - min(created_at))) AS double precision) AS age
                          FROM (SELECT created_at FROM mail.notification WHERE status = 'pending'
                                 ORDER BY next_attempt_at LIMIT :limit) AS pending
                        """, EmailBacklog.class)
                .setParameter("limit", MAX_COUNTED)
                .getSingleResult();
    }

    /** Deletes up to {@code limit} e-mails of this age that were sent or have failed. @return how many were deleted */
    int prune(Duration age, int limit) {
        return sql.update("""
                        DELETE FROM mail.notification WHERE id IN (
                               SELECT id FROM mail.notification
                                WHERE status <> 'pending' AND created_at < now() - make_interval(secs => :age)
                                ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .setParameter("age", Seconds.of(age))
                .setParameter("limit", limit)
                .executeUpdate();
    }
}
