package io.fondaco.platform.idempotency;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Deletes expired keys every ten minutes. Several pods may run it at the same time: each skips locked rows. */
@ApplicationScoped
class IdempotencyPruner {
    private final Idempotency idempotency;

    IdempotencyPruner(Idempotency idempotency) {
        this.idempotency = idempotency;
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "idempotency-pruning", every = "9m")
    @Scheduled(
            every = "10m",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void prune() {
        idempotency.prune();
    }
}
