package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;

/** What follows for the catalogue when a location begins or ceases to sell. */
@ApplicationScoped
class LocationAvailabilityPublisher {
    private static final int BATCH = 500;

    private final EntityManager entities;
    private final Catalog catalog;

    LocationAvailabilityPublisher(EntityManager entities, Catalog catalog) {
        this.entities = entities;
        this.catalog = catalog;
    }

    /**
     * Tells the catalogue of every SKU that lies there, batch by batch in transactions of their own. Should that be cut off,
     * pages are as old as {@code fondaco.cache.time-to-live} at most; what is sold is never decided by them.
     */
    void publishAvailability(String location) {
        String after = "";
        List<String> skus;
        do {
            String from = after;
            skus = QuarkusTransaction.requiringNew().call(() -> {
                @SuppressWarnings("unchecked")
                List<String> batch = entities.createNativeQuery("""
                                SELECT sku FROM inventory.stock_level
                                 WHERE location = :location AND sku > :after AND on_hand > reserved
                                 ORDER BY sku LIMIT :batch
                                """)
                        .setParameter("location", location)
                        .setParameter("after", from)
                        .setParameter("batch", BATCH)
                        .getResultList();
                catalog.availabilityChanged(batch);
                return batch;
            });
            after = skus.isEmpty() ? after : skus.getLast();
        } while (skus.size() == BATCH);
    }
}
