package io.fondaco.mail;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.DeadLetters;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/**
 * The stored e-mail notifications and their status. The pod that sends one holds a lease on it, by the clock of the
 * database. If the pod dies, the lease expires and another pod sends the e-mail.
 */
@ApplicationScoped
class EmailNotifications {
    private static final int MAX_ERROR_LENGTH = 2_000;
    private static final int MAX_COUNTED = 100_000;
    private static final int PRUNE_BATCH = 10_000;

    /** Added to the time limit of sending, for reading the order and storing the result. */
    private static final Duration MARGIN = Duration.ofSeconds(45);

    /** A failed e-mail whose event arrives again is reset to pending: an operator has replayed its dead letter. */
    private static final String ENQUEUE = """
            INSERT INTO mail.notification AS l (id, kind, order_id, event, event_type, sequence, version, published_at, payload)
            SELECT id, kind, order_id, event, event_type, sequence, version, published_at, payload
              FROM unnest(?::uuid[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::timestamptz[],
                          ?::jsonb[])
                   AS t (id, kind, order_id, event, event_type, sequence, version, published_at, payload)
             WHERE kind <> 'confirmation'
                OR NOT EXISTS (SELECT FROM mail.notification c
                                WHERE c.order_id = t.order_id AND c.kind = 'confirmation' AND c.event <> t.event)
            ON CONFLICT (event, kind) DO UPDATE
               SET status = 'pending', attempts = 0, next_attempt_at = now(), leased_until = '-infinity', error = NULL
             WHERE l.status = 'failed'
            """;

    private static final String CLAIM = """
            WITH due AS (
                SELECT id FROM mail.notification
                 WHERE status = 'pending' AND next_attempt_at <= now() AND leased_until <= now()
                 ORDER BY next_attempt_at LIMIT ? FOR UPDATE SKIP LOCKED
            )
            UPDATE mail.notification l
               SET attempts = l.attempts + 1, leased_until = clock_timestamp() + make_interval(secs => ?)
              FROM due WHERE l.id = due.id
            RETURNING l.id, l.kind, l.order_id, l.event, l.event_type, l.sequence, l.version, l.published_at, l.payload::text,
                      l.attempts
            """;

    private final EntityManager entities;
    private final DeadLetters deadLetters;
    private final MailSettings settings;

    EmailNotifications(EntityManager entities, DeadLetters deadLetters, MailSettings settings) {
        this.entities = entities;
        this.deadLetters = deadLetters;
        this.settings = settings;
    }

    /** The number of pending e-mails, up to 100,000, and the age of the oldest. */
    record EmailBacklog(long count, double oldestSeconds) {}

