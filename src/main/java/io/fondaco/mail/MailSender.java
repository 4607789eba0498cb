package io.fondaco.mail;

import io.fondaco.platform.AtOnce;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jboss.logging.Logger;

/** Sends what is due, every two seconds, on every worker; each letter is sent by the pod that took it up. */
@ApplicationScoped
class MailSender {
    /** Names the job for who pauses it. */
    static final String JOB = "mail-sender";

    private static final Logger LOG = Logger.getLogger(MailSender.class);
    private static final int MOST_ROUNDS = 100;

    private final Letters letters;
    private final Delivery delivery;
    private final MailSettings settings;
    private final MailMetrics metrics;
    private final ReadWriteLock sending = new ReentrantReadWriteLock();
    private volatile boolean stopping;

    MailSender(Letters letters, Delivery delivery, MailSettings settings, MailMetrics metrics) {
        this.letters = letters;
        this.delivery = delivery;
        this.settings = settings;
        this.metrics = metrics;
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            identity = JOB,
            every = "{fondaco.mail.send-interval}",
            delayed = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = MailSwitch.class)
    void send() throws InterruptedException {
        metrics.measure(letters::waiting);
        boolean more = true;
        for (int round = 0; more && round < MOST_ROUNDS; round++) {
            more = sendSome();
        }
    }

    private boolean sendSome() throws InterruptedException {
        sending.readLock().lock();
        try {
            if (stopping) {
                return false;
            }
            List<Letter> claimed = letters.claim(settings.perRun());
            sendAll(claimed);
            return claimed.size() == settings.perRun();
        } finally {
            sending.readLock().unlock();
        }
    }

    /** At the same time: together they take as long as the slowest, and so no longer than their lease. */
    private void sendAll(List<Letter> claimed) throws InterruptedException {
        AtOnce.forEach(
                claimed,
                delivery::deliver,
                (_, thrown) -> LOG.errorf(thrown, "What came of a letter is not known; it is taken up again"));
    }

    /** Letters under way are brought to an end, or others would send them again. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event)
            throws InterruptedException {
        stopping = true;
        if (sending.writeLock().tryLock(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
            sending.writeLock().unlock();
        }
    }
}
