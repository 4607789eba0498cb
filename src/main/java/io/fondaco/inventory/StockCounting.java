package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory.Counted;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
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
class StockCounting {
    private final EntityManager entities;
    private final Catalog catalog;
    private final StockLevels levels;

    StockCounting(EntityManager entities, Catalog catalog, StockLevels levels) {
        this.entities = entities;
        this.catalog = catalog;
        this.levels = levels;
    }

    StockLevel adjust(StockKey key, long delta, String reason) {
        StockLevel adjusted = session().doReturningWork(connection -> {
            try (PreparedStatement adjust = connection.prepareStatement("""
                    WITH known AS (
                        INSERT INTO inventory.stock_level (sku, location, on_hand) VALUES (?, ?, 0)
                        ON CONFLICT (sku, location) DO NOTHING
                    )
                    SELECT 1
                    """)) {
                adjust.setString(1, key.sku());
                adjust.setString(2, key.location());
                adjust.execute();
            }
            List<StockLevel> changed = new ArrayList<>();
            try (PreparedStatement update = connection.prepareStatement("""
                    WITH changed AS (
                        UPDATE inventory.stock_level SET on_hand = on_hand + ?, updated_at = now()
                         WHERE sku = ? AND location = ? AND on_hand - reserved + ? >= 0
                        RETURNING sku, location, on_hand, reserved, available
                    ), moved AS (
                        INSERT INTO inventory.movement (sku, location, kind, quantity, reference)
                        SELECT sku, location, 'adjusted', ?, ? FROM changed
                    )
                    SELECT * FROM changed
                    """)) {
                update.setLong(1, delta);
                update.setString(2, key.sku());
                update.setString(3, key.location());
                update.setLong(4, delta);
                update.setLong(5, delta);
                update.setString(6, reason);
                try (ResultSet rows = update.executeQuery()) {
                    while (rows.next()) {
                        changed.add(StockLevels.level(rows));
                    }
                }
            }
            if (changed.isEmpty()) {
                long available = levels.of(List.of(key.sku())).stream()
                        .filter(level -> level.location().equals(key.location()))
                        .mapToLong(StockLevel::available)
                        .sum();
                throw new InsufficientStock(List.of(new Shortage(key.sku(), -delta, available)));
            }
            return changed.getFirst();
        });
        if (delta != 0 && (adjusted.available() == 0 || adjusted.available() == delta)) {
            catalog.availabilityChanged(Set.of(key.sku()));
        }
        return adjusted;
    }

    Map<StockKey, Counted> countAll(Collection<StockCount> counts, String reason) {
        Map<StockKey, Long> wanted = new TreeMap<>(StockCounting::compare);
        counts.forEach(count -> wanted.put(count.key(), count.available()));
        Set<String> changed = new HashSet<>();
        Map<StockKey, Counted> counted = session().doReturningWork(connection -> {
            Map<StockKey, Long> present = present(connection, wanted, "FOR UPDATE OF s");
            Map<StockKey, Counted> outcome = compare(present, wanted);
            wanted.keySet().removeIf(key -> outcome.get(key) == Counted.UNCHANGED);
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
        catalog.availabilityChanged(changed);
        return counted;
    }

    Map<StockKey, Counted> preview(Collection<StockCount> counts) {
        Map<StockKey, Long> wanted = new TreeMap<>(StockCounting::compare);
        counts.forEach(count -> wanted.put(count.key(), count.available()));
        return compare(session().doReturningWork(connection -> present(connection, wanted, "")), wanted);
    }

    private static int compare(StockKey a, StockKey b) {
        int bySku = a.sku().compareTo(b.sku());
        return bySku != 0 ? bySku : a.location().compareTo(b.location());
    }

    /** What is available of the keys that are counted already. */
    private static Map<StockKey, Long> present(Connection connection, Map<StockKey, Long> wanted, String locking)
            throws SQLException {
        Map<StockKey, Long> present = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT s.sku, s.location, s.available
                  FROM unnest(?::text[], ?::text[], ?::bigint[]) AS w (sku, location, quantity)
                  JOIN inventory.stock_level s ON s.sku = w.sku AND s.location = w.location
                 ORDER BY s.sku, s.location
                """ + locking)) {
            PostgresInventory.setAllocation(connection, select, wanted);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    present.put(new StockKey(rows.getString(1), rows.getString(2)), rows.getLong(3));
                }
            }
        }
        return present;
    }

    private static Map<StockKey, Counted> compare(Map<StockKey, Long> present, Map<StockKey, Long> wanted) {
        Map<StockKey, Counted> outcome = new LinkedHashMap<>();
        wanted.forEach((key, available) -> {
            Long before = present.get(key);
            outcome.put(
                    key,
                    before == null ? Counted.CREATED : before.equals(available) ? Counted.UNCHANGED : Counted.UPDATED);
        });
        return outcome;
    }

    private static void upsert(Connection connection, Map<StockKey, Long> wanted, String reason) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                WITH wanted AS (
                    SELECT w.*, coalesce(s.on_hand, 0) AS before, coalesce(s.reserved, 0) AS reserved
                      FROM unnest(?::text[], ?::text[], ?::bigint[]) AS w (sku, location, quantity)
                      LEFT JOIN inventory.stock_level s ON s.sku = w.sku AND s.location = w.location
                ), moved AS (
                    INSERT INTO inventory.movement (sku, location, kind, quantity, reference)
                    SELECT sku, location, 'counted', quantity + reserved - before, ? FROM wanted
                )
                INSERT INTO inventory.stock_level AS s (sku, location, on_hand)
                SELECT sku, location, quantity FROM wanted ORDER BY sku, location
                ON CONFLICT (sku, location)
                DO UPDATE SET on_hand = excluded.on_hand + s.reserved, updated_at = now()
                """)) {
            PostgresInventory.setAllocation(connection, upsert, wanted);
            upsert.setString(4, reason);
            upsert.executeUpdate();
        }
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
