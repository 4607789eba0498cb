package io.fondaco.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls in numbers, per endpoint: {@code fondaco_webhook_…}. Endpoints are few, by {@code fondaco.webhook.max-endpoints}; those that
 * are deleted are forgotten.
 */
@Startup
@ApplicationScoped
class WebhookMetrics {
    private static final String WEBHOOK = "webhook";

    private final MeterRegistry registry;
    private final Counter disabled;
    private final Map<UUID, Double> certificateExpiries = new ConcurrentHashMap<>();
    private final Set<UUID> described = ConcurrentHashMap.newKeySet();
    private volatile Map<UUID, EndpointBacklog> backlogs = Map.of();

    /** What waits for an endpoint. */
    record EndpointBacklog(long deliveries, double ageSeconds) {}

    WebhookMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.disabled = Counter.builder("fondaco.webhook.disabled")
                .description("Endpoints that were disabled because they failed")
                .register(registry);
    }

    void recordAttempt(DeliveryAttempt deliveryAttempt, DeliveryAttempt.AttemptResult attemptResult) {
        Timer.builder("fondaco.webhook.calls")
                .description("Calls made, and how long they took")
                .tags(
                        WEBHOOK,
                        new WebhookId(deliveryAttempt.endpointId()).toString(),
                        "outcome",
                        attemptResult.isAccepted() ? "taken" : attemptResult.status() > 0 ? "refused" : "failed",
                        "retry",
                        Boolean.toString(deliveryAttempt.previousAttempts() > 0))
                .register(registry)
                .record(Duration.ofMillis(attemptResult.durationMillis()));
    }

    void disabled() {
        disabled.increment();
    }

    /**
     * What an endpoint has shown when it was called.
     *
     * @param expiresAt of its certificate; empty if it was called without TLS
     */
    void recordCertificateExpiry(UUID endpoint, Optional<Instant> expiresAt) {
        if (expiresAt.isEmpty()) {
            if (certificateExpiries.remove(endpoint) != null) {
                removeMeters("fondaco.webhook.certificate.expires.at.seconds", endpoint);
            }
        } else if (certificateExpiries.put(endpoint, (double) expiresAt.get().getEpochSecond()) == null) {
            Gauge.builder(
                            "fondaco.webhook.certificate.expires.at.seconds",
                            () -> certificateExpiries.getOrDefault(endpoint, Double.NaN))
                    .description("When the certificate expires that an endpoint showed last, in seconds since 1970")
                    .tag(WEBHOOK, new WebhookId(endpoint).toString())
                    .register(registry);
        }
    }

    void updateBacklogs(Map<UUID, EndpointBacklog> now) {
        backlogs = Map.copyOf(now);
        described.stream().filter(endpoint -> !now.containsKey(endpoint)).forEach(this::removeMeters);
        for (UUID endpoint : now.keySet()) {
            if (described.add(endpoint)) {
                String id = new WebhookId(endpoint).toString();
                Gauge.builder("fondaco.webhook.backlog", () -> backlogOf(endpoint)
                                .deliveries())
                        .description("Deliveries that wait for an endpoint")
                        .tag(WEBHOOK, id)
                        .register(registry);
                Gauge.builder("fondaco.webhook.backlog.age.seconds", () -> backlogOf(endpoint)
                                .ageSeconds())
                        .description("How long the oldest of them waits")
                        .tag(WEBHOOK, id)
                        .register(registry);
            }
        }
    }

    private void removeMeters(UUID endpoint) {
        described.remove(endpoint);
        certificateExpiries.remove(endpoint);
        List.of(
                        "fondaco.webhook.calls",
                        "fondaco.webhook.backlog",
                        "fondaco.webhook.backlog.age.seconds",
                        "fondaco.webhook.certificate.expires.at.seconds")
                .forEach(name -> removeMeters(name, endpoint));
    }

    private void removeMeters(String name, UUID endpoint) {
        registry.find(name)
                .tag(WEBHOOK, new WebhookId(endpoint).toString())
                .meters()
                .forEach(registry::remove);
    }

    private EndpointBacklog backlogOf(UUID endpoint) {
        return backlogs.getOrDefault(endpoint, new EndpointBacklog(0, 0));
    }
}
