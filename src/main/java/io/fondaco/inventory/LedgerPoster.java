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
 * Brings sales of gathered reservations into the levels and the ledger, many by one transaction and shortly after they were made:
 * so an order never waits for the row of a SKU that everybody wants. Until then the units are counted as reserved; what can be sold
 * is the same before and after. What a pod leaves behind is posted by any other, with {@link ReservationExpiryJob}.
 */
@ApplicationScoped
class LedgerPoster {
    private static final Logger LOG = Logger.getLogger(LedgerPoster.class);
    private static final Duration MAX_IDLE = Duration.ofHours(1);
    private static final long BATCHING_DELAY_MILLIS = 50;

    private final PostgresInventory inventory;
    private final InventorySettings settings;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private volatile boolean stopping;

    LedgerPoster(PostgresInventory inventory, InventorySettings settings) {
        this.inventory = inventory;
        this.settings = settings;
    }

    void onStart(@Observes StartupEvent event) {
        Thread.ofVirtual().name("stock-posting").start(this::runLoop);
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
        wakeUpSignal.signal();
    }

    /** There is something to post. */
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

    /** Posts until nothing is left that nobody else is posting. */
    void postAll() {
        while (inventory.postSales(settings.postingBatch()) == settings.postingBatch()) {
            // A full batch: there may be more.
        }
    }

    private void tryPostAll() {
        try {
            postAll();
        } catch (RuntimeException e) {
            if (!DatabaseFailure.classify(e).isOutage()) {
                LOG.error("Sales could not be posted to the levels of stock; it is tried again within seconds", e);
            }
        }
    }
}