    /** Stores e-mails, each once and one confirmation per order. One statement. */
    @Transactional(Transactional.TxType.MANDATORY)
    void enqueue(Map<Event, EmailType> due) {
        List<Event> events = List.copyOf(due.keySet());
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(ENQUEUE)) {
                insert.setArray(1, SqlArrays.ofColumn(connection, "uuid", events, _ -> TypeId.newUuid()));
                insert.setArray(
                        2, SqlArrays.ofColumn(connection, "text", List.copyOf(due.values()), EmailType::column));
                insert.setArray(3, SqlArrays.ofColumn(connection, "text", events, Event::subject));
                insert.setArray(4, SqlArrays.ofColumn(connection, "uuid", events, Event::id));
                insert.setArray(5, SqlArrays.ofColumn(connection, "text", events, Event::type));
                insert.setArray(6, SqlArrays.ofColumn(connection, "bigint", events, Event::sequence));
                insert.setArray(7, SqlArrays.ofColumn(connection, "bigint", events, Event::version));
                insert.setArray(8, SqlArrays.ofColumn(connection, "timestamptz", events, event -> event.time()
                        .toString()));
                insert.setArray(9, SqlArrays.ofColumn(connection, "text", events, Event::data));
                insert.executeUpdate();
            }
        });
    }

    /** Claims due e-mails that no pod sends. One statement, in a transaction of its own. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    List<EmailNotification> claim(int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
                claim.setInt(1, limit);
                claim.setDouble(2, Seconds.of(settings.timeout().plus(MARGIN)));
                List<EmailNotification> claimed = new ArrayList<>();
                try (ResultSet row = claim.executeQuery()) {
                    while (row.next()) {
                        claimed.add(mapNotification(row));
                    }
                }
                return claimed;
            }
        });
    }

    private static EmailNotification mapNotification(ResultSet row) throws SQLException {
        return new EmailNotification(
                row.getObject("id", UUID.class),
                EmailType.ofColumn(row.getString("kind")),
                new Event(
                        row.getObject("event", UUID.class),
                        row.getString("event_type"),
                        row.getString("order_id"),
                        row.getLong("sequence"),
                        row.getLong("version"),
                        row.getObject("published_at", OffsetDateTime.class).toInstant(),
                        row.getString("payload"),
                        row.getInt("attempts"),
                        false,
                        null));
    }

    /** Records that the mail server has accepted the e-mail, also if another pod holds the lease now. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void markSent(EmailNotification emailNotification) {
        entities.createNativeQuery("""
                        UPDATE mail.notification SET status = 'sent', sent_at = now(), error = NULL
                         WHERE id = :id AND status = 'pending'
                        """)
                .setParameter("id", emailNotification.id())
                .executeUpdate();
    }

    /** Schedules the next attempt, unless another pod has claimed the e-mail meanwhile. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void reschedule(EmailNotification emailNotification, String error, Duration delay) {
        entities.createNativeQuery("""
                        UPDATE mail.notification
                           SET next_attempt_at = now() + make_interval(secs => :delay), leased_until = '-infinity',
                               error = :error
                         WHERE id = :id AND status = 'pending' AND attempts = :attempts
                        """)
                .setParameter("delay", Seconds.of(delay))
                .setParameter("error", UnicodeText.truncate(error, MAX_ERROR_LENGTH))
                .setParameter("id", emailNotification.id())
                .setParameter("attempts", emailNotification.attempt())
                .executeUpdate();
    }

    /**
     * Marks the e-mail as failed and stores its event as a dead letter of the listener; a replay resets it to pending.
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void markFailed(EmailNotification emailNotification, String error) {
        int updated = entities.createNativeQuery("""
                        UPDATE mail.notification SET status = 'failed', leased_until = '-infinity', error = :error
                         WHERE id = :id AND status = 'pending' AND attempts = :attempts
                        """)
                .setParameter("error", UnicodeText.truncate(error, MAX_ERROR_LENGTH))
                .setParameter("id", emailNotification.id())
                .setParameter("attempts", emailNotification.attempt())
                .executeUpdate();
        if (updated == 1) {
            deadLetters.moveToDeadLetters(MailListener.NAME, emailNotification.event(), error);
        }
    }

    /** One statement on the index of pending e-mails. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    EmailBacklog measureBacklog() {
        return session().doReturningWork(connection -> {
            try (PreparedStatement count = connection.prepareStatement("""
                    SELECT count(*), extract(epoch FROM now() - min(created_at))
                      FROM (SELECT created_at FROM mail.notification WHERE status = 'pending'
                             ORDER BY next_attempt_at LIMIT ?) AS pending
                    """)) {
                count.setInt(1, MAX_COUNTED);
                try (ResultSet row = count.executeQuery()) {
                    row.next();
                    return new EmailBacklog(row.getLong(1), Math.max(0, row.getDouble(2)));
                }
            }
        });
    }

    /**
     * Deletes old e-mails that were sent or have failed. A failed one can still be replayed: its event stores it again.
     *
     * @return whether there may be more
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    boolean prune() {
        return entities.createNativeQuery("""
                        DELETE FROM mail.notification WHERE id IN (
                               SELECT id FROM mail.notification
                                WHERE status <> 'pending' AND created_at < now() - make_interval(secs => :age)
                                ORDER BY created_at LIMIT :most FOR UPDATE SKIP LOCKED)
                        """)
                        .setParameter("age", Seconds.of(settings.retention()))
                        .setParameter("most", PRUNE_BATCH)
                        .executeUpdate()
                == PRUNE_BATCH;
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
