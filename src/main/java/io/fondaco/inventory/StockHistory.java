package io.fondaco.inventory;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Reads the stock ledger. */
@ApplicationScoped
class StockHistory {
    private final EntityManager entities;

    StockHistory(EntityManager entities) {
        this.entities = entities;
    }

    /**
     * A ledger entry: one change of a stock level.
     *
     * @param event counted, adjusted, reserved, released, expired, sold, filled, cancelled, restocked
     * @param onHand difference of on hand; likewise reserved and backordered
     * @param cause the reservation, the order, the import or the given reason
     */
    @Schema(name = "StockEvent")
    record LedgerEntry(
            long id,
            String sku,
            String location,

            @Schema(
                    description =
                            "counted, adjusted, reserved, released, expired, sold, filled (a backorder received units),"
                                    + " cancelled (a waiting backorder was cancelled), restocked")
            String event,

            @Schema(description = "Difference of on_hand.") long onHand,

            @Schema(description = "Difference of reserved.") long reserved,

            @Schema(description = "Difference of backordered.")
            long backordered,

            @Schema(description = "The reservation, the order, the import or the given reason.")
            String cause,

            @Schema(description = "An API key's id, cart:…, provider:…, system:…")
            String actor,

            String requestId,
            Instant at) {}

    /** The ledger entries of a SKU before the entry with this id, newest first. */
    List<LedgerEntry> listBefore(String sku, long id, int limit) {
        List<?> rows = entities.createNativeQuery("""
                        SELECT m.id, m.sku, m.location, m.kind, m.quantity, m.reserved, m.backordered, m.reference, m.actor,
                               m.request_id, m.created_at
                          FROM (SELECT location FROM inventory.stock_level WHERE sku = :sku) s
                         CROSS JOIN LATERAL (SELECT * FROM inventory.movement m
                                              WHERE m.sku = :sku AND m.location = s.location AND m.id < :id
                                              ORDER BY m.id DESC LIMIT :limit) m
                         ORDER BY m.id DESC LIMIT :limit
                        """, Tuple.class)
                .setParameter("sku", sku)
                .setParameter("id", id)
                .setParameter("limit", limit)
                .getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    private static LedgerEntry mapRow(Tuple row) {
        return new LedgerEntry(
                number(row, "id"),
                row.get("sku", String.class),
                row.get("location", String.class),
                row.get("kind", String.class),
                number(row, "quantity"),
                number(row, "reserved"),
                number(row, "backordered"),
                row.get("reference", String.class),
                row.get("actor", String.class),
                row.get("request_id", String.class),
                row.get("created_at", Instant.class));
    }

    private static long number(Tuple row, String column) {
        return row.get(column, Number.class).longValue();
    }
}
