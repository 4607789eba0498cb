package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;

/** Notifies the catalog when a location starts or stops selling. */
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
     * Publishes an availability change for every SKU with free units at the location, batch by batch, each batch in a
     * separate transaction. If the pod dies in between, cached responses are stale for at most {@code
     * fondaco.cache.time-to-live}; checkouts do not read them.
     */
    void publishAvailability(String location) {
        String after = "";
        List<String> skus;
        do {
            String last = after;
            skus = QuarkusTransaction.requiringNew().call(() -> {
                @SuppressWarnings("unchecked")
                List<String> batch = entities.createNativeQuery("""
                                SELECT sku FROM inventory.stock_level
                                 WHERE location = :location AND sku > :after AND on_hand > reserved
                                 ORDER BY sku LIMIT :batch
                                """)
                        .setParameter("location", location)
                        .setParameter("after", last)
                        .setParameter("batch", BATCH)
                        .getResultList();
                catalog.availabilityChanged(batch);
                return batch;
            });
            after = skus.isEmpty() ? after : skus.getLast();
        } while (skus.size() == BATCH);
    }
}
