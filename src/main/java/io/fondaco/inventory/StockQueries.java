package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability.Availability;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.Session;

/** Queries of stock levels and of their ledger, on the caller's route. One statement each. */
@ApplicationScoped
class StockQueries {
    /** A stock level as it will be after its pending sales are posted (see {@link LedgerPoster}). */
    private static final String SELECT_WITH_PENDING_SALES = """
            SELECT s.sku, s.location, s.on_hand - u.units AS on_hand, s.reserved - u.units AS reserved, s.available, s.backordered
              FROM inventory.stock_level s CROSS JOIN LATERAL
                   (SELECT coalesce(sum(l.quantity), 0)::bigint AS units
                      FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                     WHERE r.ledger_pending AND l.sku = s.sku AND l.location = s.location) u
            """;

    private final EntityManager entities;

    StockQueries(EntityManager entities) {
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

    /** Units that can be sold from stock, less backordered ones; SKUs that were never counted are missing. */
    Map<String, Long> availableQuantities(Collection<String> skus) {
        Map<String, Long> available = new HashMap<>();
        availability(skus).forEach((sku, found) -> available.put(sku, found.inStock()));
        return available;
    }

    /** The same computation as in {@link Sourcing.SellableQuantity}, without locks. */
    Map<String, Availability> availability(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            Map<String, Availability> found = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT s.sku, p.policy = 'preorder' AS preorder, p.expected_on,
                           coalesce(sum(greatest(s.available, 0)) FILTER (WHERE l.active AND l.ships_online), 0) AS free,
                           sum(greatest(-s.available, 0)) AS shortfall, sum(s.backorder_limit) AS backorder_limit
                      FROM inventory.stock_level s
                      JOIN inventory.location l ON l.code = s.location
                      LEFT JOIN inventory.selling_policy p ON p.sku = s.sku
                     WHERE s.sku = ANY (ARRAY (SELECT unnest(?::text[]))) GROUP BY s.sku, p.sku
                    """)) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        long shortfall = rows.getLong("shortfall");
                        found.put(
                                rows.getString("sku"),
                                new Availability(
                                        Math.max(0, rows.getLong("free") - shortfall),
                                        Math.max(0, rows.getLong("backorder_limit") - shortfall),
                                        rows.getBoolean("preorder"),
                                        rows.getObject("expected_on", LocalDate.class)));
                    }
                }
            }
            return found;
        });
    }

    List<StockLevel> findBySkus(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    SELECT_WITH_PENDING_SALES + "WHERE s.sku = ANY (?) ORDER BY s.sku, s.location")) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                return readLevels(select);
            }
        });
    }

    /** The level of the key; empty if it was never counted. */
    Optional<StockLevel> find(StockKey key) {
        return findBySkus(List.of(key.sku())).stream()
                .filter(level -> level.location().equals(key.location()))
                .findFirst();
    }

    List<StockLevel> listAfter(StockKey after, int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement(SELECT_WITH_PENDING_SALES
                    + "WHERE (s.sku, s.location) > (?, ?) ORDER BY s.sku, s.location LIMIT ?")) {
                select.setString(1, after.sku());
                select.setString(2, after.location());
                select.setInt(3, limit);
                return readLevels(select);
            }
        });
    }

    private static List<StockLevel> readLevels(PreparedStatement select) throws SQLException {
        List<StockLevel> levels = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                levels.add(mapRow(rows));
            }
        }
        return levels;
    }

    static StockLevel mapRow(ResultSet row) throws SQLException {
        return new StockLevel(
                row.getString("sku"),
                row.getString("location"),
                row.getLong("on_hand"),
                row.getLong("reserved"),
                row.getLong("available"),
                row.getLong("backordered"));
    }

    /** The ledger entries of a SKU before the entry with this id, newest first. */
    List<LedgerEntry> listEntriesBefore(String sku, long id, int limit) {
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
        return rows.stream().map(row -> mapEntry((Tuple) row)).toList();
    }

    private static LedgerEntry mapEntry(Tuple row) {
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

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
