package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.database.Columns;
import io.fondaco.platform.database.Seconds;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Stock in Postgres. Set-based throughout: a reservation of one line or of a thousand is two statements, a claim or a
 * release is one. Every statement that changes levels locks them in the order of SKU and location first.
 */
@RetriedWrites
@ApplicationScoped
class PostgresInventory implements Inventory {
    private final EntityManager entities;
    private final Catalog catalog;
    private final Fence fence;
    private final StockLevels levels;
    private final StockCounting counting;
    private final Backorders backorders;
    private final Actor actor;
    private final RequestId requestId;
    private final InventorySettings settings;

    PostgresInventory(
            EntityManager entities,
            Catalog catalog,
            Fence fence,
            StockLevels levels,
            StockCounting counting,
            Backorders backorders,
            Actor actor,
            RequestId requestId,
            InventorySettings settings) {
        this.entities = entities;
        this.catalog = catalog;
        this.fence = fence;
        this.levels = levels;
        this.counting = counting;
        this.backorders = backorders;
        this.actor = actor;
        this.requestId = requestId;
        this.settings = settings;
    }

    @Override
    @Transactional
    public Reservation reserve(StockDemand demand, Duration timeToLive) {
        ReservationId id = ReservationId.random();
        List<StockQuantity> quantities = demand.quantities();
        if (quantities.isEmpty()) {
            throw new IllegalArgumentException("A reservation needs at least one SKU");
        }
        Map<String, Long> promised = new HashMap<>();
        List<String> turned = session().doReturningWork(connection -> {
            Map<String, List<Sourcing.Level>> found = lock(connection, quantities);
            Map<StockKey, Sourcing.Taken> allocation =
                    Sourcing.allocate(quantities, found, settings.sourcing(), demand.country());
            set(connection, id, allocation, timeToLive);
            allocation.forEach((key, taken) -> {
                if (taken.backordered() > 0) {
                    promised.put(key.sku(), taken.backordered());
                }
            });
            return Sourcing.turned(quantities, found);
        });
        catalog.availabilityChanged(turned);
        return new Reservation(id, promised);
    }

