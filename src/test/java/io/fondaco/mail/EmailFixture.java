package io.fondaco.mail;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;

/** Reads the stored e-mails and runs background jobs for tests. */
@ApplicationScoped
class EmailFixture {
    private final EntityManager entities;
    private final EmailNotifications notifications;
    private final EmailSendJob sender;

    EmailFixture(EntityManager entities, EmailNotifications emailNotifications, EmailSendJob sender) {
        this.entities = entities;
        this.notifications = emailNotifications;
        this.sender = sender;
    }

    record NotificationRow(UUID id, String kind, String status, int attempts, String error) {}

    @Transactional
    @ActivateRequestContext
    List<NotificationRow> findByOrder(String order) {
        List<?> found = entities.createNativeQuery("""
                        SELECT id, kind, status, attempts, coalesce(error, '') AS error FROM mail.notification
                         WHERE order_id = :order ORDER BY created_at
                        """, Tuple.class)
                .setParameter("order", order)
                .getResultList();
        return found.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    private static NotificationRow mapRow(Tuple row) {
        return new NotificationRow(
                row.get("id", UUID.class),
                row.get("kind", String.class),
                row.get("status", String.class),
                row.get("attempts", Integer.class),
                row.get("error", String.class));
    }

    /** Whether the listener has handled the event. */
    @Transactional
    @ActivateRequestContext
    boolean isEventHandled(String order, String type) {
        return !entities.createNativeQuery("""
                        SELECT 1 FROM messaging.outbox o
                          JOIN messaging.inbox i ON i.event = o.id AND i.listener = 'mail'
                         WHERE o.subject = :order AND o.type = :type
                        """)
                .setParameter("order", order)
                .setParameter("type", type)
                .getResultList()
                .isEmpty();
    }

    /** Stops the sending of this pod, so that a test can take its place. */
    void pauseSending() {
        sender.pause();
    }

    void resumeSending() {
        sender.resume();
    }

    @ActivateRequestContext
    void send() throws InterruptedException {
        sender.send();
    }

    @ActivateRequestContext
    List<EmailNotification> claim(int limit) {
        return notifications.claim(limit);
    }

    @ActivateRequestContext
    void prune() {
        notifications.prune();
    }

    /** Expires the lease of an e-mail, as if the pod that claimed it had died. */
    @Transactional
    @ActivateRequestContext
    void expireLease(String order) {
        entities.createNativeQuery("UPDATE mail.notification SET leased_until = now() WHERE order_id = :order")
                .setParameter("order", order)
                .executeUpdate();
    }

    @Transactional
    @ActivateRequestContext
    void backdate(String order, String interval) {
        entities.createNativeQuery("""
                        UPDATE mail.notification SET created_at = now() - cast(:interval AS interval)
                         WHERE order_id = :order
                        """)
                .setParameter("interval", interval)
                .setParameter("order", order)
                .executeUpdate();
    }
}
