package io.fondaco.mail;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.ParallelForEach;
import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.BatchLoop;
import io.fondaco.platform.jobs.DueWorkPoll;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.transactions.AfterCommit;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jboss.logging.Logger;

/**
 * Sends due e-mails on every worker; the pod that claims an e-mail sends it. It sends the e-mails that this pod stores
 * as soon as they are committed, and finds others within a second.
 */
@ApplicationScoped
class EmailSendJob {
    private static final Logger LOG = Logger.getLogger(EmailSendJob.class);

    /** How often e-mails are claimed without any signal. */
    private static final Duration SAFETY_INTERVAL = Duration.ofMinutes(1);

    private final EmailNotifications notifications;
    private final EmailSender emailSender;
    private final MailSettings settings;
    private final MailDisabled mailDisabled;
    private final MailMetrics metrics;
    private final BatchLoop batchLoop;
    private final DueWorkPoll dueWorkPoll;
    private final AfterCommit afterCommit;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private final ReadWriteLock sending = new ReentrantReadWriteLock();
    private final LogOnce logOnce = new LogOnce();
    private volatile boolean paused;
    private volatile boolean stopping;

    EmailSendJob(
            EmailNotifications emailNotifications,
            EmailSender emailSender,
            MailSettings settings,
            MailDisabled mailDisabled,
            MailMetrics metrics,
            BatchLoop batchLoop,
            DueWorkPoll dueWorkPoll,
            AfterCommit afterCommit) {
        this.notifications = emailNotifications;
        this.emailSender = emailSender;
        this.settings = settings;
        this.mailDisabled = mailDisabled;
        this.metrics = metrics;
        this.batchLoop = batchLoop;
        this.dueWorkPoll = dueWorkPoll;
        this.afterCommit = afterCommit;
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (mailDisabled.sendsEmails()) {
            dueWorkPoll.watch(EmailStatements.HAS_DUE_EMAILS, wakeUpSignal::signal);
            Thread.ofVirtual().name("mail-sender").start(this::sendLoop);
        }
    }

    /** Sends the e-mails that the current transaction stores, as soon as it is committed. */
    void wakeAfterCommit() {
        afterCommit.run(wakeUpSignal::signal);
    }

    /** Stops claiming e-mails until {@link #resume}, so that a test can take the place of this pod. */
    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        wakeUpSignal.signal();
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = GaugeSnapshot.REFRESH_INTERVAL,
            delayed = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = MailDisabled.class)
    void measure() {
        metrics.recordBacklog(notifications.measureBacklog());
    }

    private void sendLoop() {
        try {
            while (!stopping) {
                wakeUpSignal.await(SAFETY_INTERVAL);
                if (!stopping && !paused) {
                    sendLogged();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendLogged() throws InterruptedException {
        try {
            send();
            logOnce.reset();
        } catch (RuntimeException e) {
            if (!stopping && logOnce.shouldLog(e)) {
                LOG.warnf("Due e-mails could not be claimed and are sent later: %s", e.getMessage());
            }
        }
    }

    @ActivateRequestContext
    void send() throws InterruptedException {
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
        wakeUpSignal.signal();
        if (sending.writeLock().tryLock(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
            sending.writeLock().unlock();
        }
    }
}
