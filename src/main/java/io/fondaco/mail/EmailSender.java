package io.fondaco.mail;

import io.fondaco.platform.Backoff;
import io.fondaco.platform.Causes;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.SMTPException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Sends one e-mail, outside of any transaction, and stores the result. */
@ApplicationScoped
class EmailSender {
    private static final Logger LOG = Logger.getLogger(EmailSender.class);
    private static final Duration MAX_RETRY_DELAY = Duration.ofHours(1);
    private static final Pattern ADDRESS = Pattern.compile("[^\\s<>:;,\"']+@[^\\s<>:;,\"']+");

    private final EmailNotifications notifications;
    private final EmailRenderer renderer;
    private final ReactiveMailer mailer;
    private final MailSettings settings;
    private final MailMetrics metrics;
    private final Backoff backoff;

    /**
     * All SMTP connections use one event loop. The client registers its handler on the event loop of the caller; on
     * another loop the server's greeting may arrive before that and is lost, and the e-mail waits until its time limit.
     */
    private final Context smtpEventLoop;

    EmailSender(
            EmailNotifications emailNotifications,
            EmailRenderer renderer,
            ReactiveMailer mailer,
            MailSettings settings,
            MailMetrics metrics,
            Vertx vertx) {
        this.notifications = emailNotifications;
        this.renderer = renderer;
        this.mailer = mailer;
        this.settings = settings;
        this.metrics = metrics;
        this.backoff = new Backoff(settings.retryDelay(), MAX_RETRY_DELAY);
        this.smtpEventLoop = vertx.getOrCreateContext();
    }

    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    void send(EmailNotification notification) {
        try {
            mailer.send(renderer.render(notification))
                    .runSubscriptionOn(task -> smtpEventLoop.runOnContext(_ -> task.run()))
                    .ifNoItem()
                    .after(settings.timeout())
                    .fail()
                    .await()
                    .indefinitely();
        } catch (RuntimeException | Error e) {
            if (DatabaseFailure.classify(e).isOutage()) {
                // Not a failure of the e-mail: its lease expires and it is sent again.
                throw e;
            }
            handleFailure(notification, e);
            return;
        }
        notifications.markSent(notification);
        metrics.recordAttempt(notification.type(), MailMetrics.SendOutcome.SENT);
    }

    /** Logs only the id and the kind of failure, because the replies of mail servers may contain the recipient. */
    private void handleFailure(EmailNotification notification, Throwable failure) {
        String error = "%s: %s".formatted(failureCode(failure), redactAddresses(failure));
        if (notification.attempt() >= settings.maxAttempts()) {
            notifications.markFailed(notification, error);
            metrics.recordAttempt(notification.type(), MailMetrics.SendOutcome.FAILED);
            LOG.errorf(
                    "E-mail %s (%s) could not be sent in %d attempts: %s; it is moved to the dead letters",
                    notification.publicId(),
                    notification.type().column(),
                    notification.attempt(),
                    failureCode(failure));
            return;
        }
        notifications.reschedule(notification, error, backoff.delayAfter(notification.attempt()));
        metrics.recordAttempt(notification.type(), MailMetrics.SendOutcome.RETRIED);
        LOG.warnf(
                "E-mail %s (%s) could not be sent: %s; it is retried",
                notification.publicId(), notification.type().column(), failureCode(failure));
    }

    private static String failureCode(Throwable failure) {
        return findSmtpRejection(failure)
                .map(rejection -> "SMTP " + rejection.getReplyCode())
                .orElseGet(() -> Causes.rootCause(failure).getClass().getSimpleName());
    }

    private static String redactAddresses(Throwable failure) {
        String message = findSmtpRejection(failure)
                .map(SMTPException::getReplyMessage)
                .orElseGet(() -> String.valueOf(Causes.rootCause(failure).getMessage()));
        return ADDRESS.matcher(message).replaceAll("[address]");
    }

    private static Optional<SMTPException> findSmtpRejection(Throwable failure) {
        return Causes.find(failure, SMTPException.class);
    }
}
