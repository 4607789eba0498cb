package io.fondaco.inventory;

import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.transactions.AsyncCommit;
import io.fondaco.platform.transactions.RetriedWrites;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Posts claimed sales of batched reservations to stock levels and ledger, many in one transaction, shortly after the
 * orders commit, so that an order does not wait for the row of a hot SKU. Until then the units count as reserved, so
 * the available units are the same before and after. Sales that a pod leaves behind are posted by {@link
 * ReservationExpiryJob} on any pod.
 */
@ApplicationScoped
class LedgerPoster {
    private static final Logger LOG = Logger.getLogger(LedgerPoster.class);
    private static final Duration MAX_IDLE = Duration.ofHours(1);
    private static final long BATCHING_DELAY_MILLIS = 50;
    private static final int MAX_SALES_PER_TRANSACTION = 500;

    private final EntityManager entities;
    private final AfterCommit afterCommit;
    private final AsyncCommit asyncCommit;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private volatile boolean stopping;

    LedgerPoster(EntityManager entities, AfterCommit afterCommit, AsyncCommit asyncCommit) {
        this.entities = entities;
        this.afterCommit = afterCommit;
        this.asyncCommit = asyncCommit;
    }

    void onStart(@Observes StartupEvent event) {
        Thread.ofVirtual().name("stock-posting").start(this::runLoop);
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
        wakeUpSignal.signal();
    }

    /** Signals, after the caller's transaction commits, that there are sales to post. */
    void wakeUpAfterCommit() {
        afterCommit.run(wakeUpSignal::signal);
    }

    private void runLoop() {
        try {
            while (!stopping) {
                if (wakeUpSignal.await(MAX_IDLE) && !stopping) {
                    Thread.sleep(BATCHING_DELAY_MILLIS);
                    tryPostAll();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Posts until no pending sale is left, except those that other transactions have locked. */
    void postAll() {
        while (postSales(MAX_SALES_PER_TRANSACTION) == MAX_SALES_PER_TRANSACTION) {
            // A full batch: there may be more.
        }
    }

    private void tryPostAll() {
        try {
            postAll();
        } catch (RuntimeException e) {
            if (!DatabaseFailure.classify(e).isOutage()) {
                LOG.error(
                        "Pending sales could not be posted to stock levels and ledger; the expiry job tries again", e);
            }
        }
    }

    /**
     * Posts pending sales to stock levels and ledger. Two statements, and a commit that does not wait for the disk.
     *
     * @param batch maximum number of sales
     * @return the number of posted sales; sales that another transaction has locked are skipped
     */
    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    @RetriedWrites
    @Transactional
    int postSales(int batch) {
        asyncCommit.enable();
        return ((Number) entities.createNativeQuery("""
                        WITH due AS (
                            SELECT id FROM inventory.reservation WHERE ledger_pending
                             ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
                        ), posted AS (
                            UPDATE inventory.reservation r SET ledger_pending = false FROM due WHERE r.id = due.id
                            RETURNING r.id, r.reference, r.claimed_by, r.claimed_in
                        ), sold AS (
                            SELECT l.sku, l.location, l.quantity, p.reference, p.claimed_by, p.claimed_in
                              FROM posted p JOIN inventory.reservation_line l ON l.reservation_id = p.id
                        ), locked AS (
                            SELECT s.sku, s.location FROM inventory.stock_level s
                             WHERE (s.sku, s.location) IN (SELECT sku, location FROM sold)
                             ORDER BY s.sku, s.location FOR UPDATE OF s
                        ), ledger AS (
                            INSERT INTO inventory.movement
                                   (sku, location, kind, quantity, reserved, reference, actor, request_id)
                            SELECT sku, location, 'sold', -quantity, -quantity, reference, claimed_by, claimed_in FROM sold
                        ), changed AS (
                            UPDATE inventory.stock_level s
                               SET on_hand = s.on_hand - u.units, reserved = s.reserved - u.units, updated_at = now()
                              FROM locked k
                              JOIN (SELECT sku, location, sum(quantity)::bigint AS units FROM sold GROUP BY sku, location) u
                                   USING (sku, location)
                             WHERE s.sku = k.sku AND s.location = k.location
                        )
                        SELECT count(*) FROM posted
                        """)
                        .setParameter("batch", batch)
                        .getSingleResult())
                .intValue();
    }
}
