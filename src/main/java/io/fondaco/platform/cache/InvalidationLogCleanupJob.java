package io.fondaco.platform.cache;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Deletes old rows of the invalidation log. Several pods may run it at the same time. */
@ApplicationScoped
class InvalidationLogCleanupJob {
    /**
     * How long invalidations stay in the log. A pod that has not read it for half as long invalidates its whole cache.
     */
    static final Duration RETENTION = Duration.ofMinutes(10);

    private final InvalidationLog log;

    InvalidationLogCleanupJob(InvalidationLog log) {
        this.log = log;
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "cache-log-pruning", every = "4m")
    @Scheduled(
            every = "5m",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void prune() {
        log.prune(RETENTION);
    }
}
