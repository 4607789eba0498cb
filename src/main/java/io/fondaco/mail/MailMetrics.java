package io.fondaco.mail;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** Metrics of e-mails, {@code fondaco_mail_…}. */
@Startup
@ApplicationScoped
class MailMetrics {
    private final MeterRegistry registry;
    private final AtomicBoolean described = new AtomicBoolean();
    private volatile EmailStatements.EmailBacklog backlog = new EmailStatements.EmailBacklog(0, 0);

    MailMetrics(MeterRegistry registry, MailSettings settings) {
        this.registry = registry;
        if (settings.enabled()) {
            for (EmailType emailType : EmailType.values()) {
                Stream.of(SendOutcome.values()).forEach(sendOutcome -> attempts(emailType, sendOutcome));
            }
        }
    }

    /** The outcome of an attempt. */
    enum SendOutcome {
        SENT,
        RETRIED,
        FAILED
    }

    void recordAttempt(EmailType emailType, SendOutcome sendOutcome) {
        attempts(emailType, sendOutcome).increment();
    }

    private Counter attempts(EmailType emailType, SendOutcome sendOutcome) {
        return Counter.builder("fondaco.mail.letters")
                .description("Attempts to send an e-mail, by outcome")
                .tags("kind", emailType.column(), "outcome", sendOutcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    void recordBacklog(EmailStatements.EmailBacklog measured) {
        backlog = measured;
        if (described.compareAndSet(false, true)) {
            Gauge.builder("fondaco.mail.pending", () -> backlog.count())
                    .description("E-mails that are not sent yet, counted up to 100,000")
                    .register(registry);
            Gauge.builder("fondaco.mail.pending.age.seconds", () -> backlog.oldestSeconds())
                    .description("Age of the oldest e-mail that is not sent yet")
                    .register(registry);
        }
    }
}
