package io.fondaco.inventory;

import io.fondaco.inventory.DiscrepancyRepository.DiscrepancyEntity;
import io.fondaco.inventory.DiscrepancyRepository.DiscrepancyKey;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** Reads the discrepancies that {@link StockReconciliation} has found. */
@ApplicationScoped
class DiscrepancyRepository implements PanacheRepositoryBase<DiscrepancyEntity, DiscrepancyKey> {
    /** @param figure {@code on_hand}, {@code reserved} or {@code backordered} */
    @Embeddable
    record DiscrepancyKey(String sku, String location, String figure) {}

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

    /** The stored discrepancy, which {@link StockStatements#reconcile} writes. */
    @Entity(name = "DiscrepancyEntity")
    @Immutable
    @Table(schema = "inventory", name = "discrepancy")
    static class DiscrepancyEntity {
        @EmbeddedId
        DiscrepancyKey id;

        long recorded;

        long computed;

        @Column(name = "found_at")
        Instant foundAt;

        @Column(name = "checked_at")
        Instant checkedAt;

        @Column(name = "resolved_at")
        @Nullable
        Instant resolvedAt;
    }

    /** The open discrepancies that the last run found, in the order of their keys. */
    List<Discrepancy> listOpenAfter(DiscrepancyKey key, int limit) {
        return find("""
                        select id.sku, id.location, id.figure, recorded, computed, foundAt, checkedAt
                          from DiscrepancyEntity
                         where resolvedAt is null and (id.sku, id.location, id.figure) > (:sku, :location, :figure)
                         order by id.sku, id.location, id.figure
                        """, Map.of("sku", key.sku(), "location", key.location(), "figure", key.figure()))
                .project(Discrepancy.class)
                .page(0, limit)
                .list();
    }

    long countOpen() {
        return count("from DiscrepancyEntity where resolvedAt is null");
    }
}
