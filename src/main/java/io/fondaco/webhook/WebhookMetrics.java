package io.fondaco.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Calls in numbers, per endpoint: {@code fondaco_webhook_…}. Endpoints are few, by {@code fondaco.webhook.max-endpoints}. */
@ApplicationScoped
class WebhookMetrics {
    private static final String WEBHOOK = "webhook";

    private final MeterRegistry registry;
    private final Set<UUID> described = ConcurrentHashMap.newKeySet();
    private volatile Map<UUID, Backlog> backlogs = Map.of();

    /** What waits for an endpoint. */
    record Backlog(long deliveries, double ageSeconds) {}

    WebhookMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void called(Call call, Call.Result result) {
        Timer.builder("fondaco.webhook.calls")
                .description("Calls made, and how long they took")
                .tags(
                        WEBHOOK,
                        new WebhookId(call.endpoint()).toString(),
                        "outcome",
                        result.taken() ? "taken" : result.status() > 0 ? "refused" : "failed",
                        "retry",
                        Boolean.toString(call.attempts() > 0))
                .register(registry)
                .record(Duration.ofMillis(result.millis()));
    }

    void disabled() {
        Counter.builder("fondaco.webhook.disabled")
                .description("Endpoints that were disabled because they failed")
                .register(registry)
                .increment();
    }

    void waiting(Map<UUID, Backlog> now) {
        backlogs = Map.copyOf(now);
        for (UUID endpoint : now.keySet()) {
            if (described.add(endpoint)) {
                String id = new WebhookId(endpoint).toString();
                Gauge.builder("fondaco.webhook.backlog", () -> of(endpoint).deliveries())
                        .description("Deliveries that wait for an endpoint")
                        .tag(WEBHOOK, id)
                        .register(registry);
                Gauge.builder("fondaco.webhook.backlog.age.seconds", () -> of(endpoint)
                                .ageSeconds())
                        .description("How long the oldest of them waits")
                        .tag(WEBHOOK, id)
                        .register(registry);
            }
        }
    }

    private Backlog of(UUID endpoint) {
        return backlogs.getOrDefault(endpoint, new Backlog(0, 0));
    }
}
