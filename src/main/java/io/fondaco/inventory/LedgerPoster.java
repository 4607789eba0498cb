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

    private final ReservationStatements statements;
    private final AfterCommit afterCommit;
    private final AsyncCommit asyncCommit;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private volatile boolean stopping;

    LedgerPoster(ReservationStatements statements, AfterCommit afterCommit, AsyncCommit asyncCommit) {
        this.statements = statements;
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
        return statements.postSales(batch);
    }
}