    private static Map<String, List<Sourcing.Level>> lock(Connection connection, List<StockQuantity> quantities)
            throws SQLException {
        String[] skus = quantities.stream().map(StockQuantity::sku).toArray(String[]::new);
        Map<String, List<Sourcing.Level>> levels = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT s.sku, s.location, s.on_hand, s.available, s.backorder_limit,
                       l.priority, l.country, l.active AND l.ships_online AS sells
                  FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location
                 WHERE s.sku = ANY (?) ORDER BY s.sku, s.location FOR UPDATE OF s
                """)) {
            select.setArray(1, connection.createArrayOf("text", skus));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    Sourcing.Level level = level(rows);
                    levels.computeIfAbsent(level.key().sku(), _ -> new ArrayList<>())
                            .add(level);
                }
            }
        }
        return levels;
    }

    private static Sourcing.Level level(ResultSet row) throws SQLException {
        String location = row.getString("location");
        return new Sourcing.Level(
                new StockKey(row.getString("sku"), location),
                row.getLong("on_hand"),
                row.getLong("available"),
                row.getLong("backorder_limit"),
                new Sourcing.Site(location, row.getInt("priority"), row.getString("country"), row.getBoolean("sells")));
    }

    private void set(
            Connection connection, ReservationId id, Map<StockKey, Sourcing.Taken> allocation, Duration timeToLive)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                WITH wanted AS (
                    SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[])
                        AS w (sku, location, stock, backordered)
                ), made AS (
                    INSERT INTO inventory.reservation (id, expires_at)
                    VALUES (?, now() + make_interval(secs => ?)) RETURNING id
                ), lines AS (
                    INSERT INTO inventory.reservation_line (reservation_id, sku, location, quantity, backordered)
                    SELECT made.id, sku, location, stock + backordered, backordered FROM made, wanted
                ), told AS (
                    INSERT INTO inventory.movement
                           (sku, location, kind, quantity, reserved, backordered, reference, actor, request_id)
                    SELECT sku, location, 'reserved', 0, stock, backordered, ?, ?, ? FROM wanted
                )
                UPDATE inventory.stock_level s
                   SET reserved = s.reserved + w.stock, backordered = s.backordered + w.backordered, updated_at = now()
                  FROM wanted w WHERE s.sku = w.sku AND s.location = w.location
                """)) {
            Map<StockKey, Long> stock = new LinkedHashMap<>();
            allocation.forEach((key, taken) -> stock.put(key, taken.stock()));
            setAllocation(connection, update, stock);
            update.setArray(4, Columns.of(connection, "bigint", allocation.values(), Sourcing.Taken::backordered));
            update.setObject(5, id.value());
            update.setDouble(6, Seconds.of(timeToLive));
            update.setString(7, id.toString());
            setCause(update, 8);
            update.executeUpdate();
        }
    }

    private void setCause(PreparedStatement statement, int first) throws SQLException {
        statement.setString(first, actor.name());
        statement.setString(first + 1, requestId.value());
    }

    static void setAllocation(Connection connection, PreparedStatement statement, Map<StockKey, Long> allocation)
            throws SQLException {
        Array skus = Columns.of(connection, "text", allocation.keySet(), StockKey::sku);
        Array locations = Columns.of(connection, "text", allocation.keySet(), StockKey::location);
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
                        SELECT s.sku, s.location, l.quantity - l.backordered AS stock, l.backordered
                          FROM claimed c
                          JOIN inventory.reservation_line l ON l.reservation_id = c.id
                          JOIN inventory.stock_level s ON s.sku = l.sku AND s.location = l.location
                         ORDER BY s.sku, s.location FOR UPDATE OF s
                    ), owed AS (
                        INSERT INTO inventory.backorder AS b (reference, sku, location, quantity, waiting)
                        SELECT ?, sku, location, backordered, backordered FROM locked WHERE backordered > 0
                        ON CONFLICT (reference, sku, location)
                        DO UPDATE SET quantity = b.quantity + excluded.quantity, waiting = b.waiting + excluded.waiting
                    ), moved AS (
                        INSERT INTO inventory.movement
                               (sku, location, kind, quantity, reserved, reference, actor, request_id)
                        SELECT sku, location, 'sold', -stock, -stock, ?, ?, ? FROM locked
                    ), sold AS (
                        UPDATE inventory.stock_level s
                           SET on_hand = s.on_hand - l.stock, reserved = s.reserved - l.stock, updated_at = now()
                          FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                    )
                    SELECT count(*) = 1 OR EXISTS
                           (SELECT FROM inventory.reservation WHERE id = ? AND status = 'claimed')
                      FROM claimed
                    """)) {
                claim.setObject(1, reservation.value());
                claim.setString(2, reference);
                claim.setString(3, reference);
                setCause(claim, 4);
                claim.setObject(6, reservation.value());
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
        release(List.of(reservation.value()), "released");
    }

    private void release(List<UUID> reservations, String kind) {
        Set<String> owed = new HashSet<>();
        Set<String> turned = session().doReturningWork(connection -> {
            try (PreparedStatement release = connection.prepareStatement("""
                    WITH released AS (
                        UPDATE inventory.reservation r SET status = 'released'
                          FROM unnest(?::uuid[], ?::text[]) AS g (id, name)
                         WHERE r.id = g.id AND r.status = 'reserved' RETURNING r.id, g.name
                    ), lines AS (
                        SELECT l.sku, l.location, l.quantity - l.backordered AS stock, l.backordered, r.name
                          FROM released r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                    ), freed AS (
                        SELECT sku, location, sum(stock) AS stock, sum(backordered) AS backordered
                          FROM lines GROUP BY sku, location
                    ), locked AS (
                        SELECT s.sku, s.location, f.stock, f.backordered
                          FROM freed f JOIN inventory.stock_level s ON s.sku = f.sku AND s.location = f.location
                         ORDER BY s.sku, s.location FOR UPDATE OF s
                    ), told AS (
                        INSERT INTO inventory.movement
                               (sku, location, kind, quantity, reserved, backordered, reference, actor, request_id)
                        SELECT sku, location, ?, 0, -stock, -backordered, name, ?, ? FROM lines
                    )
                    UPDATE inventory.stock_level s
                       SET reserved = s.reserved - l.stock, backordered = s.backordered - l.backordered, updated_at = now()
                      FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                    RETURNING s.sku,
                              inventory.standing(s.available - (l.stock + l.backordered)::bigint, s.backorder_limit)
                              <> inventory.standing(s.available, s.backorder_limit) AS turned,
                              EXISTS (SELECT FROM inventory.stock_level o WHERE o.sku = s.sku AND o.backordered > 0) AS owed
                    """)) {
                release.setArray(1, connection.createArrayOf("uuid", reservations.toArray()));
                release.setArray(
                        2, Columns.of(connection, "text", reservations, id -> new ReservationId(id).toString()));
                release.setString(3, kind);
                setCause(release, 4);
                return turned(release, owed);
            }
        });
        backorders.fill(owed);
        catalog.availabilityChanged(turned);
    }

    /** SKUs of which shoppers are told otherwise now, perhaps. */
    private static Set<String> turned(PreparedStatement change, Set<String> owed) throws SQLException {
        Set<String> turned = new HashSet<>();
        try (ResultSet rows = change.executeQuery()) {
            while (rows.next()) {
                if (rows.getBoolean("turned")) {
                    turned.add(rows.getString("sku"));
                }
                if (rows.getBoolean("owed")) {
                    owed.add(rows.getString("sku"));
                }
            }
        }
        return turned;
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
            release(expired, "expired");
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
        takeBack(quantities, reference, false);
    }

    @Override
    @Transactional
    public void cancelSale(List<StockQuantity> quantities, String reference) {
        takeBack(quantities, reference, true);
    }

    private void takeBack(List<StockQuantity> quantities, String reference, boolean waitingFirst) {
        if (quantities.isEmpty()) {
            return;
        }
        Object[] skus = quantities.stream().map(StockQuantity::sku).toArray();
        Object[] units = quantities.stream().map(StockQuantity::quantity).toArray();
        Set<String> owed = new HashSet<>();
        Set<String> turned = session().doReturningWork(connection -> {
            backorders.lock(connection, skus, owed);
            try (PreparedStatement back = connection.prepareStatement("""
                    WITH wanted AS (
                        SELECT w.sku, sum(w.quantity)::bigint AS quantity
                          FROM unnest(?::text[], ?::bigint[]) AS w (sku, quantity) GROUP BY w.sku
                    ), unsent AS (
                        SELECT b.id, b.sku, b.location, least(b.waiting, greatest(0, w.quantity
                               - (sum(b.waiting) OVER (PARTITION BY b.sku ORDER BY b.id) - b.waiting)))::bigint AS units
                          FROM wanted w JOIN inventory.backorder b ON b.sku = w.sku
                         WHERE b.reference = ? AND b.waiting > 0 AND ?
                    ), dropped AS (
                        UPDATE inventory.backorder b SET waiting = b.waiting - u.units FROM unsent u WHERE b.id = u.id
                    ), placed AS (
                        SELECT w.sku, w.quantity
                               - coalesce((SELECT sum(u.units) FROM unsent u WHERE u.sku = w.sku), 0)::bigint AS quantity,
                               coalesce((SELECT min(m.location) FROM inventory.movement m
                                          WHERE m.reference = ? AND m.kind = 'sold' AND m.sku = w.sku), ?) AS location
                          FROM wanted w
                    ), changes AS (
                        SELECT sku, location, 'restocked' AS kind, quantity, 0::bigint AS backordered FROM placed
                         WHERE quantity > 0
                         UNION ALL
                        SELECT sku, location, 'cancelled', 0, units FROM unsent WHERE units > 0
                    ), told AS (
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
                    RETURNING s.sku, false AS owed,
                              inventory.standing(coalesce(old.available, 0), coalesce(old.backorder_limit, 0))
                              <> inventory.standing(new.available, new.backorder_limit) AS turned
                    """)) {
                back.setArray(1, connection.createArrayOf("text", skus));
                back.setArray(2, connection.createArrayOf("bigint", units));
                back.setString(3, reference);
                back.setBoolean(4, waitingFirst);
                back.setString(5, reference);
                back.setString(6, StockKey.DEFAULT_LOCATION);
                back.setString(7, reference);
                setCause(back, 8);
                return turned(back, owed);
            }
        });
        backorders.fill(owed);
        catalog.availabilityChanged(turned);
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
        return levels.at(count.key()).orElseThrow();
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
    public Map<String, Availability> availability(Collection<String> skus) {
        return levels.availability(skus);
    }

    @Override
    public List<Backorder> backordersOf(String reference) {
        return backorders.of(reference);
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
