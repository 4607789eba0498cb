package io.fondaco.webhook;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.database.ConsistencyTokens;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.Seconds;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
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
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Makes the calls that are due. Every endpoint has room for so many calls of a pod and no more, so a slow one delays nobody
 * else; no transaction is open while one is under way. A pod that dies leaves leases that expire: its calls are made again.
 */
@ApplicationScoped
class WebhookDispatcher {
    private static final Logger LOG = Logger.getLogger(WebhookDispatcher.class);
    private static final double JITTER = 0.1;
    private static final long SHUTDOWN_TIMEOUT_SECONDS = 10;
    private static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("fondaco.webhook.endpoint");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("fondaco.webhook.attempt");

    private final WebhookDeliveries webhookDeliveries;
    private final WebhookClient client;
    private final WebhookSettings settings;
    private final WebhookMetrics metrics;
    private final WebhookEvents events;
    private final Outbox outbox;
    private final Tracing tracing;
    private final PodRoles podRoles;
    private final ConsistencyTokens consistencyTokens;
    private final EntityManager entities;
    private final AfterCommit afterCommit;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private final Map<UUID, Integer> inFlight = new ConcurrentHashMap<>();
    private final Semaphore permits;
    private volatile boolean stopping;
    private final LogOnce logOnce = new LogOnce();

    WebhookDispatcher(
            WebhookDeliveries webhookDeliveries,
            WebhookClient webhookClient,
            WebhookSettings settings,
            WebhookMetrics metrics,
            WebhookEvents events,
            Outbox outbox,
            Tracing tracing,
            PodRoles podRoles,
            ConsistencyTokens consistencyTokens,
            EntityManager entities,
            AfterCommit afterCommit) {
        this.webhookDeliveries = webhookDeliveries;
        this.client = webhookClient;
        this.settings = settings;
        this.metrics = metrics;
        this.events = events;
        this.outbox = outbox;
        this.tracing = tracing;
        this.podRoles = podRoles;
        this.consistencyTokens = consistencyTokens;
        this.entities = entities;
        this.afterCommit = afterCommit;
        this.permits = new Semaphore(settings.calls());
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (podRoles.has(PodRole.WORKER)) {
            Thread.ofVirtual().name("webhook-dispatcher").start(this::dispatchLoop);
        }
    }

    /** Calls under way are finished and written down. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
        wakeUpSignal.signal();
        try {
            if (!permits.tryAcquire(settings.calls(), SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Calls of webhooks are left under way; they are made again");
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
                    wakeUpSignal.await(settings.checkInterval());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether there was anything to do */
    private boolean dispatchOnce() throws InterruptedException {
        int free = permits.availablePermits();
        if (free == 0) {
            return false;
        }
        try {
            List<DeliveryAttempt> calls = webhookDeliveries.claim(Map.copyOf(inFlight), free);
            logOnce.reset();
            if (calls.isEmpty()) {
                return false;
            }
            String consistency = consistencyToken();
            for (DeliveryAttempt deliveryAttempt : calls) {
                permits.acquire();
                inFlight.merge(deliveryAttempt.endpointId(), 1, Integer::sum);
                Thread.ofVirtual().name("webhook-call").start(() -> attemptDelivery(deliveryAttempt, consistency));
            }
            return true;
        } catch (RuntimeException e) {
            if (logOnce.shouldLog(e)) {
                LOG.warnf("Webhooks wait: %s", e.getMessage());
            }
            return false;
        }
    }

    /** What is told of was committed before it was claimed, and can be read with this. */
    private String consistencyToken() {
        try {
            return consistencyTokens.currentToken().orElse("");
        } catch (RuntimeException e) {
            LOG.debugf(e, "Nobody says where the primary is: calls go without a token");
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
            // Its lease expires, and it is made again.
            LOG.warnf("A call of a webhook was made and could not be written down: %s", e.getMessage());
        } finally {
            inFlight.computeIfPresent(deliveryAttempt.endpointId(), (_, calls) -> calls > 1 ? calls - 1 : null);
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
        double next =
                status.equals("pending") ? retryDelaySeconds(deliveryAttempt.previousAttempts(), attemptResult) : 0;
        boolean hopeless = webhookDeliveries.recordAttempt(deliveryAttempt, attemptResult, status, next);
        if (attemptResult.isGone() || hopeless) {
            disable(deliveryAttempt, attemptResult.isGone() ? "It answered 410 Gone" : "It has failed for too long");
        }
    }

    private double retryDelaySeconds(int attempts, DeliveryAttempt.AttemptResult attemptResult) {
        Duration planned = settings.retrySchedule().get(attempts);
        double jitter = ThreadLocalRandom.current().nextDouble(1 - JITTER, 1 + JITTER);
        return Math.max(Seconds.of(planned) * jitter, (double) attemptResult.retryAfterSeconds());
    }

    /**
     * Says so too: in the log, in the endpoint, and as an event for the other endpoints. What its URL of before has answered is not
     * held against it.
     */
    private void disable(DeliveryAttempt deliveryAttempt, String reason) {
        List<?> versions = entities.createNativeQuery("""
                        UPDATE webhook.endpoint
                           SET status = 'disabled', disabled_reason = :reason, version = version + 1
                         WHERE id = :id AND url = :url AND status = 'enabled' RETURNING version
                        """)
                .setParameter("reason", reason)
                .setParameter("id", deliveryAttempt.endpointId())
                .setParameter("url", deliveryAttempt.url())
                .getResultList();
        if (!versions.isEmpty()) {
            WebhookId id = new WebhookId(deliveryAttempt.endpointId());
            LOG.warnf("%s is disabled: %s", id, reason);
            metrics.disabled();
            outbox.publish(List.of(events.disabled(id, ((Number) versions.getFirst()).longValue(), reason)));
        }
    }
}
