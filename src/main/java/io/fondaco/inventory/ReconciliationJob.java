package io.fondaco.inventory;

import io.fondaco.inventory.Reconciliation.Batch;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.Roles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Proves, every so often, that the books of stock add up. An alert belongs on {@code fondaco_inventory_discrepancies > 0}: it is
 * expected to be 0 for ever.
 */
@ApplicationScoped
class ReconciliationJob {
    private static final Logger LOG = Logger.getLogger(ReconciliationJob.class);
    private static final StockKey BEFORE_ALL = new StockKey("", "");

    private final Reconciliation reconciliation;
    private final AtomicLong open = new AtomicLong();

    ReconciliationJob(Reconciliation reconciliation, MeterRegistry registry) {
        this.reconciliation = reconciliation;
        Gauge.builder("fondaco.inventory.discrepancies", open, AtomicLong::doubleValue)
                .description("Figures of stock that do not add up; see GET /admin/v1/stock-discrepancies")
                .register(registry);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "stock-reconciliation", every = "{fondaco.inventory.reconciliation-every:10m}")
    @Scheduled(
            every = "{fondaco.inventory.reconciliation-every:10m}",
            delayed = "30s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void run() {
        reconcile();
    }

    /** Every level there is, batch by batch. */
    void reconcile() {
        StockKey after = BEFORE_ALL;
        for (Batch batch = reconciliation.check(after); batch.last().isPresent(); batch = reconciliation.check(after)) {
            after = batch.last().get();
            batch.found()
                    .forEach(found -> LOG.errorf(
                            "STOCK DOES NOT ADD UP: %s of SKU %s at %s is %d, by the books %d (first seen %s)",
                            found.figure(),
                            found.sku(),
                            found.location(),
                            found.recorded(),
                            found.computed(),
                            found.foundAt()));
        }
        open.set(reconciliation.count());
    }

    /** On every worker, whichever has run it. */
    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "1m",
            delayed = "20s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void observe() {
        open.set(reconciliation.count());
    }
}
