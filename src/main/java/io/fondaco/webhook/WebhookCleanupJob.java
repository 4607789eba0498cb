package io.fondaco.webhook;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Deletes old events with their deliveries, and measures the backlog of each endpoint. */
@ApplicationScoped
class WebhookCleanupJob {
    private static final int BATCH = 5_000;

    private final WebhookDeliveries deliveries;
    private final WebhookMetrics metrics;
    private final EntityManager entities;

    WebhookCleanupJob(WebhookDeliveries deliveries, WebhookMetrics metrics, EntityManager entities) {
        this.deliveries = deliveries;
        this.metrics = metrics;
        this.entities = entities;
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "webhook-pruning", every = "9m")
    @Scheduled(
            every = "10m",
            delayed = "2m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void prune() {
        while (deliveries.prune(BATCH) == BATCH) {
            // A full batch: there may be more.
        }
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "{fondaco.monitoring.sample-interval}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void sampleBacklog() {
        Map<UUID, WebhookMetrics.EndpointBacklog> backlogs = new HashMap<>();
        for (Object row : entities.createNativeQuery("""
                        SELECT e.id, (SELECT count(*) FROM (
                                         SELECT FROM webhook.delivery d
                                          WHERE d.endpoint = e.id AND d.status = 'pending' LIMIT 100000) AS counted) AS n,
                               coalesce((SELECT extract(epoch FROM now() - min(d.created_at)) FROM (
                                            SELECT d.created_at FROM webhook.delivery d
                                             WHERE d.endpoint = e.id AND d.status = 'pending' LIMIT 100000) AS d), 0) AS age
                          FROM webhook.endpoint e WHERE e.deleted_at IS NULL
                        """, Tuple.class).getResultList()) {
            Tuple endpoint = (Tuple) row;
            backlogs.put(
                    endpoint.get("id", UUID.class),
                    new WebhookMetrics.EndpointBacklog(
                            endpoint.get("n", Number.class).longValue(),
                            endpoint.get("age", Number.class).doubleValue()));
        }
        metrics.updateBacklogs(backlogs);
    }
}
