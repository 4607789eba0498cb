package io.fondaco.mail;

import io.fondaco.mail.EmailStatements.EmailBacklog;
import io.fondaco.platform.messaging.DeadLetters;
import io.fondaco.platform.messaging.Event;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The stored e-mail notifications and their status. The pod that sends one holds a lease on it
 * ({@link io.fondaco.platform.jobs.DueWork}). If the pod dies, the lease expires and another pod sends the e-mail.
 */
@ApplicationScoped
class EmailNotifications {
    private static final int PRUNE_BATCH = 10_000;

    private final EmailStatements statements;
    private final DeadLetters deadLetters;
    private final MailSettings settings;

    EmailNotifications(EmailStatements statements, DeadLetters deadLetters, MailSettings settings) {
        this.statements = statements;
        this.deadLetters = deadLetters;
        this.settings = settings;
    }

    /** Stores e-mails, each once and one confirmation per order. One statement. */
    @Transactional(Transactional.TxType.MANDATORY)
    void enqueue(Map<Event, EmailType> due) {
        statements.insert(due);
    }

    /** Claims due e-mails that no pod sends. One statement, in a transaction of its own. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    List<EmailNotification> claim(int limit) {
        return statements.claim(limit);
    }

    /** Records that the mail server has accepted the e-mail, also if another pod holds the lease now. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void markSent(EmailNotification emailNotification) {
        statements.markSent(emailNotification);
    }

    /** Schedules the next attempt, unless another pod has claimed the e-mail meanwhile. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void reschedule(EmailNotification emailNotification, String error, Duration delay) {
        statements.reschedule(emailNotification, error, delay);
    }

    /**
     * Marks the e-mail as failed and stores its event as a dead letter of the listener; a replay resets it to pending.
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void markFailed(EmailNotification emailNotification, String error) {
        if (statements.markFailed(emailNotification, error)) {
            deadLetters.moveToDeadLetters(MailListener.NAME, emailNotification.event(), error);
        }
    }

    /** One statement on the index of pending e-mails. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    EmailBacklog measureBacklog() {
        return statements.measureBacklog();
    }

    /**
     * Deletes old e-mails that were sent or have failed. A failed one can still be replayed: its event stores it again.
     *
     * @return whether there may be more
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    boolean prune() {
        return statements.prune(settings.retention(), PRUNE_BATCH) == PRUNE_BATCH;
    }
}
