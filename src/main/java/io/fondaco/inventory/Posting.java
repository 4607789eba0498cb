package io.fondaco.inventory;

import io.fondaco.platform.Ear;
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
 * is the same before and after. What a pod leaves behind is posted by any other, with {@link ReservationExpiry}.
 */
@ApplicationScoped
class Posting {
    private static final Logger LOG = Logger.getLogger(Posting.class);
    private static final Duration LONGEST_REST = Duration.ofHours(1);
    private static final long PAUSE_MILLIS = 50;

    private final PostgresInventory inventory;
    private final InventorySettings settings;
    private final Ear ear = new Ear();
    private volatile boolean stopping;

    Posting(PostgresInventory inventory, InventorySettings settings) {
        this.inventory = inventory;
        this.settings = settings;
    }

    void onStart(@Observes StartupEvent event) {
        Thread.ofVirtual().name("stock-posting").start(this::live);
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
        ear.ring();
    }

    /** There is something to post. */
    void wake() {
        ear.ring();
    }

    private void live() {
        try {
            while (!stopping) {
                if (ear.await(LONGEST_REST) && !stopping) {
                    Thread.sleep(PAUSE_MILLIS);
                    post();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Posts until nothing is left that nobody else is posting. */
    void postAll() {
        while (inventory.post(settings.postingBatch()) == settings.postingBatch()) {
            // A full batch: there may be more.
        }
    }

    private void post() {
        try {
            postAll();
        } catch (RuntimeException e) {
            if (!DatabaseFailure.in(e).passes()) {
                LOG.error("Sales could not be posted to the levels of stock; it is tried again within seconds", e);
            }
        }
    }
}
