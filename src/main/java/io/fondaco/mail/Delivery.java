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
class Delivery {
    private static final Logger LOG = Logger.getLogger(Delivery.class);
    private static final Pattern ADDRESS = Pattern.compile("[^\\s<>:;,\"']+@[^\\s<>:;,\"']+");

    private final Letters letters;
    private final LetterWriter writer;
    private final ReactiveMailer mailer;
    private final MailSettings settings;
    private final MailMetrics metrics;
    private final Backoff backoff;

    /**
     * All talk with mail servers is on one event loop: the client starts to listen on the loop of whoever asked for a connection,
     * and a greeting that comes before that on another loop is lost, and its letter waits for nothing.
     */
    private final Context loop;

    Delivery(
            Letters letters,
            LetterWriter writer,
            ReactiveMailer mailer,
            MailSettings settings,
            MailMetrics metrics,
            Vertx vertx) {
        this.letters = letters;
        this.writer = writer;
        this.mailer = mailer;
        this.settings = settings;
        this.metrics = metrics;
        this.backoff = new Backoff(settings.retryDelay(), settings.maxRetryDelay());
        this.loop = vertx.getOrCreateContext();
    }

    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    void deliver(Letter letter) {
        try {
            mailer.send(writer.write(letter))
                    .runSubscriptionOn(talk -> loop.runOnContext(_ -> talk.run()))
                    .ifNoItem()
                    .after(settings.timeout())
                    .fail()
                    .await()
                    .indefinitely();
        } catch (RuntimeException | Error e) {
            if (DatabaseFailure.in(e).passes()) {
                // Nobody's failure: the lease runs out, and the letter is taken up again.
                throw e;
            }
            failed(letter, e);
            return;
        }
        letters.sent(letter);
        metrics.count(letter.kind(), MailMetrics.Outcome.SENT);
    }

    /** Logs name the letter and the kind of failure only: what mail servers say may name the recipient. */
    private void failed(Letter letter, Throwable failure) {
        String error = "%s: %s".formatted(name(failure), withoutAddresses(failure));
        if (letter.attempt() >= settings.maxAttempts()) {
            letters.giveUp(letter, error);
            metrics.count(letter.kind(), MailMetrics.Outcome.FAILED);
            LOG.errorf(
                    "%s (%s) could not be sent %d times: %s; a dead letter",
                    letter.publicId(), letter.kind().column(), letter.attempt(), name(failure));
            return;
        }
        letters.putOff(letter, error, backoff.after(letter.attempt()));
        metrics.count(letter.kind(), MailMetrics.Outcome.RETRIED);
        LOG.warnf(
                "%s (%s) could not be sent: %s; it is tried again",
                letter.publicId(), letter.kind().column(), name(failure));
    }

    private static String name(Throwable failure) {
        return refusal(failure)
                .map(refused -> "SMTP " + refused.getReplyCode())
                .orElseGet(() -> Causes.root(failure).getClass().getSimpleName());
    }

    private static String withoutAddresses(Throwable failure) {
        String said = refusal(failure)
                .map(SMTPException::getReplyMessage)
                .orElseGet(() -> String.valueOf(Causes.root(failure).getMessage()));
        return ADDRESS.matcher(said).replaceAll("[address]");
    }

    private static Optional<SMTPException> refusal(Throwable failure) {
        return DatabaseFailure.find(failure, SMTPException.class);
    }
}
