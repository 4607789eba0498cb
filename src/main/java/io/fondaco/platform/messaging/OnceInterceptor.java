package io.fondaco.platform.messaging;

import io.fondaco.platform.Backoff;
import io.fondaco.platform.Causes;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.tracing.Traced;
import io.fondaco.platform.tracing.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What {@link Once} promises. Never throws while the pod runs: a message that it was handed is dealt with. */
@Once("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 160)
class OnceInterceptor {
    private static final Logger LOG = Logger.getLogger(OnceInterceptor.class);
    private static final Duration CLOCKS = Duration.ofMinutes(1);
    private static final int GIVE_WAY = 5;
    private static final long AWAY_MILLIS = 500;
    private static final int TRANSACTION_SECONDS = 30;

    /** As OpenTelemetry's conventions for messaging call them. */
    private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("messaging.consumer.group.name");

    private static final AttributeKey<Long> BATCH = AttributeKey.longKey("messaging.batch.message_count");

    private final Inbox inbox;
    private final Parked parked;
    private final DeadLetters deadLetters;
    private final Heart heart;
    private final MessagingSettings settings;
    private final MessagingMetrics metrics;
    private final Tracing tracing;
    private final Backoff backoff;

    OnceInterceptor(
            Inbox inbox,
            Parked parked,
            DeadLetters deadLetters,
            Heart heart,
            MessagingSettings settings,
            MessagingMetrics metrics,
            Tracing tracing) {
        this.inbox = inbox;
        this.parked = parked;
        this.deadLetters = deadLetters;
        this.heart = heart;
        this.settings = settings;
        this.metrics = metrics;
        this.tracing = tracing;
        this.backoff = new Backoff(settings.retryDelay(), settings.maxRetryDelay());
    }

    /** A listener, called with some events. */
    private record Listener(String name, List<String> types, InvocationContext call) {
        void handle(List<Event> events) throws Exception {
            call.setParameters(new Object[] {new EventBatch(events)});
            call.proceed();
        }
    }

    @AroundInvoke
    @Nullable
    Object run(InvocationContext call) throws Exception {
        Once once = call.getMethod().getAnnotation(Once.class);
        if (once == null
                || call.getParameters().length != 1
                || !(call.getParameters()[0] instanceof EventBatch batch)) {
            throw new IllegalStateException("@Once is for methods that take an EventBatch: " + call.getMethod());
        }
        Listener listener = new Listener(once.value(), List.of(once.types()), call);
        List<Event> fresh = new ArrayList<>();
        for (Event event : batch.events()) {
            if (event.parked()) {
                retry(listener, event);
            } else if (event.type().equals(Event.MALFORMED)) {
                certainly(() -> deadLetters.bury(listener.name(), event, "Not an event"));
            } else if (event.matches(listener.types()) && isForListener(listener, event)) {
                fresh.add(event);
            }
        }
        handle(listener, fresh);
        return null;
    }

    private boolean isForListener(Listener listener, Event event) throws InterruptedException {
        if (event.time().isBefore(Instant.now().minus(settings.inboxRetention()))) {
            certainly(() -> deadLetters.bury(
                    listener.name(), event, "It came so late that nobody can tell whether it was handled"));
            return false;
        }
        return event.time().isAfter(heart.since(listener.name()).minus(CLOCKS));
    }

    /** All at once; and if that fails, by halves, until what fails is alone. */
    private void handle(Listener listener, List<Event> events) throws InterruptedException {
        if (events.isEmpty()) {
            return;
        }
        Throwable failure = attempt(listener, events, () -> {
            List<Event> admitted = inbox.admit(listener.name(), events);
            if (!admitted.isEmpty()) {
                listener.handle(admitted);
            }
            metrics.handled(listener.name(), admitted);
        });
        if (failure == null) {
            return;
        }
        if (events.size() > 1) {
            handle(listener, events.subList(0, events.size() / 2));
            handle(listener, events.subList(events.size() / 2, events.size()));
            return;
        }
        Event event = events.getFirst();
        LOG.warnf(failure, "%s failed at %s %s; it is tried again", listener.name(), event.type(), event.id());
        metrics.failed(listener.name());
        certainly(() -> parked.park(listener.name(), event, describe(failure), backoff.after(1)));
    }

    private void retry(Listener listener, Event event) throws InterruptedException {
        Throwable failure = attempt(listener, List.of(event), () -> {
            if (parked.take(listener.name(), event)) {
                if (inbox.admitAgain(listener.name(), event)) {
                    listener.handle(List.of(event));
                }
                parked.resolve(listener.name(), event);
            }
        });
        if (failure == null) {
            return;
        }
        metrics.failed(listener.name());
        int attempts = event.attempts() + 1;
        if (attempts < settings.maxAttempts()) {
            certainly(() -> parked.putOff(listener.name(), event, describe(failure), backoff.after(attempts)));
            return;
        }
        LOG.errorf(
                failure,
                "%s failed at %s %s for the %dth time: a dead letter",
                listener.name(),
                event.type(),
                event.id(),
                attempts);
        certainly(() -> {
            if (parked.take(listener.name(), event)) {
                deadLetters.bury(listener.name(), event.failedOnceMore(), describe(failure));
                parked.resolve(listener.name(), event);
            }
        });
    }

    /** As a part of the traces that the events were told in. */
    private @Nullable Throwable attempt(Listener listener, List<Event> events, Work work) throws InterruptedException {
        try (Traced traced = tracing.goOn(
                "process " + listener.name(),
                SpanKind.CONSUMER,
                Attributes.of(LISTENER, listener.name(), BATCH, (long) events.size()),
                events.stream().map(Event::trace).toList())) {
            Throwable failure = attempt(work);
            if (failure != null) {
                traced.failed(Causes.root(failure));
            }
            return failure;
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    /**
     * Runs it in a transaction, again and again while the database is away: that is nobody's failure.
     *
     * @return why it failed; null when it did not
     */
    private @Nullable Throwable attempt(Work work) throws InterruptedException {
        for (int gaveWay = 0; ; ) {
            try {
                QuarkusTransaction.requiringNew().timeout(TRANSACTION_SECONDS).call(() -> {
                    work.run();
                    return true;
                });
                return null;
            } catch (Exception | StackOverflowError | AssertionError e) {
                DatabaseFailure kind = DatabaseFailure.in(e);
                boolean away = kind.passes() || kind == DatabaseFailure.COMMIT_UNKNOWN;
                boolean again = kind == DatabaseFailure.GAVE_WAY && gaveWay++ < GIVE_WAY;
                if (!away && !again) {
                    return e;
                }
                heart.pause(away ? AWAY_MILLIS : ThreadLocalRandom.current().nextLong(1, AWAY_MILLIS / 10));
            }
        }
    }

    /** For what cannot fail but for the database. */
    private void certainly(Work work) throws InterruptedException {
        Throwable failure = attempt(work);
        if (failure != null) {
            throw new IllegalStateException("A failure cannot be written down", failure);
        }
    }

    private static String describe(Throwable failure) {
        Throwable cause = Causes.root(failure);
        return "%s: %s".formatted(cause.getClass().getSimpleName(), cause.getMessage());
    }
}
