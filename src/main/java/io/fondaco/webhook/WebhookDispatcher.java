package io.fondaco.webhook;

import io.fondaco.platform.Jitter;
import io.fondaco.platform.LogOnce;
import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.database.ConsistencyTokens;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.jobs.DueWorkPoll;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.tracing.TraceSpan;
import io.fondaco.platform.tracing.Tracing;
import io.fondaco.platform.transactions.AfterCommit;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Sends the deliveries that are due. The requests in flight to one endpoint are limited, so a slow endpoint does not
 * delay others. No transaction is open during a request. The leases of a pod that dies expire, and its deliveries are
 * sent again.
 */
@ApplicationScoped
class WebhookDispatcher {
    private static final Logger LOG = Logger.getLogger(WebhookDispatcher.class);
    private static final double JITTER = 0.1;

    /** How often a pod claims deliveries without any signal: new events and due retries wake it. */
    private static final Duration SAFETY_INTERVAL = Duration.ofMinutes(1);

    /** Requests in flight from a pod. */
    static final int MAX_CALLS = 1_024;

    private static final long SHUTDOWN_TIMEOUT_SECONDS = 10;
    private static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("fondaco.webhook.endpoint");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("fondaco.webhook.attempt");

    private final WebhookDeliveries deliveries;
    private final WebhookClient client;
    private final WebhookSettings settings;
    private final WebhookMetrics metrics;
    private final Outbox outbox;
    private final Tracing tracing;
    private final PodRoles podRoles;
    private final ConsistencyTokens consistencyTokens;
    private final WebhookStatements statements;
    private final AfterCommit afterCommit;
    private final DueWorkPoll dueWorkPoll;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private final Map<UUID, Integer> inFlight = new ConcurrentHashMap<>();
    private final Semaphore permits;
    private volatile boolean stopping;
    private final LogOnce logOnce = new LogOnce();

    WebhookDispatcher(
            WebhookDeliveries deliveries,
            WebhookClient webhookClient,
            WebhookSettings settings,
            WebhookMetrics metrics,
            Outbox outbox,
            Tracing tracing,
            PodRoles podRoles,
            ConsistencyTokens consistencyTokens,
            WebhookStatements statements,
            AfterCommit afterCommit,
            DueWorkPoll dueWorkPoll) {
        this.deliveries = deliveries;
        this.client = webhookClient;
        this.settings = settings;
        this.metrics = metrics;
        this.outbox = outbox;
        this.tracing = tracing;
        this.podRoles = podRoles;
        this.consistencyTokens = consistencyTokens;
        this.statements = statements;
        this.afterCommit = afterCommit;
        this.dueWorkPoll = dueWorkPoll;
        this.permits = new Semaphore(MAX_CALLS);
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (podRoles.has(PodRole.WORKER)) {
            dueWorkPoll.watch(WebhookStatements.HAS_DUE_DELIVERIES, wakeUpSignal::signal);
            Thread.ofVirtual().name("webhook-dispatcher").start(this::dispatchLoop);
        }
    }

    /** Waits until the requests in flight are finished and their results stored. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
        wakeUpSignal.signal();
        try {
            if (!permits.tryAcquire(MAX_CALLS, SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warnf(
                        "Webhook requests are still in flight after %d s; their deliveries are sent again",
                        SHUTDOWN_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void wakeAfterCommit() {
        afterCommit.run(wakeUpSignal::signal);
    }

    private void dispatchLoop() {
        try {
            while (!stopping) {
                if (!dispatchOnce()) {
                    wakeUpSignal.await(SAFETY_INTERVAL);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether a delivery was due */
    private boolean dispatchOnce() throws InterruptedException {
        int freePermits = permits.availablePermits();
        if (freePermits == 0) {
            return false;
        }
        try {
            List<DeliveryAttempt> claimed = deliveries.claim(Map.copyOf(inFlight), freePermits);
            logOnce.reset();
            if (claimed.isEmpty()) {
                return false;
            }
            String consistency = consistencyToken();
            for (DeliveryAttempt deliveryAttempt : claimed) {
                permits.acquire();
                inFlight.merge(deliveryAttempt.endpointId(), 1, Integer::sum);
                Thread.ofVirtual().name("webhook-call").start(() -> attemptDelivery(deliveryAttempt, consistency));
            }
            return true;
        } catch (RuntimeException e) {
            if (logOnce.shouldLog(e)) {
                LOG.warnf("Due webhook deliveries could not be claimed and are claimed later: %s", e.getMessage());
            }
            return false;
        }
    }

