package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.database.Seconds;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.jobs.Fence;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.Session;

/**
 * Stock in Postgres. Set-based throughout: a reservation of one line or of a thousand is two statements, a claim or a
 * release is one. Every statement that changes levels locks them in the order of SKU and location first.
 */
@ApplicationScoped
class PostgresInventory implements Inventory {
    private final EntityManager entities;
    private final Catalog catalog;
    private final Fence fence;
    private final StockLevels levels;
    private final StockCounting counting;

    PostgresInventory(
            EntityManager entities, Catalog catalog, Fence fence, StockLevels levels, StockCounting counting) {
        this.entities = entities;
        this.catalog = catalog;
        this.fence = fence;
        this.levels = levels;
        this.counting = counting;
    }

    @Override
    @Transactional
    public ReservationId reserve(List<StockQuantity> quantities, Duration timeToLive) {
        ReservationId id = new ReservationId(TypeId.newUuid());
        if (quantities.isEmpty()) {
            throw new IllegalArgumentException("A reservation needs at least one SKU");
        }
        Set<String> soldOut = session().doReturningWork(connection -> {
            Map<String, List<Sourcing.Level>> levels = lock(connection, quantities);
            Map<StockKey, Long> allocation = Sourcing.allocate(quantities, levels);
            set(connection, id, allocation, timeToLive);
            return emptied(levels, allocation);
        });
        catalog.availabilityChanged(soldOut);
        return id;
    }

    /** SKUs of which nothing is left at one of the places they were taken from: perhaps nothing at all. */
    private static Set<String> emptied(Map<String, List<Sourcing.Level>> levels, Map<StockKey, Long> allocation) {
        return levels.values().stream()
                .flatMap(List::stream)
                .filter(level -> Long.valueOf(level.available()).equals(allocation.get(level.key())))
                .map(level -> level.key().sku())
                .collect(Collectors.toSet());
    }

