package io.fondaco.mail;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Letters in numbers: {@code fondaco_mail_…}. */
@Startup
@ApplicationScoped
class MailMetrics {
    private static final long APART_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final MeterRegistry registry;
    private final AtomicLong measuredAt = new AtomicLong(System.nanoTime() - APART_NANOS);
    private final AtomicBoolean described = new AtomicBoolean();
    private volatile Letters.Waiting waiting = new Letters.Waiting(0, 0);

    MailMetrics(MeterRegistry registry, MailSettings settings) {
        this.registry = registry;
        if (settings.enabled()) {
            for (Kind kind : Kind.values()) {
                Stream.of(Outcome.values()).forEach(outcome -> letters(kind, outcome));
            }
        }
    }

    /** What came of an attempt. */
    enum Outcome {
        SENT,
        RETRIED,
        FAILED
    }

    void count(Kind kind, Outcome outcome) {
        letters(kind, outcome).increment();
    }

    private Counter letters(Kind kind, Outcome outcome) {
        return Counter.builder("fondaco.mail.letters")
                .description("Attempts to send a letter, by what came of them")
                .tags("kind", kind.column(), "outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    /** Looks how much is waiting, every 15 s at most. */
    void measure(Supplier<Letters.Waiting> count) {
        long last = measuredAt.get();
        long now = System.nanoTime();
        if (now - last < APART_NANOS || !measuredAt.compareAndSet(last, now)) {
            return;
        }
        waiting = count.get();
        if (described.compareAndSet(false, true)) {
            Gauge.builder("fondaco.mail.pending", () -> waiting.letters())
                    .description("Letters that are not sent yet, counted up to 100,000")
                    .register(registry);
            Gauge.builder("fondaco.mail.pending.age.seconds", () -> waiting.oldestSeconds())
                    .description("How long the oldest of them waits")
                    .register(registry);
        }
    }
}
