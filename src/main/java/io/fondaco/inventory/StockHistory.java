package io.fondaco.inventory;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The ledger of stock, for reading. */
@ApplicationScoped
class StockHistory {
    private final EntityManager entities;

    StockHistory(EntityManager entities) {
        this.entities = entities;
    }

    /**
     * One change of a level.
     *
     * @param event counted, adjusted, reserved, released, expired, sold, filled, cancelled, restocked
     * @param onHand by how much on hand changed, and so for the others
     * @param cause the reservation, the order, the import or the reason given
     */
    @Schema(name = "StockEvent")
    record Entry(
            long id,
            String sku,
            String location,

            @Schema(
                    description =
                            "counted, adjusted, reserved, released, expired, sold, filled (a backorder was served), cancelled (a backorder is"
                                    + " waited for no more), restocked")
            String event,

            @Schema(description = "By how much on_hand changed.")
            long onHand,

            @Schema(description = "By how much reserved changed.")
            long reserved,

            @Schema(description = "By how much backordered changed.")
            long backordered,

            @Schema(description = "The reservation, the order, the import, or the reason that was given.")
            String cause,

            @Schema(description = "An API key's id, cart:…, provider:…, system:…")
            String actor,

            String requestId,
            Instant at) {}

    /** The entries of a SKU before that one, newest first. */
    List<Entry> listBefore(String sku, long id, int limit) {
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

    private static Entry mapRow(Tuple row) {
        return new Entry(
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
