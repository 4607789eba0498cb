package io.fondaco.mail;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;

/** A test's look at what is written down, and its way to call what runs in the background. */
@ApplicationScoped
class LetterBook {
    private final EntityManager entities;
    private final Letters letters;
    private final MailSender sender;

    LetterBook(EntityManager entities, Letters letters, MailSender sender) {
        this.entities = entities;
        this.letters = letters;
        this.sender = sender;
    }

    record Entry(UUID id, String kind, String status, int attempts, String error) {}

    @Transactional
    @ActivateRequestContext
    List<Entry> of(String order) {
        List<?> found = entities.createNativeQuery("""
                        SELECT id, kind, status, attempts, coalesce(error, '') AS error FROM mail.letter
                         WHERE order_id = :order ORDER BY created_at
                        """, Tuple.class)
                .setParameter("order", order)
                .getResultList();
        return found.stream().map(row -> entry((Tuple) row)).toList();
    }

    private static Entry entry(Tuple row) {
        return new Entry(
                row.get("id", UUID.class),
                row.get("kind", String.class),
                row.get("status", String.class),
                row.get("attempts", Integer.class),
                row.get("error", String.class));
    }

    /** Whether the listener has handled the event. */
    @Transactional
    @ActivateRequestContext
    boolean heard(String order, String type) {
        return !entities.createNativeQuery("""
                        SELECT 1 FROM messaging.outbox o JOIN messaging.inbox i ON i.event = o.id AND i.listener = 'mail'
                         WHERE o.subject = :order AND o.type = :type
                        """)
                .setParameter("order", order)
                .setParameter("type", type)
                .getResultList()
                .isEmpty();
    }

    @ActivateRequestContext
    void send() throws InterruptedException {
        sender.send();
    }

    @ActivateRequestContext
    List<Letter> claim(int most) {
        return letters.claim(most);
    }

    @ActivateRequestContext
    void prune() {
        letters.prune();
    }

    /** As when the pod that took it up died, and its time ran out. */
    @Transactional
    @ActivateRequestContext
    void leaseRunsOut(String order) {
        entities.createNativeQuery("UPDATE mail.letter SET leased_until = now() WHERE order_id = :order")
                .setParameter("order", order)
                .executeUpdate();
    }

    @Transactional
    @ActivateRequestContext
    void age(String order, String interval) {
        entities.createNativeQuery("""
                        UPDATE mail.letter SET created_at = now() - cast(:interval AS interval) WHERE order_id = :order
                        """)
                .setParameter("interval", interval)
                .setParameter("order", order)
                .executeUpdate();
    }
}
