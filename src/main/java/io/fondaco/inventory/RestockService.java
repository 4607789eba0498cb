package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Session;

/**
 * Takes back sold units, in the caller's transaction. Two statements, and those of {@link Backorders#fill} if a SKU has
 * backorders.
 */
@ApplicationScoped
class RestockService {
    private final EntityManager entities;
    private final Catalog catalog;
    private final Backorders backorders;
    private final Actor actor;
    private final RequestId requestId;

    RestockService(EntityManager entities, Catalog catalog, Backorders backorders, Actor actor, RequestId requestId) {
        this.entities = entities;
        this.catalog = catalog;
        this.backorders = backorders;
        this.actor = actor;
        this.requestId = requestId;
    }

    /** See {@link Inventory#restock}. */
    void restock(List<StockQuantity> quantities, String reference) {
        returnUnits(quantities, reference, false);
    }

    /** See {@link Inventory#cancelSale}. */
    void cancelSale(List<StockQuantity> quantities, String reference) {
        returnUnits(quantities, reference, true);
    }

    private void returnUnits(List<StockQuantity> quantities, String reference, boolean cancelBackordersFirst) {
        if (quantities.isEmpty()) {
            return;
        }
        Object[] skus = quantities.stream().map(StockQuantity::sku).toArray();
        Object[] units = quantities.stream().map(StockQuantity::quantity).toArray();
        Set<String> backorderedSkus = new HashSet<>();
        Set<String> changedSkus = entities.unwrap(Session.class).doReturningWork(connection -> {
            backorders.lockLevels(connection, skus, backorderedSkus);
            try (PreparedStatement insert = connection.prepareStatement("""
                    WITH returned AS (
                        SELECT w.sku, sum(w.quantity)::bigint AS quantity
                          FROM unnest(?::text[], ?::bigint[]) AS w (sku, quantity) GROUP BY w.sku
                    ), cancelled AS (
                        SELECT b.id, b.sku, b.location, least(b.waiting, greatest(0, w.quantity
                               - (sum(b.waiting) OVER (PARTITION BY b.sku ORDER BY b.id) - b.waiting)))::bigint AS units
                          FROM returned w JOIN inventory.backorder b ON b.sku = w.sku
                         WHERE b.reference = ? AND b.waiting > 0 AND ?
                    ), reduced AS (
                        UPDATE inventory.backorder b SET waiting = b.waiting - u.units FROM cancelled u WHERE b.id = u.id
                    ), to_restock AS (
                        SELECT w.sku, w.quantity
                               - coalesce((SELECT sum(u.units) FROM cancelled u WHERE u.sku = w.sku), 0)::bigint AS quantity
                          FROM returned w
                    ), sold AS (
                        SELECT sku, location, -quantity AS units FROM inventory.movement
                         WHERE reference = ? AND kind = 'sold'
                         UNION ALL
                        SELECT sku, location, -quantity FROM inventory.movement
                         WHERE reference = ? AND kind IN ('filled', 'restocked')
                         UNION ALL
                        SELECT l.sku, l.location, l.quantity
                          FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                         WHERE r.reference = ? AND r.ledger_pending
                    ), sold_by_location AS (
                        SELECT sku, location, sum(units) AS units,
                               coalesce(sum(sum(units)) OVER (PARTITION BY sku ORDER BY location
                                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
                          FROM sold GROUP BY sku, location HAVING sum(units) > 0
                    ), restocked AS (
                        SELECT p.sku, g.location, least(g.units, p.quantity - g.before)::bigint AS quantity
                          FROM to_restock p JOIN sold_by_location g ON g.sku = p.sku AND g.before < p.quantity
                         UNION ALL
                        SELECT p.sku, coalesce((SELECT min(g.location) FROM sold g WHERE g.sku = p.sku), ?),
                               p.quantity - coalesce((SELECT sum(g.units) FROM sold_by_location g WHERE g.sku = p.sku), 0)::bigint
                          FROM to_restock p
                    ), changes AS (
                        SELECT sku, location, 'restocked' AS kind, sum(quantity)::bigint AS quantity, 0::bigint AS backordered
                          FROM restocked WHERE quantity > 0 GROUP BY sku, location
                         UNION ALL
                        SELECT sku, location, 'cancelled', 0, units FROM cancelled WHERE units > 0
                    ), ledger AS (
                        INSERT INTO inventory.movement
                               (sku, location, kind, quantity, backordered, reference, actor, request_id)
                        SELECT sku, location, kind, quantity, -backordered, ?, ?, ? FROM changes
                    )
                    INSERT INTO inventory.stock_level AS s (sku, location, on_hand, backordered)
                    SELECT sku, location, sum(quantity), sum(backordered) FROM changes
                     GROUP BY sku, location ORDER BY sku, location
                    ON CONFLICT (sku, location)
                    DO UPDATE SET on_hand = s.on_hand + excluded.on_hand,
                                  backordered = s.backordered - excluded.backordered, updated_at = now()
                    RETURNING s.sku,
                              inventory.stock_status(coalesce(old.available, 0), coalesce(old.backorder_limit, 0))
                              <> inventory.stock_status(new.available, new.backorder_limit) AS status_changed
                    """)) {
                insert.setArray(1, connection.createArrayOf("text", skus));
                insert.setArray(2, connection.createArrayOf("bigint", units));
                insert.setString(3, reference);
                insert.setBoolean(4, cancelBackordersFirst);
                insert.setString(5, reference);
                insert.setString(6, reference);
                insert.setString(7, reference);
                insert.setString(8, StockKey.DEFAULT_LOCATION);
                insert.setString(9, reference);
                insert.setString(10, actor.name());
                insert.setString(11, requestId.value());
                return readChangedSkus(insert);
            }
        });
        backorders.fill(backorderedSkus);
        catalog.availabilityChanged(changedSkus);
    }

    /** Returns the SKUs whose stock status may have changed. */
    private static Set<String> readChangedSkus(PreparedStatement change) throws SQLException {
        Set<String> changedSkus = new HashSet<>();
        try (ResultSet rows = change.executeQuery()) {
            while (rows.next()) {
                if (rows.getBoolean("status_changed")) {
                    changedSkus.add(rows.getString("sku"));
                }
            }
        }
        return changedSkus;
    }
}
