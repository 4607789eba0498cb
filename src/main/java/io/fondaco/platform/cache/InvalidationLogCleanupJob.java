package io.fondaco.platform.cache;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Deletes old rows of the invalidation log. Several pods may run it at the same time. */
@ApplicationScoped
class InvalidationLogCleanupJob {
    private final InvalidationLog log;
    private final CacheSettings settings;

    InvalidationLogCleanupJob(InvalidationLog log, CacheSettings settings) {
        this.log = log;
        this.settings = settings;
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "cache-log-pruning", every = "50s")
    @Scheduled(
            every = "1m",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void prune() {
        log.prune(settings.retention());
    }
}