    private static Map<String, List<Sourcing.Level>> lock(Connection connection, List<StockQuantity> quantities)
            throws SQLException {
        String[] skus = quantities.stream().map(StockQuantity::sku).toArray(String[]::new);
        Map<String, List<Sourcing.Level>> levels = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT sku, location, on_hand, available FROM inventory.stock_level
                 WHERE sku = ANY (?) ORDER BY sku, location FOR UPDATE
                """)) {
            select.setArray(1, connection.createArrayOf("text", skus));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    Sourcing.Level level = new Sourcing.Level(
                            new StockKey(rows.getString(1), rows.getString(2)), rows.getLong(3), rows.getLong(4));
                    levels.computeIfAbsent(level.key().sku(), _ -> new ArrayList<>())
                            .add(level);
                }
            }
        }
        return levels;
    }

    private static void set(
            Connection connection, ReservationId id, Map<StockKey, Long> allocation, Duration timeToLive)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                WITH wanted AS (
                    SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[]) AS w (sku, location, quantity)
                ), made AS (
                    INSERT INTO inventory.reservation (id, expires_at)
                    VALUES (?, now() + make_interval(secs => ?)) RETURNING id
                ), lines AS (
                    INSERT INTO inventory.reservation_line (reservation_id, sku, location, quantity)
                    SELECT made.id, sku, location, quantity FROM made, wanted
                )
                UPDATE inventory.stock_level s SET reserved = s.reserved + w.quantity, updated_at = now()
                  FROM wanted w WHERE s.sku = w.sku AND s.location = w.location
                """)) {
            setAllocation(connection, update, allocation);
            update.setObject(4, id.value());
            update.setDouble(5, Seconds.of(timeToLive));
            update.executeUpdate();
        }
    }

    static void setAllocation(Connection connection, PreparedStatement statement, Map<StockKey, Long> allocation)
            throws SQLException {
        Array skus = connection.createArrayOf(
                "text", allocation.keySet().stream().map(StockKey::sku).toArray());
        Array locations = connection.createArrayOf(
                "text", allocation.keySet().stream().map(StockKey::location).toArray());
        statement.setArray(1, skus);
        statement.setArray(2, locations);
        statement.setArray(
                3, connection.createArrayOf("bigint", allocation.values().toArray()));
    }

    @Override
    @Transactional
    public boolean claim(ReservationId reservation, String reference) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement claim = connection.prepareStatement("""
                    WITH claimed AS (
                        UPDATE inventory.reservation SET status = 'claimed'
                         WHERE id = ? AND status = 'reserved' RETURNING id
                    ), locked AS (
                        SELECT s.sku, s.location, l.quantity
                          FROM claimed c
                          JOIN inventory.reservation_line l ON l.reservation_id = c.id
                          JOIN inventory.stock_level s ON s.sku = l.sku AND s.location = l.location
                         ORDER BY s.sku, s.location FOR UPDATE OF s
                    ), moved AS (
                        INSERT INTO inventory.movement (sku, location, kind, quantity, reference)
                        SELECT sku, location, 'sold', -quantity, ? FROM locked
                    ), sold AS (
                        UPDATE inventory.stock_level s
                           SET on_hand = s.on_hand - l.quantity, reserved = s.reserved - l.quantity, updated_at = now()
                          FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                    )
                    SELECT count(*) = 1 OR EXISTS
                           (SELECT FROM inventory.reservation WHERE id = ? AND status = 'claimed')
                      FROM claimed
                    """)) {
                claim.setObject(1, reservation.value());
                claim.setString(2, reference);
                claim.setObject(3, reservation.value());
                try (ResultSet rows = claim.executeQuery()) {
                    rows.next();
                    return rows.getBoolean(1);
                }
            }
        });
    }

    @Override
    @Transactional
    public void release(ReservationId reservation) {
        release(List.of(reservation.value()));
    }

    private void release(List<UUID> reservations) {
        Set<String> back = session().doReturningWork(connection -> {
            try (PreparedStatement release = connection.prepareStatement("""
                    WITH released AS (
                        UPDATE inventory.reservation SET status = 'released'
                         WHERE id = ANY (?) AND status = 'reserved' RETURNING id
                    ), freed AS (
                        SELECT l.sku, l.location, sum(l.quantity) AS quantity
                          FROM released r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                         GROUP BY l.sku, l.location
                    ), locked AS (
                        SELECT s.sku, s.location, f.quantity
                          FROM freed f JOIN inventory.stock_level s ON s.sku = f.sku AND s.location = f.location
                         ORDER BY s.sku, s.location FOR UPDATE OF s
                    )
                    UPDATE inventory.stock_level s SET reserved = s.reserved - l.quantity, updated_at = now()
                      FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                    RETURNING s.sku, s.available = l.quantity AS was_empty
                    """)) {
                release.setArray(1, connection.createArrayOf("uuid", reservations.toArray()));
                return wereEmpty(release);
            }
        });
        catalog.availabilityChanged(back);
    }

    /** SKUs of which there was nothing, at one place at least. */
    private static Set<String> wereEmpty(PreparedStatement change) throws SQLException {
        Set<String> skus = new HashSet<>();
        try (ResultSet rows = change.executeQuery()) {
            while (rows.next()) {
                if (rows.getBoolean("was_empty")) {
                    skus.add(rows.getString("sku"));
                }
            }
        }
        return skus;
    }

    /**
     * Frees what nobody claimed in time.
     *
     * @param batch at most so many reservations
     * @return how many were freed
     */
    @Transactional
    int releaseExpired(int batch) {
        fence.hold();
        @SuppressWarnings("unchecked")
        List<UUID> expired = entities.createNativeQuery("""
                        SELECT id FROM inventory.reservation
                         WHERE status = 'reserved' AND expires_at < now()
                         ORDER BY expires_at LIMIT :batch FOR UPDATE SKIP LOCKED
                        """, UUID.class)
                .setParameter("batch", batch)
                .getResultList();
        if (!expired.isEmpty()) {
            release(expired);
        }
        return expired.size();
    }

    @Override
    @Transactional
    public void extend(ReservationId reservation, Duration timeToLive) {
        entities.createNativeQuery("""
                        UPDATE inventory.reservation SET expires_at = now() + make_interval(secs => :seconds)
                         WHERE id = :id AND status = 'reserved'
                        """)
                .setParameter("seconds", (double) timeToLive.toSeconds())
                .setParameter("id", reservation.value())
                .executeUpdate();
    }

    @Override
    @Transactional
    public void restock(List<StockQuantity> quantities, String reference) {
        if (quantities.isEmpty()) {
            return;
        }
        Set<String> back = session().doReturningWork(connection -> {
            try (PreparedStatement restock = connection.prepareStatement("""
                    WITH wanted AS (
                        SELECT w.sku, sum(w.quantity)::bigint AS quantity
                          FROM unnest(?::text[], ?::bigint[]) AS w (sku, quantity) GROUP BY w.sku
                    ), placed AS (
                        SELECT w.sku, w.quantity, coalesce(
                               (SELECT min(m.location) FROM inventory.movement m
                                 WHERE m.reference = ? AND m.kind = 'sold' AND m.sku = w.sku), ?) AS location
                          FROM wanted w
                    ), moved AS (
                        INSERT INTO inventory.movement (sku, location, kind, quantity, reference)
                        SELECT sku, location, 'restocked', quantity, ? FROM placed
                    )
                    INSERT INTO inventory.stock_level AS s (sku, location, on_hand)
                    SELECT sku, location, quantity FROM placed ORDER BY sku, location
                    ON CONFLICT (sku, location)
                    DO UPDATE SET on_hand = s.on_hand + excluded.on_hand, updated_at = now()
                    RETURNING s.sku, s.available = (SELECT p.quantity FROM placed p WHERE p.sku = s.sku) AS was_empty
                    """)) {
                restock.setArray(
                        1,
                        connection.createArrayOf(
                                "text",
                                quantities.stream().map(StockQuantity::sku).toArray()));
                restock.setArray(
                        2,
                        connection.createArrayOf(
                                "bigint",
                                quantities.stream().map(StockQuantity::quantity).toArray()));
                restock.setString(3, reference);
                restock.setString(4, StockKey.DEFAULT_LOCATION);
                restock.setString(5, reference);
                return wereEmpty(restock);
            }
        });
        catalog.availabilityChanged(back);
    }

    @Override
    @Transactional
    public StockLevel adjust(StockKey key, long delta, String reason) {
        return counting.adjust(key, delta, reason);
    }

    @Override
    @Transactional
    public StockLevel count(StockCount count, String reason) {
        countAll(List.of(count), reason);
        return levels.of(List.of(count.key().sku())).stream()
                .filter(level -> level.location().equals(count.key().location()))
                .findFirst()
                .orElseThrow();
    }

    @Override
    @Transactional
    public Map<StockKey, Counted> countAll(Collection<StockCount> counts, String reason) {
        return counting.countAll(counts, reason);
    }

    @Override
    public Map<StockKey, Counted> previewCounts(Collection<StockCount> counts) {
        return counting.preview(counts);
    }

    @Override
    public Map<String, Long> available(Collection<String> skus) {
        return levels.available(skus);
    }

    @Override
    public List<StockLevel> levels(Collection<String> skus) {
        return levels.of(skus);
    }

    @Override
    public List<StockLevel> levelsAfter(StockKey after, int limit) {
        return levels.after(after, limit);
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
