package io.fondaco.webhook;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.stream.Collectors;

/** Deletes old events with their deliveries, and measures the backlog of each endpoint. */
@ApplicationScoped
class WebhookCleanupJob {
    private static final int BATCH = 5_000;

    private final WebhookDeliveries deliveries;
    private final WebhookMetrics metrics;
    private final WebhookStatements statements;

    WebhookCleanupJob(WebhookDeliveries deliveries, WebhookMetrics metrics, WebhookStatements statements) {
        this.deliveries = deliveries;
        this.metrics = metrics;
        this.statements = statements;
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
            every = GaugeSnapshot.REFRESH_INTERVAL,
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void sampleBacklog() {
        metrics.updateBacklogs(statements.backlogs().stream()
                .collect(Collectors.toMap(
                        WebhookStatements.Backlog::endpoint,
                        backlog -> new WebhookMetrics.EndpointBacklog(backlog.deliveries(), backlog.ageSeconds()))));
    }
}
