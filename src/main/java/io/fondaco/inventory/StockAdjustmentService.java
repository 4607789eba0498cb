package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory.CountResult;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hibernate.Session;

/** Adjustments and stock counts, recorded in the caller's transaction. */
@ApplicationScoped
class StockAdjustmentService {
    private final EntityManager entities;
    private final Catalog catalog;
    private final StockQueries queries;
    private final Backorders backorders;
    private final Actor actor;
    private final RequestId requestId;

    StockAdjustmentService(
            EntityManager entities,
            Catalog catalog,
            StockQueries queries,
            Backorders backorders,
            Actor actor,
            RequestId requestId) {
        this.entities = entities;
        this.catalog = catalog;
        this.queries = queries;
        this.backorders = backorders;
        this.actor = actor;
        this.requestId = requestId;
    }

    /** Three statements, and those of {@link Backorders#fill} if the SKU has backorders. */
    StockLevel adjust(StockKey key, long delta, String reason) {
        Set<String> backorderedSkus = new HashSet<>();
        StockLevel adjusted = session().doReturningWork(connection -> {
            createAndLockLevels(connection, key, backorderedSkus);
            List<StockLevel> changed = applyDelta(connection, key, delta, reason);
            if (changed.isEmpty()) {
                long free = queries.find(key).map(StockLevel::free).orElse(0L);
                if (delta > 0) {
                    throw ApiException.invalid(
                            "/delta",
                            "out_of_range",
                            "%d units are free; adding %d would exceed the maximum of %d."
                                    .formatted(free, delta, StockCount.MAX_AVAILABLE));
                }
                throw new InsufficientStock(List.of(new Shortage(key.sku(), -delta, free)));
            }
            return changed.getFirst();
        });
        if (delta > 0) {
            backorders.fill(backorderedSkus);
        }
        if (delta != 0 && (!backorderedSkus.isEmpty() || adjusted.available() == 0 || adjusted.available() == delta)) {
            catalog.availabilityChanged(Set.of(key.sku()));
        }
        return queries.find(key).orElseThrow();
    }

