package io.fondaco.platform.messaging;

import io.fondaco.platform.Backoff;
import io.fondaco.platform.Causes;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.tracing.TraceSpan;
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
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Implements {@link IdempotentConsumer}. While the pod runs it never throws: every event is handled, put into the retry
 * queue or moved to the dead letters.
 */
@IdempotentConsumer("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 160)
class IdempotentConsumerInterceptor {
    private static final Logger LOG = Logger.getLogger(IdempotentConsumerInterceptor.class);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);
    private static final Duration MAX_RETRY_DELAY = Duration.ofMinutes(5);
    private static final int MAX_CONFLICT_RETRIES = 5;
    private static final long DATABASE_RETRY_MILLIS = 500;
    private static final int TRANSACTION_TIMEOUT_SECONDS = 30;

    /** Attribute names of OpenTelemetry's conventions for messaging. */
    private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("messaging.consumer.group.name");

    private static final AttributeKey<Long> BATCH_SIZE = AttributeKey.longKey("messaging.batch.message_count");

    private final Inbox inbox;
    private final RetryQueue retryQueue;
    private final DeadLetters deadLetters;
    private final WorkerHeartbeat heartbeat;
    private final MessagingSettings settings;
    private final MessagingMetrics metrics;
    private final Tracing tracing;
    private final Backoff backoff;

    IdempotentConsumerInterceptor(
            Inbox inbox,
            RetryQueue retryQueue,
            DeadLetters deadLetters,
            WorkerHeartbeat workerHeartbeat,
            MessagingSettings settings,
            MessagingMetrics metrics,
            Tracing tracing) {
        this.inbox = inbox;
        this.retryQueue = retryQueue;
        this.deadLetters = deadLetters;
        this.heartbeat = workerHeartbeat;
        this.settings = settings;
        this.metrics = metrics;
        this.tracing = tracing;
        this.backoff = new Backoff(settings.retryDelay(), MAX_RETRY_DELAY);
    }

    /** A call of a listener method. */
    private record ListenerInvocation(String name, List<String> types, EventBatch batch, InvocationContext invocation) {
        void handle(List<Event> events) throws Exception {
            invocation.setParameters(new Object[] {batch.withEvents(events)});
            invocation.proceed();
        }
    }

    @AroundInvoke
    @Nullable
    Object run(InvocationContext call) throws Exception {
        IdempotentConsumer idempotentConsumer = call.getMethod().getAnnotation(IdempotentConsumer.class);
        if (idempotentConsumer == null
                || call.getParameters().length != 1
                || !(call.getParameters()[0] instanceof EventBatch batch)) {
            throw new IllegalStateException(
                    "@IdempotentConsumer is for methods that take an EventBatch: " + call.getMethod());
        }
        ListenerInvocation listenerInvocation =
                new ListenerInvocation(idempotentConsumer.value(), acceptedTypes(idempotentConsumer), batch, call);
        List<Event> accepted = new ArrayList<>();
        for (Event event : batch.events()) {
            if (event.parked()) {
                retry(listenerInvocation, event);
            } else if (event.type().equals(Event.MALFORMED)) {
                requireSuccess(() -> deadLetters.moveToDeadLetters(
                        listenerInvocation.name(), event, "The record is not a valid event"));
            } else if (event.matches(listenerInvocation.types()) && isForListener(listenerInvocation, event)) {
                accepted.add(event);
            }
        }
        handle(listenerInvocation, accepted);
        return null;
    }

    /** The names or patterns of the event types that the listener handles. */
    private static List<String> acceptedTypes(IdempotentConsumer idempotentConsumer) {
        Stream<String> records = Stream.of(idempotentConsumer.events())
                .flatMap(EventTypeRegistry::recordsOf)
                .map(eventRecord -> EventTypeRegistry.of(eventRecord).name());
        List<String> types =
                Stream.concat(Stream.of(idempotentConsumer.types()), records).toList();
        return types.isEmpty() ? List.of("*") : types;
    }

    private boolean isForListener(ListenerInvocation listenerInvocation, Event event) throws InterruptedException {
        if (event.time().isBefore(Instant.now().minus(settings.inboxRetention()))) {
            requireSuccess(() -> deadLetters.moveToDeadLetters(
                    listenerInvocation.name(),
                    event,
                    "The event arrived after the inbox retention; it may have been handled before"));
            return false;
        }
        return event.time()
                .isAfter(heartbeat.subscribedSince(listenerInvocation.name()).minus(CLOCK_SKEW));
    }

    /** Handles all events in one transaction. If that fails, splits them in halves until the failing event is alone. */
    private void handle(ListenerInvocation listenerInvocation, List<Event> events) throws InterruptedException {
        if (events.isEmpty()) {
            return;
        }
        Throwable failure = tryProcess(listenerInvocation, events, () -> {
            List<Event> newEvents = inbox.recordNew(listenerInvocation.name(), events);
            if (!newEvents.isEmpty()) {
                listenerInvocation.handle(newEvents);
            }
            metrics.handled(listenerInvocation.name(), newEvents);
        });
        if (failure == null) {
            return;
        }
        if (events.size() > 1) {
            handle(listenerInvocation, events.subList(0, events.size() / 2));
            handle(listenerInvocation, events.subList(events.size() / 2, events.size()));
            return;
        }
        Event event = events.getFirst();
        LOG.warnf(
                failure,
                "Listener %s failed at event %s (%s); it is retried",
                listenerInvocation.name(),
                event.id(),
                event.type());
        metrics.failed(listenerInvocation.name());
        requireSuccess(
                () -> retryQueue.park(listenerInvocation.name(), event, describe(failure), backoff.delayAfter(1)));
    }

    private void retry(ListenerInvocation listenerInvocation, Event event) throws InterruptedException {
        Throwable failure = tryProcess(listenerInvocation, List.of(event), () -> {
            if (retryQueue.tryLock(listenerInvocation.name(), event)) {
                if (inbox.recordRetried(listenerInvocation.name(), event)) {
                    listenerInvocation.handle(List.of(event));
                }
                retryQueue.removeAndReleaseNext(listenerInvocation.name(), event);
            }
        });
        if (failure == null) {
            return;
        }
        metrics.failed(listenerInvocation.name());
        int attempts = event.attempts() + 1;
        if (attempts < settings.maxAttempts()) {
            requireSuccess(() -> retryQueue.reschedule(
                    listenerInvocation.name(), event, describe(failure), backoff.delayAfter(attempts)));
            return;
        }
        LOG.errorf(
                failure,
                "Listener %s failed at event %s (%s) in all %d attempts; it is moved to the dead letters",
                listenerInvocation.name(),
                event.id(),
                event.type(),
                attempts);
        requireSuccess(() -> {
            if (retryQueue.tryLock(listenerInvocation.name(), event)) {
                deadLetters.moveToDeadLetters(listenerInvocation.name(), event.withFailedAttempt(), describe(failure));
                retryQueue.removeAndReleaseNext(listenerInvocation.name(), event);
            }
        });
    }

    /** Runs the work as part of the traces in which the events were published. */
    private @Nullable Throwable tryProcess(
            ListenerInvocation listenerInvocation, List<Event> events, TransactionWork transactionWork)
            throws InterruptedException {
        try (TraceSpan traceSpan = tracing.continueTrace(
                "process " + listenerInvocation.name(),
                SpanKind.CONSUMER,
                Attributes.of(LISTENER, listenerInvocation.name(), BATCH_SIZE, (long) events.size()),
                events.stream().map(Event::traceParent).toList())) {
            Throwable failure = tryProcess(transactionWork);
            if (failure != null) {
                traceSpan.recordError(Causes.rootCause(failure));
            }
            return failure;
        }
    }

    private interface TransactionWork {
        void run() throws Exception;
    }

    /**
     * Runs the work in a transaction. While the database is not available it repeats the transaction without limit and
     * without counting a failed attempt; after a conflict it repeats it up to 5 times.
     *
     * @return the failure; null if the work succeeded
     */
    private @Nullable Throwable tryProcess(TransactionWork transactionWork) throws InterruptedException {
        for (int conflicts = 0; ; ) {
            try {
                QuarkusTransaction.requiringNew()
                        .timeout(TRANSACTION_TIMEOUT_SECONDS)
                        .call(() -> {
                            transactionWork.run();
                            return true;
                        });
                return null;
            } catch (Exception | StackOverflowError | AssertionError e) {
                DatabaseFailure kind = DatabaseFailure.classify(e);
                boolean outage = kind.isOutage() || kind == DatabaseFailure.COMMIT_OUTCOME_UNKNOWN;
                boolean retryConflict =
                        kind == DatabaseFailure.TRANSIENT_CONFLICT && conflicts++ < MAX_CONFLICT_RETRIES;
                if (!outage && !retryConflict) {
                    return e;
                }
                heartbeat.sleepUnlessStopping(
                        outage
                                ? DATABASE_RETRY_MILLIS
                                : ThreadLocalRandom.current().nextLong(1, DATABASE_RETRY_MILLIS / 10));
            }
        }
    }

    /** Runs work that can only fail because of the database. */
    private void requireSuccess(TransactionWork transactionWork) throws InterruptedException {
        Throwable failure = tryProcess(transactionWork);
        if (failure != null) {
            throw new IllegalStateException("The failure of an event cannot be stored", failure);
        }
    }

    private static String describe(Throwable failure) {
        Throwable cause = Causes.rootCause(failure);
        return "%s: %s".formatted(cause.getClass().getSimpleName(), cause.getMessage());
    }
}
