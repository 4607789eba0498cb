package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory.CountResult;
import io.fondaco.platform.database.SqlArrays;
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

/** What people count, receive and lose, written down in the caller's transaction. */
@ApplicationScoped
class StockAdjustmentService {
    private final EntityManager entities;
    private final Catalog catalog;
    private final StockLevelQueries levels;
    private final Backorders backorders;
    private final Actor actor;
    private final RequestId requestId;

    StockAdjustmentService(
            EntityManager entities,
            Catalog catalog,
            StockLevelQueries levels,
            Backorders backorders,
            Actor actor,
            RequestId requestId) {
        this.entities = entities;
        this.catalog = catalog;
        this.levels = levels;
        this.backorders = backorders;
        this.actor = actor;
        this.requestId = requestId;
    }

    /** Three statements, and those of {@link Backorders#fill} where somebody waits. */
    StockLevel adjust(StockKey key, long delta, String reason) {
        Set<String> owed = new HashSet<>();
        StockLevel adjusted = session().doReturningWork(connection -> {
            createAndLockLevels(connection, key, owed);
            List<StockLevel> changed = applyDelta(connection, key, delta, reason);
            if (changed.isEmpty()) {
                long free = levels.find(key).map(StockLevel::free).orElse(0L);
                if (delta > 0) {
                    throw ApiException.invalid(
                            "/delta",
                            "out_of_range",
                            "%d are free; with %d more there would be more than %d."
                                    .formatted(free, delta, StockCount.MAX_AVAILABLE));
                }
                throw new InsufficientStock(List.of(new Shortage(key.sku(), -delta, free)));
            }
            return changed.getFirst();
        });
        if (delta > 0) {
            backorders.fill(owed);
        }
        if (delta != 0 && (!owed.isEmpty() || adjusted.available() == 0 || adjusted.available() == delta)) {
            catalog.availabilityChanged(Set.of(key.sku()));
        }
        return levels.find(key).orElseThrow();
    }

    /** Locks every level of the SKU, in order; makes the one that is meant if there is none. */
    private static void createAndLockLevels(Connection connection, StockKey key, Set<String> owed) throws SQLException {
        try (PreparedStatement know = connection.prepareStatement("""
                WITH known AS (
                    INSERT INTO inventory.stock_level (sku, location, on_hand) VALUES (?, ?, 0)
                    ON CONFLICT (sku, location) DO NOTHING
                )
                SELECT backordered FROM inventory.stock_level WHERE sku = ? ORDER BY sku, location FOR UPDATE
                """)) {
            know.setString(1, key.sku());
            know.setString(2, key.location());
            know.setString(3, key.sku());
            try (ResultSet rows = know.executeQuery()) {
                while (rows.next()) {
                    if (rows.getLong(1) > 0) {
                        owed.add(key.sku());
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
                ), moved AS (
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
                    changed.add(StockLevelQueries.mapRow(rows));
                }
            }
        }
        return changed;
    }

    Map<StockKey, CountResult> recordCounts(Collection<StockCount> counts, String reason) {
        Map<StockKey, Long> wanted = new TreeMap<>(StockKey.BY_SKU_AND_LOCATION);
        counts.forEach(count -> wanted.put(count.key(), count.available()));
        Set<String> changed = new HashSet<>();
        Set<String> owed = new HashSet<>();
        Map<StockKey, CountResult> counted = session().doReturningWork(connection -> {
            Map<StockKey, Long> present = lockLevels(connection, wanted, owed);
            Map<StockKey, CountResult> outcome = compare(present, wanted);
            wanted.keySet().removeIf(key -> outcome.get(key) == CountResult.UNCHANGED);
            wanted.forEach((key, available) -> {
                if ((available == 0) != (present.getOrDefault(key, 0L) == 0)) {
                    changed.add(key.sku());
                }
            });
            if (!wanted.isEmpty()) {
                upsert(connection, wanted, reason);
            }
            return outcome;
        });
        backorders.fill(owed);
        catalog.availabilityChanged(changed);
        return counted;
    }

    Map<StockKey, CountResult> previewCounts(Collection<StockCount> counts) {
        Map<StockKey, Long> wanted = new TreeMap<>(StockKey.BY_SKU_AND_LOCATION);
        counts.forEach(count -> wanted.put(count.key(), count.available()));
        Map<StockKey, Long> present = new HashMap<>();
        levels.findBySkus(wanted.keySet().stream().map(StockKey::sku).distinct().toList())
                .forEach(level -> present.put(new StockKey(level.sku(), level.location()), level.free()));
        return compare(present, wanted);
    }

    /** What is free on the shelf of the keys that are counted already; locks every level of their SKUs, in order. */
    private static Map<StockKey, Long> lockLevels(Connection connection, Map<StockKey, Long> wanted, Set<String> owed)
            throws SQLException {
        Map<StockKey, Long> present = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT sku, location, on_hand - reserved, backordered FROM inventory.stock_level
                 WHERE sku = ANY (?) ORDER BY sku, location FOR UPDATE
                """)) {
            select.setArray(1, skus(connection, wanted));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    present.put(new StockKey(rows.getString(1), rows.getString(2)), rows.getLong(3));
                    if (rows.getLong(4) > 0) {
                        owed.add(rows.getString(1));
                    }
                }
            }
        }
        return present;
    }

    private static Array skus(Connection connection, Map<StockKey, Long> wanted) throws SQLException {
        return connection.createArrayOf(
                "text", wanted.keySet().stream().map(StockKey::sku).distinct().toArray());
    }

    private static Map<StockKey, CountResult> compare(Map<StockKey, Long> present, Map<StockKey, Long> wanted) {
        Map<StockKey, CountResult> outcome = new LinkedHashMap<>();
        wanted.forEach((key, available) -> {
            Long before = present.get(key);
            outcome.put(
                    key,
                    before == null
                            ? CountResult.CREATED
                            : before.equals(available) ? CountResult.UNCHANGED : CountResult.UPDATED);
        });
        return outcome;
    }

    private void upsert(Connection connection, Map<StockKey, Long> wanted, String reason) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                WITH wanted AS (
                    SELECT w.*, coalesce(s.on_hand, 0) AS before, coalesce(s.reserved, 0) AS reserved
                      FROM unnest(?::text[], ?::text[], ?::bigint[]) AS w (sku, location, quantity)
                      LEFT JOIN inventory.stock_level s ON s.sku = w.sku AND s.location = w.location
                ), moved AS (
                    INSERT INTO inventory.movement (sku, location, kind, quantity, reference, actor, request_id)
                    SELECT sku, location, 'counted', quantity + reserved - before, ?, ?, ? FROM wanted
                )
                INSERT INTO inventory.stock_level AS s (sku, location, on_hand)
                SELECT sku, location, quantity FROM wanted ORDER BY sku, location
                ON CONFLICT (sku, location)
                DO UPDATE SET on_hand = excluded.on_hand + s.reserved, updated_at = now()
                """)) {
            upsert.setArray(1, SqlArrays.ofColumn(connection, "text", wanted.keySet(), StockKey::sku));
            upsert.setArray(2, SqlArrays.ofColumn(connection, "text", wanted.keySet(), StockKey::location));
            upsert.setArray(3, SqlArrays.ofColumn(connection, "bigint", wanted.values(), units -> units));
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
