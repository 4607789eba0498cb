package io.fondaco.inventory;

import io.fondaco.inventory.DiscrepancyRepository.Discrepancy;
import io.fondaco.inventory.StockStatements.CheckedLevel;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Compares each stock level regularly with what it should be: on hand with the sum of its ledger entries, reserved and
 * backordered with the open reservations and the waiting backorders. Each batch is compared by one statement, so on one
 * snapshot: concurrent sales cause no false alarm. It reports discrepancies and repairs nothing.
 *
 * <p>Alert on {@code fondaco_inventory_discrepancies > 0}: the value is always expected to be 0.
 */
@ApplicationScoped
class StockReconciliation {
    private static final String INTERVAL = "10m";
    private static final int LEVELS_PER_STATEMENT = 200;
    private static final String STATEMENT_TIMEOUT = "20s";
    private static final Logger LOG = Logger.getLogger(StockReconciliation.class);
    private static final StockKey BEFORE_ALL = new StockKey("", "");

    private final StockStatements statements;
    private final DiscrepancyRepository discrepancies;
    private final Fence fence;
    private final AtomicLong openDiscrepancies = new AtomicLong();

    StockReconciliation(
            StockStatements statements, DiscrepancyRepository discrepancies, Fence fence, MeterRegistry registry) {
        this.statements = statements;
        this.discrepancies = discrepancies;
        this.fence = fence;
        Gauge.builder("fondaco.inventory.discrepancies", openDiscrepancies, AtomicLong::doubleValue)
                .description("Open stock discrepancies; see GET /admin/v1/stock-discrepancies")
                .register(registry);
    }

    /**
     * The result of one batch.
     *
     * @param lastKey key of its last level; empty after the end
     * @param discrepancies all that the batch found, new or found before
     */
    record ReconciliationBatch(Optional<StockKey> lastKey, List<Discrepancy> discrepancies) {}

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
        for (ReconciliationBatch reconciliationBatch = checkBatch(after);
                reconciliationBatch.lastKey().isPresent();
                reconciliationBatch = checkBatch(after)) {
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
        openDiscrepancies.set(discrepancies.countOpen());
    }

    /** Updates the gauge of every worker, because only one of them runs the reconciliation. */
    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "1m",
            delayed = "20s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void refreshGauge() {
        openDiscrepancies.set(discrepancies.countOpen());
    }

    /**
     * Checks the next levels, stores discrepancies, and marks those that no longer exist as resolved. Four statements.
     */
    @Transactional
    ReconciliationBatch checkBatch(StockKey after) {
        fence.requireLease();
        statements.limitStatementTime(STATEMENT_TIMEOUT);
        List<CheckedLevel> levels = statements.reconcile(after, LEVELS_PER_STATEMENT);
        return new ReconciliationBatch(
                levels.isEmpty()
                        ? Optional.empty()
                        : Optional.of(levels.getLast().key()),
                levels.stream().flatMap(level -> level.discrepancy().stream()).toList());
    }
}
