package io.fondaco.inventory;

import io.fondaco.inventory.StockReconciliation.ReconciliationBatch;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Checks regularly that the stock levels agree with the ledger. Alert on {@code fondaco_inventory_discrepancies > 0}:
 * the value is always expected to be 0.
 */
@ApplicationScoped
class StockReconciliationJob {
    private static final Logger LOG = Logger.getLogger(StockReconciliationJob.class);
    private static final String INTERVAL = "10m";
    private static final StockKey BEFORE_ALL = new StockKey("", "");

    private final StockReconciliation stockReconciliation;
    private final AtomicLong openDiscrepancies = new AtomicLong();

    StockReconciliationJob(StockReconciliation stockReconciliation, MeterRegistry registry) {
        this.stockReconciliation = stockReconciliation;
        Gauge.builder("fondaco.inventory.discrepancies", openDiscrepancies, AtomicLong::doubleValue)
                .description("Open stock discrepancies; see GET /admin/v1/stock-discrepancies")
                .register(registry);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "stock-reconciliation", every = INTERVAL)
    @Scheduled(
            every = INTERVAL,
            delayed = "30s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void run() {
        reconcile();
    }

    /** Checks every stock level, batch by batch. */
    void reconcile() {
        StockKey after = BEFORE_ALL;
        for (ReconciliationBatch reconciliationBatch = stockReconciliation.checkBatch(after);
                reconciliationBatch.lastKey().isPresent();
                reconciliationBatch = stockReconciliation.checkBatch(after)) {
            after = reconciliationBatch.lastKey().get();
            reconciliationBatch
                    .discrepancies()
                    .forEach(found -> LOG.errorf(
                            "Stock discrepancy: %s of SKU %s at location %s is %d, expected %d (found first at %s)",
                            found.figure(),
                            found.sku(),
                            found.location(),
                            found.recorded(),
                            found.computed(),
                            found.foundAt()));
        }
        openDiscrepancies.set(stockReconciliation.countOpen());
    }

    /** Updates the gauge of every worker, because only one of them runs the reconciliation. */
    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "1m",
            delayed = "20s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void refreshGauge() {
        openDiscrepancies.set(stockReconciliation.countOpen());
    }
}
