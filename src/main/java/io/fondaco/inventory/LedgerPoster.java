package io.fondaco.inventory;

import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.database.DatabaseFailure;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
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

    private final PostgresInventory inventory;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private volatile boolean stopping;

    LedgerPoster(PostgresInventory inventory) {
        this.inventory = inventory;
    }

    void onStart(@Observes StartupEvent event) {
        Thread.ofVirtual().name("stock-posting").start(this::runLoop);
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
        wakeUpSignal.signal();
    }

    /** Signals that there are sales to post. */
    void wakeUp() {
        wakeUpSignal.signal();
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
        while (inventory.postSales(MAX_SALES_PER_TRANSACTION) == MAX_SALES_PER_TRANSACTION) {
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
}
