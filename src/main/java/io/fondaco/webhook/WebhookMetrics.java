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
 * Metrics of deliveries per endpoint, {@code fondaco_webhook_…}. {@code fondaco.webhook.max-endpoints} bounds their
 * number; the meters of deleted endpoints are removed.
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

    /** The pending deliveries of an endpoint, and the age of the oldest. */
    record EndpointBacklog(long deliveries, double ageSeconds) {}

    WebhookMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.disabled = Counter.builder("fondaco.webhook.disabled")
                .description("Endpoints that were disabled because they failed")
                .register(registry);
    }

    void recordAttempt(DeliveryAttempt deliveryAttempt, DeliveryAttempt.AttemptResult attemptResult) {
        Timer.builder("fondaco.webhook.calls")
                .description("Duration of delivery attempts")
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
     * Records the expiry of the certificate that an endpoint presented.
     *
     * @param expiresAt empty if the request was sent without TLS
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
                    .description("Expiry of the certificate that the endpoint presented last, in seconds since 1970")
                    .tag(WEBHOOK, new WebhookId(endpoint).toString())
                    .register(registry);
        }
    }

    void updateBacklogs(Map<UUID, EndpointBacklog> current) {
        backlogs = Map.copyOf(current);
        described.stream().filter(endpoint -> !current.containsKey(endpoint)).forEach(this::removeMeters);
        for (UUID endpoint : current.keySet()) {
            if (described.add(endpoint)) {
                String id = new WebhookId(endpoint).toString();
                Gauge.builder("fondaco.webhook.backlog", () -> backlogOf(endpoint)
                                .deliveries())
                        .description("Pending deliveries of an endpoint")
                        .tag(WEBHOOK, id)
                        .register(registry);
                Gauge.builder("fondaco.webhook.backlog.age.seconds", () -> backlogOf(endpoint)
                                .ageSeconds())
                        .description("Age of the oldest pending delivery of an endpoint")
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
