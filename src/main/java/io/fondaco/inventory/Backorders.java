package io.fondaco.inventory;

import io.fondaco.inventory.Inventory.Backorder;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.Session;

/**
 * Units that were sold but have not arrived. Units that become free at a location that ships fill the oldest backorders
 * first. No other order can take these units in the meantime, because {@link Sourcing} subtracts backordered units from
 * the stock.
 */
@ApplicationScoped
class Backorders {
    private static final int MAX_FILLED_PER_TRANSACTION = 500;

    private final EntityManager entities;
    private final Fence fence;
    private final Actor actor;
    private final RequestId requestId;

    Backorders(EntityManager entities, Fence fence, Actor actor, RequestId requestId) {
        this.entities = entities;
        this.fence = fence;
        this.actor = actor;
        this.requestId = requestId;
    }

    /** A backorder with waiting units. */
    private record PendingBackorder(long id, String sku, long units) {}

    /** Unreserved units of a SKU at a location. */
    private record FreeStock(String sku, String location, long units) {}

    /** Units that a location gives to a backorder. */
    private record BackorderFill(long backorderId, String location, long units) {}

    /**
     * Locks every level of these SKUs, in order, and adds the SKUs with backordered units to the set. One statement.
     */
    void lockLevels(Connection connection, Object[] skus, Set<String> backorderedSkus) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("""
                SELECT sku, backordered FROM inventory.stock_level
                 WHERE sku = ANY (?) ORDER BY sku, location FOR UPDATE
                """)) {
            lock.setArray(1, connection.createArrayOf("text", skus));
            try (ResultSet rows = lock.executeQuery()) {
                while (rows.next()) {
                    if (rows.getLong(2) > 0) {
                        backorderedSkus.add(rows.getString(1));
                    }
                }
            }
        }
    }

    /**
     * Fills waiting backorders of these SKUs from free units, in the caller's transaction. It never waits for a lock,
     * so it is safe after other rows were locked; rows that others have locked are left to {@link #fillPending}. Three
     * statements, none without SKUs.
     *
     * @return whether any backorder was filled
     */
    boolean fill(Collection<String> skus) {
        if (skus.isEmpty()) {
            return false;
        }
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            List<FreeStock> shelves = lockFreeStock(connection, skus);
            List<PendingBackorder> queue = shelves.isEmpty() ? List.of() : lockPendingBackorders(connection, skus);
            List<BackorderFill> fills = match(shelves, queue);
            if (!fills.isEmpty()) {
                applyFills(connection, fills);
            }
            return !fills.isEmpty();
        });
    }

    /**
     * Fills backorders that wait although units are free: units that arrived while the level was locked, or that are at
     * a location that ships again.
     *
     * @return the number of SKUs that it tried, at most {@link #MAX_FILLED_PER_TRANSACTION}
     */
    @Transactional
    int fillPending() {
        fence.requireLease();
        @SuppressWarnings("unchecked")
        List<String> skus = entities.createNativeQuery("""
                        SELECT DISTINCT b.sku FROM inventory.backorder b
                         WHERE b.waiting > 0 AND EXISTS
                               (SELECT FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location
                                 WHERE s.sku = b.sku AND s.on_hand > s.reserved AND l.active AND l.ships_online)
                         LIMIT :batch
                        """)
                .setParameter("batch", MAX_FILLED_PER_TRANSACTION)
                .getResultList();
        fill(skus);
        return skus.size();
    }

    private static List<FreeStock> lockFreeStock(Connection connection, Collection<String> skus) throws SQLException {
        List<FreeStock> shelves = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("""
                WITH locked AS (
                    SELECT sku, location, on_hand - reserved AS free FROM inventory.stock_level
                     WHERE sku = ANY (?) ORDER BY sku, location FOR UPDATE SKIP LOCKED
                )
                SELECT s.sku, s.location, s.free FROM locked s JOIN inventory.location l ON l.code = s.location
                 WHERE s.free > 0 AND l.active AND l.ships_online ORDER BY l.priority, s.location
                """)) {
            select.setArray(1, connection.createArrayOf("text", skus.toArray()));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    shelves.add(new FreeStock(rows.getString(1), rows.getString(2), rows.getLong(3)));
                }
            }
        }
        return shelves;
    }

    /** Only backorders whose stock level this transaction has locked, or can lock without waiting. */
    private List<PendingBackorder> lockPendingBackorders(Connection connection, Collection<String> skus)
            throws SQLException {
        List<PendingBackorder> queue = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT b.id, b.sku, b.waiting FROM inventory.backorder b
                  JOIN inventory.stock_level s ON s.sku = b.sku AND s.location = b.location
                 WHERE b.sku = ANY (?) AND b.waiting > 0 ORDER BY b.id LIMIT ? FOR UPDATE OF s, b SKIP LOCKED
                """)) {
            select.setArray(1, connection.createArrayOf("text", skus.toArray()));
            select.setInt(2, MAX_FILLED_PER_TRANSACTION);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    queue.add(new PendingBackorder(rows.getLong(1), rows.getString(2), rows.getLong(3)));
                }
            }
        }
        return queue;
    }

    private static List<BackorderFill> match(List<FreeStock> shelves, List<PendingBackorder> queue) {
        Map<StockKey, Long> free = new LinkedHashMap<>();
        shelves.forEach(freeStock -> free.put(new StockKey(freeStock.sku(), freeStock.location()), freeStock.units()));
        List<BackorderFill> fills = new ArrayList<>();
        for (PendingBackorder pendingBackorder : queue) {
            long left = pendingBackorder.units();
            for (Map.Entry<StockKey, Long> shelf : free.entrySet()) {
                long units = shelf.getKey().sku().equals(pendingBackorder.sku()) ? Math.min(left, shelf.getValue()) : 0;
                if (units > 0) {
                    fills.add(new BackorderFill(
                            pendingBackorder.id(), shelf.getKey().location(), units));
                    shelf.setValue(shelf.getValue() - units);
                    left -= units;
                }
            }
        }
        return fills;
    }

    private void applyFills(Connection connection, List<BackorderFill> fills) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement("""
                WITH fill AS (
                    SELECT * FROM unnest(?::bigint[], ?::text[], ?::bigint[]) AS f (id, location, units)
                ), filled AS (
                    UPDATE inventory.backorder b SET waiting = b.waiting - f.units
                      FROM (SELECT id, sum(units) AS units FROM fill GROUP BY id) f WHERE b.id = f.id
                    RETURNING b.id, b.reference, b.sku, b.location
                ), changes AS (
                    SELECT b.reference, b.sku, f.location, f.units AS taken, 0::bigint AS filled
                      FROM fill f JOIN filled b ON b.id = f.id
                     UNION ALL
                    SELECT b.reference, b.sku, b.location, 0, f.units FROM fill f JOIN filled b ON b.id = f.id
                ), ledger AS (
                    INSERT INTO inventory.movement
                           (sku, location, kind, quantity, backordered, reference, actor, request_id)
                    SELECT sku, location, 'filled', -sum(taken), -sum(filled), reference, ?, ? FROM changes
                     GROUP BY sku, location, reference ORDER BY sku, location
                )
                UPDATE inventory.stock_level s
                   SET on_hand = s.on_hand - c.taken, backordered = s.backordered - c.filled, updated_at = now()
                  FROM (SELECT sku, location, sum(taken) AS taken, sum(filled) AS filled
                          FROM changes GROUP BY sku, location) c
                 WHERE s.sku = c.sku AND s.location = c.location
                """)) {
            write.setArray(1, SqlArrays.ofColumn(connection, "bigint", fills, BackorderFill::backorderId));
            write.setArray(2, SqlArrays.ofColumn(connection, "text", fills, BackorderFill::location));
            write.setArray(3, SqlArrays.ofColumn(connection, "bigint", fills, BackorderFill::units));
            write.setString(4, actor.name());
            write.setString(5, requestId.value());
            write.executeUpdate();
        }
    }

    List<Backorder> findByReference(String reference) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            List<Backorder> found = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT sku, location, quantity, waiting FROM inventory.backorder WHERE reference = ? ORDER BY id
                    """)) {
                select.setString(1, reference);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(
                                new Backorder(rows.getString(1), rows.getString(2), rows.getLong(3), rows.getLong(4)));
                    }
                }
            }
            return found;
        });
    }
}
