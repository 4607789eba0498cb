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
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Brings one letter to the mail server, outside of any transaction, and writes down what came of it. */
@ApplicationScoped
class EmailSender {
    private static final Logger LOG = Logger.getLogger(EmailSender.class);
    private static final Pattern ADDRESS = Pattern.compile("[^\\s<>:;,\"']+@[^\\s<>:;,\"']+");

    private final EmailNotifications notifications;
    private final EmailRenderer renderer;
    private final ReactiveMailer mailer;
    private final MailSettings settings;
    private final MailMetrics metrics;
    private final Backoff backoff;

    /**
     * All talk with mail servers is on one event loop: the client starts to listen on the loop of whoever asked for a connection,
     * and a greeting that comes before that on another loop is lost, and its letter waits for nothing.
     */
    private final Context smtpEventLoop;

    EmailSender(
            EmailNotifications emailNotifications,
            EmailRenderer writer,
            ReactiveMailer mailer,
            MailSettings settings,
            MailMetrics metrics,
            Vertx vertx) {
        this.notifications = emailNotifications;
        this.renderer = writer;
        this.mailer = mailer;
        this.settings = settings;
        this.metrics = metrics;
        this.backoff = new Backoff(settings.retryDelay(), settings.maxRetryDelay());
        this.smtpEventLoop = vertx.getOrCreateContext();
    }

    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    void send(EmailNotification emailNotification) {
        try {
            mailer.send(renderer.render(emailNotification))
                    .runSubscriptionOn(talk -> smtpEventLoop.runOnContext(_ -> talk.run()))
                    .ifNoItem()
                    .after(settings.timeout())
                    .fail()
                    .await()
                    .indefinitely();
        } catch (RuntimeException | Error e) {
            if (DatabaseFailure.classify(e).isOutage()) {
                // Nobody's failure: the lease runs out, and the letter is taken up again.
                throw e;
            }
            handleFailure(emailNotification, e);
            return;
        }
        notifications.markSent(emailNotification);
        metrics.recordAttempt(emailNotification.type(), MailMetrics.SendOutcome.SENT);
    }

    /** Logs name the letter and the kind of failure only: what mail servers say may name the recipient. */
    private void handleFailure(EmailNotification emailNotification, Throwable failure) {
        String error = "%s: %s".formatted(failureCode(failure), redactAddresses(failure));
        if (emailNotification.attempt() >= settings.maxAttempts()) {
            notifications.markFailed(emailNotification, error);
            metrics.recordAttempt(emailNotification.type(), MailMetrics.SendOutcome.FAILED);
            LOG.errorf(
                    "%s (%s) could not be sent %d times: %s; a dead letter",
                    emailNotification.publicId(),
                    emailNotification.type().column(),
                    emailNotification.attempt(),
                    failureCode(failure));
            return;
        }
        notifications.reschedule(emailNotification, error, backoff.delayAfter(emailNotification.attempt()));
        metrics.recordAttempt(emailNotification.type(), MailMetrics.SendOutcome.RETRIED);
        LOG.warnf(
                "%s (%s) could not be sent: %s; it is tried again",
                emailNotification.publicId(), emailNotification.type().column(), failureCode(failure));
    }

    private static String failureCode(Throwable failure) {
        return findSmtpRejection(failure)
                .map(refused -> "SMTP " + refused.getReplyCode())
                .orElseGet(() -> Causes.rootCause(failure).getClass().getSimpleName());
    }

    private static String redactAddresses(Throwable failure) {
        String said = findSmtpRejection(failure)
                .map(SMTPException::getReplyMessage)
                .orElseGet(() -> String.valueOf(Causes.rootCause(failure).getMessage()));
        return ADDRESS.matcher(said).replaceAll("[address]");
    }

    private static Optional<SMTPException> findSmtpRejection(Throwable failure) {
        return DatabaseFailure.findCause(failure, SMTPException.class);
    }
}
