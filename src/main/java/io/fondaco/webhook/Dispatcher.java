package io.fondaco.webhook;

import io.fondaco.platform.Complaint;
import io.fondaco.platform.Ear;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.Seconds;
import io.fondaco.platform.database.Tokens;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.roles.Role;
import io.fondaco.platform.roles.Roles;
import io.fondaco.platform.tracing.Traced;
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
class Dispatcher {
    private static final Logger LOG = Logger.getLogger(Dispatcher.class);
    private static final double JITTER = 0.1;
    private static final long STOP_SECONDS = 10;
    private static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("fondaco.webhook.endpoint");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("fondaco.webhook.attempt");

    private final Deliveries deliveries;
    private final Caller caller;
    private final WebhookSettings settings;
    private final WebhookMetrics metrics;
    private final WebhookEvents events;
    private final Outbox outbox;
    private final Tracing tracing;
    private final Roles roles;
    private final Tokens tokens;
    private final EntityManager entities;
    private final AfterCommit afterCommit;
    private final Ear ear = new Ear();
    private final Map<UUID, Integer> busy = new ConcurrentHashMap<>();
    private final Semaphore room;
    private volatile boolean stopping;
    private final Complaint complaint = new Complaint();

    Dispatcher(
            Deliveries deliveries,
            Caller caller,
            WebhookSettings settings,
            WebhookMetrics metrics,
            WebhookEvents events,
            Outbox outbox,
            Tracing tracing,
            Roles roles,
            Tokens tokens,
            EntityManager entities,
            AfterCommit afterCommit) {
        this.deliveries = deliveries;
        this.caller = caller;
        this.settings = settings;
        this.metrics = metrics;
        this.events = events;
        this.outbox = outbox;
        this.tracing = tracing;
        this.roles = roles;
        this.tokens = tokens;
        this.entities = entities;
        this.afterCommit = afterCommit;
        this.room = new Semaphore(settings.calls());
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (roles.plays(Role.WORKER)) {
            Thread.ofVirtual().name("webhook-dispatcher").start(this::dispatch);
        }
    }

    /** Calls under way are finished and written down. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
        ear.ring();
        try {
            if (!room.tryAcquire(settings.calls(), STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Calls of webhooks are left under way; they are made again");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void wakeAfterCommit() {
        afterCommit.run(ear::ring);
    }

    private void dispatch() {
        try {
            while (!stopping) {
                if (!dispatchOnce()) {
                    ear.await(settings.checkInterval());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether there was anything to do */
    private boolean dispatchOnce() throws InterruptedException {
        int free = room.availablePermits();
        if (free == 0) {
            return false;
        }
        try {
            List<Call> calls = deliveries.claim(Map.copyOf(busy), free);
            complaint.settle();
            if (calls.isEmpty()) {
                return false;
            }
            String consistency = consistency();
            for (Call call : calls) {
                room.acquire();
                busy.merge(call.endpoint(), 1, Integer::sum);
                Thread.ofVirtual().name("webhook-call").start(() -> make(call, consistency));
            }
            return true;
        } catch (RuntimeException e) {
            if (complaint.isNew(e)) {
                LOG.warnf("Webhooks wait: %s", e.getMessage());
            }
            return false;
        }
    }

    /** What is told of was committed before it was claimed, and can be read with this. */
    private String consistency() {
        try {
            return tokens.now().orElse("");
        } catch (RuntimeException e) {
            LOG.debugf(e, "Nobody says where the primary is: calls go without a token");
            return "";
        }
    }

    private void make(Call call, String consistency) {
        try (Traced traced = tracing.goOn(
                "webhook call",
                SpanKind.CLIENT,
                Attributes.of(ENDPOINT, new WebhookId(call.endpoint()).toString(), ATTEMPT, call.attempts() + 1L),
                Collections.singleton(call.trace()))) {
            Call.Result result = caller.make(call, consistency);
            if (!result.taken()) {
                traced.failed(result.status() == 0 ? "no_answer" : Integer.toString(result.status()));
            }
            metrics.called(call, result);
            settle(call, result);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Its lease expires, and it is made again.
            LOG.warnf("A call of a webhook was made and could not be written down: %s", e.getMessage());
        } finally {
            busy.computeIfPresent(call.endpoint(), (_, calls) -> calls > 1 ? calls - 1 : null);
            room.release();
            ear.ring();
        }
    }

    @ActivateRequestContext
    void settle(Call call, Call.Result result) throws InterruptedException {
        int tries = 0;
        while (true) {
            try {
                QuarkusTransaction.requiringNew().run(() -> write(call, result));
                return;
            } catch (RuntimeException e) {
                if (DatabaseFailure.in(e) == DatabaseFailure.OTHER || ++tries > 3 || stopping) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(500);
            }
        }
    }

    private void write(Call call, Call.Result result) {
        boolean exhausted = call.attempts() >= settings.retrySchedule().size();
        String status = result.taken() ? "delivered" : exhausted || result.gone() ? "failed" : "pending";
        double next = status.equals("pending") ? pause(call.attempts(), result) : 0;
        boolean hopeless = deliveries.record(call, result, status, next);
        if (result.gone() || hopeless) {
            disable(call, result.gone() ? "It answered 410 Gone" : "It has failed for too long");
        }
    }

    private double pause(int attempts, Call.Result result) {
        Duration planned = settings.retrySchedule().get(attempts);
        double jitter = ThreadLocalRandom.current().nextDouble(1 - JITTER, 1 + JITTER);
        return Math.max(Seconds.of(planned) * jitter, (double) result.retryAfterSeconds());
    }

    /**
     * Says so too: in the log, in the endpoint, and as an event for the other endpoints. What its URL of before has answered is not
     * held against it.
     */
    private void disable(Call call, String reason) {
        List<?> versions = entities.createNativeQuery("""
                        UPDATE webhook.endpoint
                           SET status = 'disabled', disabled_reason = :reason, version = version + 1
                         WHERE id = :id AND url = :url AND status = 'enabled' RETURNING version
                        """)
                .setParameter("reason", reason)
                .setParameter("id", call.endpoint())
                .setParameter("url", call.url())
                .getResultList();
        if (!versions.isEmpty()) {
            WebhookId id = new WebhookId(call.endpoint());
            LOG.warnf("%s is disabled: %s", id, reason);
            metrics.disabled();
            outbox.tell(List.of(events.disabled(id, ((Number) versions.getFirst()).longValue(), reason)));
        }
    }
}
