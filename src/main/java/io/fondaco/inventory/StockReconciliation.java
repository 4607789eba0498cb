package io.fondaco.inventory;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Instant;
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

    private final EntityManager entities;
    private final Fence fence;
    private final AtomicLong openDiscrepancies = new AtomicLong();

    StockReconciliation(EntityManager entities, Fence fence, MeterRegistry registry) {
        this.entities = entities;
        this.fence = fence;
        Gauge.builder("fondaco.inventory.discrepancies", openDiscrepancies, AtomicLong::doubleValue)
                .description("Open stock discrepancies; see GET /admin/v1/stock-discrepancies")
                .register(registry);
    }

    /**
     * A quantity of a stock level that differs from the computed one.
     *
     * @param figure {@code on_hand}, {@code reserved} or {@code backordered}
     * @param recorded value of the stock level
     * @param computed value that follows from the ledger, the reservations and the backorders
     */
    record Discrepancy(
            String sku,
            String location,
            String figure,
            long recorded,
            long computed,
            Instant foundAt,
            Instant checkedAt) {}

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
        openDiscrepancies.set(countOpen());
    }

    /** Updates the gauge of every worker, because only one of them runs the reconciliation. */
    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "1m",
            delayed = "20s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void refreshGauge() {
        openDiscrepancies.set(countOpen());
    }

    /**
     * Checks the next levels, stores discrepancies, and marks those that no longer exist as resolved. Four statements.
     */
    @Transactional
    ReconciliationBatch checkBatch(StockKey after) {
        fence.requireLease();
        entities.createNativeQuery("SELECT set_config('statement_timeout', :limit, true)")
                .setParameter("limit", STATEMENT_TIMEOUT)
                .getSingleResult();
        List<?> rows = entities.createNativeQuery("""
                        WITH page AS (
                            SELECT sku, location, on_hand, reserved, backordered FROM inventory.stock_level
                             WHERE (sku, location) > (:sku, :location) ORDER BY sku, location LIMIT :batch
                        ), open_reservations AS (
                            SELECT l.sku, l.location, sum(l.quantity - l.backordered) AS stock, sum(l.backordered) AS backordered
                              FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                             WHERE r.status = 'reserved' OR r.ledger_pending GROUP BY l.sku, l.location
                        ), expected AS (
                            SELECT p.*, coalesce(h.stock, 0) AS reserved_sum,
                                   coalesce(h.backordered, 0) + coalesce((SELECT sum(b.waiting) FROM inventory.backorder b
                                        WHERE b.sku = p.sku AND b.location = p.location AND b.waiting > 0), 0) AS backordered_sum,
                                   coalesce((SELECT sum(m.quantity) FROM inventory.movement m
                                        WHERE m.sku = p.sku AND m.location = p.location), 0) AS ledger_sum
                              FROM page p LEFT JOIN open_reservations h ON h.sku = p.sku AND h.location = p.location
                        ), differing AS (
                            SELECT b.sku, b.location, f.figure, f.recorded, f.computed
                              FROM expected b CROSS JOIN LATERAL (VALUES
                                   ('on_hand', b.on_hand, b.ledger_sum), ('reserved', b.reserved, b.reserved_sum),
                                   ('backordered', b.backordered, b.backordered_sum)) AS f (figure, recorded, computed)
                             WHERE f.recorded <> f.computed
                        ), saved AS (
                            INSERT INTO inventory.discrepancy AS d (sku, location, figure, recorded, computed)
                            SELECT sku, location, figure, recorded, computed FROM differing
                            ON CONFLICT (sku, location, figure) DO UPDATE
                               SET recorded = excluded.recorded, computed = excluded.computed, checked_at = now(),
                                   found_at = CASE WHEN d.resolved_at IS NULL THEN d.found_at ELSE now() END,
                                   resolved_at = NULL
                            RETURNING sku, location, figure, recorded, computed, found_at, checked_at
                        ), resolved AS (
                            UPDATE inventory.discrepancy d SET resolved_at = now(), checked_at = now() FROM page p
                             WHERE d.sku = p.sku AND d.location = p.location AND d.resolved_at IS NULL
                               AND NOT EXISTS (SELECT FROM differing f WHERE f.sku = d.sku
                                                AND f.location = d.location AND f.figure = d.figure)
                        )
                        SELECT p.sku, p.location, k.figure, k.recorded, k.computed, k.found_at, k.checked_at
                          FROM page p LEFT JOIN saved k ON k.sku = p.sku AND k.location = p.location
                         ORDER BY p.sku, p.location, k.figure
                        """, Tuple.class)
                .setParameter("sku", after.sku())
                .setParameter("location", after.location())
                .setParameter("batch", LEVELS_PER_STATEMENT)
                .getResultList();
        List<Tuple> tuples = rows.stream().map(Tuple.class::cast).toList();
        Optional<StockKey> last = tuples.isEmpty()
                ? Optional.empty()
                : Optional.of(new StockKey(
                        tuples.getLast().get("sku", String.class),
                        tuples.getLast().get("location", String.class)));
        return new ReconciliationBatch(
                last,
                tuples.stream()
                        .filter(row -> row.get("figure") != null)
                        .map(StockReconciliation::mapRow)
                        .toList());
    }

    /** The open discrepancies that the last run found, in the order of SKU, location and figure. */
    List<Discrepancy> listOpen(Discrepancy after, int limit) {
        List<?> rows = entities.createNativeQuery("""
                        SELECT sku, location, figure, recorded, computed, found_at, checked_at FROM inventory.discrepancy
                         WHERE resolved_at IS NULL AND (sku, location, figure) > (:sku, :location, :figure)
                         ORDER BY sku, location, figure LIMIT :limit
                        """, Tuple.class)
                .setParameter("sku", after.sku())
                .setParameter("location", after.location())
                .setParameter("figure", after.figure())
                .setParameter("limit", limit)
                .getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    long countOpen() {
        return ((Number) entities.createNativeQuery(
                                "SELECT count(*) FROM inventory.discrepancy WHERE resolved_at IS NULL")
                        .getSingleResult())
                .longValue();
    }

    private static Discrepancy mapRow(Tuple row) {
        return new Discrepancy(
                row.get("sku", String.class),
                row.get("location", String.class),
                row.get("figure", String.class),
                row.get("recorded", Number.class).longValue(),
                row.get("computed", Number.class).longValue(),
                row.get("found_at", Instant.class),
                row.get("checked_at", Instant.class));
    }
}