    /** Locks every level of the SKU, in order; creates the level of the key if it does not exist. */
    private static void createAndLockLevels(Connection connection, StockKey key, Set<String> backorderedSkus)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                WITH inserted AS (
                    INSERT INTO inventory.stock_level (sku, location, on_hand) VALUES (?, ?, 0)
                    ON CONFLICT (sku, location) DO NOTHING
                )
                SELECT backordered FROM inventory.stock_level WHERE sku = ? ORDER BY sku, location FOR UPDATE
                """)) {
            insert.setString(1, key.sku());
            insert.setString(2, key.location());
            insert.setString(3, key.sku());
            try (ResultSet rows = insert.executeQuery()) {
                while (rows.next()) {
                    if (rows.getLong(1) > 0) {
                        backorderedSkus.add(key.sku());
                    }
                }
            }
        }
    }

    private List<StockLevel> applyDelta(Connection connection, StockKey key, long delta, String reason)
            throws SQLException {
        List<StockLevel> changed = new ArrayList<>();
        try (PreparedStatement update = connection.prepareStatement("""
                WITH changed AS (
                    UPDATE inventory.stock_level SET on_hand = on_hand + ?, updated_at = now()
                     WHERE sku = ? AND location = ?
                       AND on_hand - reserved + ? BETWEEN 0 AND greatest(?, on_hand - reserved)
                    RETURNING sku, location, on_hand, reserved, available, backordered
                ), ledger AS (
                    INSERT INTO inventory.movement (sku, location, kind, quantity, reference, actor, request_id)
                    SELECT sku, location, 'adjusted', ?, ?, ?, ? FROM changed
                )
                SELECT * FROM changed
                """)) {
            update.setLong(1, delta);
            update.setString(2, key.sku());
            update.setString(3, key.location());
            update.setLong(4, delta);
            update.setLong(5, StockCount.MAX_AVAILABLE);
            update.setLong(6, delta);
            update.setString(7, reason);
            update.setString(8, actor.name());
            update.setString(9, requestId.value());
            try (ResultSet rows = update.executeQuery()) {
                while (rows.next()) {
                    changed.add(StockQueries.mapRow(rows));
                }
            }
        }
        return changed;
    }

    Map<StockKey, CountResult> recordCounts(Collection<StockCount> counts, String reason) {
        Map<StockKey, Long> newCounts = new TreeMap<>(StockKey.BY_SKU_AND_LOCATION);
        counts.forEach(count -> newCounts.put(count.key(), count.available()));
        Set<String> changed = new HashSet<>();
        Set<String> backorderedSkus = new HashSet<>();
        Map<StockKey, CountResult> counted = session().doReturningWork(connection -> {
            Map<StockKey, Long> stored = lockLevels(connection, newCounts, backorderedSkus);
            Map<StockKey, CountResult> results = compare(stored, newCounts);
            newCounts.keySet().removeIf(key -> results.get(key) == CountResult.UNCHANGED);
            newCounts.forEach((key, available) -> {
                if ((available == 0) != (stored.getOrDefault(key, 0L) == 0)) {
                    changed.add(key.sku());
                }
            });
            if (!newCounts.isEmpty()) {
                upsert(connection, newCounts, reason);
            }
            return results;
        });
        backorders.fill(backorderedSkus);
        catalog.availabilityChanged(changed);
        return counted;
    }

    Map<StockKey, CountResult> previewCounts(Collection<StockCount> counts) {
        Map<StockKey, Long> newCounts = new TreeMap<>(StockKey.BY_SKU_AND_LOCATION);
        counts.forEach(count -> newCounts.put(count.key(), count.available()));
        Map<StockKey, Long> stored = new HashMap<>();
        queries.findBySkus(newCounts.keySet().stream()
                        .map(StockKey::sku)
                        .distinct()
                        .toList())
                .forEach(level -> stored.put(new StockKey(level.sku(), level.location()), level.free()));
        return compare(stored, newCounts);
    }

    /** The unreserved units of the keys that have a level; locks every level of their SKUs, in order. */
    private static Map<StockKey, Long> lockLevels(
            Connection connection, Map<StockKey, Long> newCounts, Set<String> backorderedSkus) throws SQLException {
        Map<StockKey, Long> stored = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT sku, location, on_hand - reserved, backordered FROM inventory.stock_level
                 WHERE sku = ANY (?) ORDER BY sku, location FOR UPDATE
                """)) {
            select.setArray(1, skus(connection, newCounts));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    stored.put(new StockKey(rows.getString(1), rows.getString(2)), rows.getLong(3));
                    if (rows.getLong(4) > 0) {
                        backorderedSkus.add(rows.getString(1));
                    }
                }
            }
        }
        return stored;
    }

    private static Array skus(Connection connection, Map<StockKey, Long> newCounts) throws SQLException {
        return connection.createArrayOf(
                "text",
                newCounts.keySet().stream().map(StockKey::sku).distinct().toArray());
    }

    private static Map<StockKey, CountResult> compare(Map<StockKey, Long> stored, Map<StockKey, Long> newCounts) {
        Map<StockKey, CountResult> results = new LinkedHashMap<>();
        newCounts.forEach((key, available) -> {
            Long before = stored.get(key);
            results.put(
                    key,
                    before == null
                            ? CountResult.CREATED
                            : before.equals(available) ? CountResult.UNCHANGED : CountResult.UPDATED);
        });
        return results;
    }

    private void upsert(Connection connection, Map<StockKey, Long> newCounts, String reason) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                WITH counts AS (
                    SELECT w.*, coalesce(s.on_hand, 0) AS before, coalesce(s.reserved, 0) AS reserved
                      FROM unnest(?::text[], ?::text[], ?::bigint[]) AS w (sku, location, quantity)
                      LEFT JOIN inventory.stock_level s ON s.sku = w.sku AND s.location = w.location
                ), ledger AS (
                    INSERT INTO inventory.movement (sku, location, kind, quantity, reference, actor, request_id)
                    SELECT sku, location, 'counted', quantity + reserved - before, ?, ?, ? FROM counts
                )
                INSERT INTO inventory.stock_level AS s (sku, location, on_hand)
                SELECT sku, location, quantity FROM counts ORDER BY sku, location
                ON CONFLICT (sku, location)
                DO UPDATE SET on_hand = excluded.on_hand + s.reserved, updated_at = now()
                """)) {
            upsert.setArray(1, SqlArrays.ofColumn(connection, "text", newCounts.keySet(), StockKey::sku));
            upsert.setArray(2, SqlArrays.ofColumn(connection, "text", newCounts.keySet(), StockKey::location));
            upsert.setArray(3, SqlArrays.ofColumn(connection, "bigint", newCounts.values(), units -> units));
            upsert.setString(4, reason);
            upsert.setString(5, actor.name());
            upsert.setString(6, requestId.value());
            upsert.executeUpdate();
        }
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
