package io.fondaco.mail;

import io.fondaco.platform.ParallelForEach;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.BatchLoop;
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

/**
 * Sends due e-mails on every worker, every two seconds; the pod that claims an e-mail sends it.
 */
@ApplicationScoped
class EmailSendJob {
    /** The identity of the job, by which tests pause it. */
    static final String JOB = "mail-sender";

    private static final Logger LOG = Logger.getLogger(EmailSendJob.class);

    private final EmailNotifications notifications;
    private final EmailSender emailSender;
    private final MailSettings settings;
    private final MailMetrics metrics;
    private final BatchLoop batchLoop;
    private final ReadWriteLock sending = new ReentrantReadWriteLock();
    private volatile boolean stopping;

    EmailSendJob(
            EmailNotifications emailNotifications,
            EmailSender emailSender,
            MailSettings settings,
            MailMetrics metrics,
            BatchLoop batchLoop) {
        this.notifications = emailNotifications;
        this.emailSender = emailSender;
        this.settings = settings;
        this.metrics = metrics;
        this.batchLoop = batchLoop;
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            identity = JOB,
            every = "2s",
            delayed = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = MailDisabled.class)
    void send() throws InterruptedException {
        metrics.sampleBacklog(notifications::measureBacklog);
        batchLoop.repeat(this::sendBatch);
    }

    /** @return whether more may be due */
    private boolean sendBatch() throws InterruptedException {
        sending.readLock().lock();
        try {
            if (stopping) {
                return false;
            }
            List<EmailNotification> claimed = notifications.claim(settings.maxConcurrentSends());
            sendConcurrently(claimed);
            return claimed.size() == settings.maxConcurrentSends();
        } finally {
            sending.readLock().unlock();
        }
    }

    /** Sends the e-mails at the same time, so that together they take no longer than the lease of one. */
    private void sendConcurrently(List<EmailNotification> claimed) throws InterruptedException {
        ParallelForEach.run(
                claimed,
                emailSender::send,
                (_, thrown) -> LOG.errorf(
                        thrown, "The result of an e-mail is not known; it is sent again after its lease expires"));
    }

    /** Waits for the e-mails that are being sent; otherwise other pods would send them again. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event)
            throws InterruptedException {
        stopping = true;
        if (sending.writeLock().tryLock(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
            sending.writeLock().unlock();
        }
    }
}