    /**
     * The current consistency token. The events were committed before their deliveries were claimed, so it covers them.
     */
    private String consistencyToken() {
        try {
            return consistencyTokens.currentToken().orElse("");
        } catch (RuntimeException e) {
            LOG.debugf(
                    e, "The WAL position of the primary is not known; webhooks are sent without a consistency token");
            return "";
        }
    }

    private void attemptDelivery(DeliveryAttempt deliveryAttempt, String consistency) {
        try (TraceSpan traceSpan = tracing.continueTrace(
                "webhook call",
                SpanKind.CLIENT,
                Attributes.of(
                        ENDPOINT,
                        new WebhookId(deliveryAttempt.endpointId()).toString(),
                        ATTEMPT,
                        deliveryAttempt.previousAttempts() + 1L),
                Collections.singleton(deliveryAttempt.traceParent()))) {
            DeliveryAttempt.AttemptResult attemptResult = client.deliver(deliveryAttempt, consistency);
            if (!attemptResult.isAccepted()) {
                traceSpan.recordError(
                        attemptResult.status() == 0 ? "no_answer" : Integer.toString(attemptResult.status()));
            }
            metrics.recordAttempt(deliveryAttempt, attemptResult);
            recordWithRetry(deliveryAttempt, attemptResult);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The lease expires and the delivery is sent again.
            LOG.warnf(
                    "The result of delivery %s could not be stored; it is sent again: %s",
                    new DeliveryId(deliveryAttempt.deliveryId()), e.getMessage());
        } finally {
            inFlight.computeIfPresent(
                    deliveryAttempt.endpointId(), (_, requests) -> requests > 1 ? requests - 1 : null);
            permits.release();
            wakeUpSignal.signal();
        }
    }

    @ActivateRequestContext
    void recordWithRetry(DeliveryAttempt deliveryAttempt, DeliveryAttempt.AttemptResult attemptResult)
            throws InterruptedException {
        int tries = 0;
        while (true) {
            try {
                QuarkusTransaction.requiringNew().run(() -> recordResult(deliveryAttempt, attemptResult));
                return;
            } catch (RuntimeException e) {
                if (DatabaseFailure.classify(e) == DatabaseFailure.OTHER || ++tries > 3 || stopping) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(500);
            }
        }
    }

    private void recordResult(DeliveryAttempt deliveryAttempt, DeliveryAttempt.AttemptResult attemptResult) {
        boolean exhausted =
                deliveryAttempt.previousAttempts() >= settings.retrySchedule().size();
        String status =
                attemptResult.isAccepted() ? "delivered" : exhausted || attemptResult.isGone() ? "failed" : "pending";
        double delaySeconds =
                status.equals("pending") ? retryDelaySeconds(deliveryAttempt.previousAttempts(), attemptResult) : 0;
        boolean failingTooLong = deliveries.recordAttempt(deliveryAttempt, attemptResult, status, delaySeconds);
        if (attemptResult.isGone() || failingTooLong) {
            disable(
                    deliveryAttempt,
                    attemptResult.isGone()
                            ? "The endpoint returned 410 Gone"
                            : "All deliveries have failed for too long");
        }
    }

    private double retryDelaySeconds(int attempts, DeliveryAttempt.AttemptResult attemptResult) {
        Duration planned = settings.retrySchedule().get(attempts);
        return Math.max(Seconds.of(planned) * Jitter.factor(JITTER), (double) attemptResult.retryAfterSeconds());
    }

    /**
     * Disables the endpoint, stores the reason, logs it and publishes {@code webhook.disabled} to the other endpoints.
     * Does nothing if the endpoint has another URL than the one that failed.
     */
    private void disable(DeliveryAttempt deliveryAttempt, String reason) {
        Optional<Long> version = statements.disable(deliveryAttempt.endpointId(), deliveryAttempt.url(), reason);
        if (version.isPresent()) {
            WebhookId id = new WebhookId(deliveryAttempt.endpointId());
            LOG.warnf("%s is disabled: %s", id, reason);
            metrics.disabled();
            outbox.publish(List.of(new NewEvent(
                    id.toString(), version.get(), new WebhookEvents.WebhookEvent.WebhookDisabled(id, reason))));
        }
    }
}
