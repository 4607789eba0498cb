package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.transactions.AsyncCommit;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/**
 * {@link Inventory} in Postgres, with set-based SQL: a reservation is two statements whatever the number of its lines,
 * a claim or a release is one. Every statement that changes stock levels first locks them in the order of SKU and
 * location.
 */
@RetriedWrites
@ApplicationScoped
class PostgresInventory implements Inventory {
    private final EntityManager entities;
    private final Catalog catalog;
    private final Fence fence;
    private final StockLevelQueries levels;
    private final StockAdjustmentService adjustments;
    private final Backorders backorders;
    private final Actor actor;
    private final RequestId requestId;
    private final ReservationBatcher reservationBatcher;
    private final LedgerPoster ledgerPoster;
    private final AfterCommit afterCommit;
    private final AsyncCommit asyncCommit;
    private final InventorySettings settings;

    PostgresInventory(
            EntityManager entities,
            Catalog catalog,
            Fence fence,
            StockLevelQueries levels,
            StockAdjustmentService adjustments,
            Backorders backorders,
            Actor actor,
            RequestId requestId,
            ReservationBatcher reservationBatcher,
            LedgerPoster ledgerPoster,
            AfterCommit afterCommit,
            AsyncCommit asyncCommit,
            InventorySettings settings) {
        this.entities = entities;
        this.catalog = catalog;
        this.fence = fence;
        this.levels = levels;
        this.adjustments = adjustments;
        this.backorders = backorders;
        this.actor = actor;
        this.requestId = requestId;
        this.reservationBatcher = reservationBatcher;
        this.ledgerPoster = ledgerPoster;
        this.afterCommit = afterCommit;
        this.asyncCommit = asyncCommit;
        this.settings = settings;
    }

    @Override
    @Transactional
    public Reservation reserve(StockDemand demand, Duration timeToLive) {
        if (demand.quantities().isEmpty()) {
            throw new IllegalArgumentException("A reservation needs at least one SKU");
        }
        try {
            return reservationBatcher.reserve(demand, timeToLive, actor.name(), requestId.value());
        } catch (InsufficientStock shortage) {
            throw shortage.withDisclosureLimit(settings.shortageDisclosureLimit());
        }
    }

    @Override
    public long shortageDisclosureLimit() {
        return settings.shortageDisclosureLimit();
    }

    private void bindActorAndRequest(PreparedStatement statement, int first) throws SQLException {
        statement.setString(first, actor.name());
        statement.setString(first + 1, requestId.value());
    }

    @Override
    @Transactional
    public boolean claim(ReservationId reservation, String reference) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement claim = connection.prepareStatement("""
                    WITH claimed AS (
                        UPDATE inventory.reservation r
                           SET status = 'claimed', reference = ?, claimed_by = ?, claimed_in = ?,
                               ledger_pending = r.batched AND NOT EXISTS
                                   (SELECT FROM inventory.reservation_line l
                                     WHERE l.reservation_id = r.id AND l.backordered > 0)
                         WHERE id = ? AND status = 'reserved' RETURNING id, ledger_pending
                    ), locked AS (
                        SELECT s.sku, s.location, l.quantity - l.backordered AS stock, l.backordered
                          FROM claimed c
                          JOIN inventory.reservation_line l ON l.reservation_id = c.id
                          JOIN inventory.stock_level s ON s.sku = l.sku AND s.location = l.location
                         WHERE NOT c.ledger_pending
                         ORDER BY s.sku, s.location FOR UPDATE OF s
                    ), new_backorders AS (
                        INSERT INTO inventory.backorder AS b (reference, sku, location, quantity, waiting)
                        SELECT ?, sku, location, backordered, backordered FROM locked WHERE backordered > 0
                        ON CONFLICT (reference, sku, location)
                        DO UPDATE SET quantity = b.quantity + excluded.quantity, waiting = b.waiting + excluded.waiting
                    ), ledger AS (
                        INSERT INTO inventory.movement
                               (sku, location, kind, quantity, reserved, reference, actor, request_id)
                        SELECT sku, location, 'sold', -stock, -stock, ?, ?, ? FROM locked
                    ), sold AS (
                        UPDATE inventory.stock_level s
                           SET on_hand = s.on_hand - l.stock, reserved = s.reserved - l.stock, updated_at = now()
                          FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                    )
                    SELECT count(*) = 1 OR EXISTS
                           (SELECT FROM inventory.reservation WHERE id = ? AND status = 'claimed') AS sold,
                           coalesce(bool_or(ledger_pending), false) AS ledger_pending
                      FROM claimed
                    """)) {
                claim.setString(1, reference);
                bindActorAndRequest(claim, 2);
                claim.setObject(4, reservation.value());
                claim.setString(5, reference);
                claim.setString(6, reference);
                bindActorAndRequest(claim, 7);
                claim.setObject(9, reservation.value());
                try (ResultSet rows = claim.executeQuery()) {
                    rows.next();
                    if (rows.getBoolean("ledger_pending")) {
                        afterCommit.run(ledgerPoster::wakeUp);
                    }
                    return rows.getBoolean("sold");
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
        Set<String> backorderedSkus = new HashSet<>();
        Set<String> changedSkus = session().doReturningWork(connection -> {
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
                    ), ledger AS (
                        INSERT INTO inventory.movement
                               (sku, location, kind, quantity, reserved, backordered, reference, actor, request_id)
                        SELECT sku, location, ?, 0, -stock, -backordered, name, ?, ? FROM lines
                    )
                    UPDATE inventory.stock_level s
                       SET reserved = s.reserved - l.stock, backordered = s.backordered - l.backordered, updated_at = now()
                      FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                    RETURNING s.sku,
                              inventory.stock_status(s.available - (l.stock + l.backordered)::bigint, s.backorder_limit)
                              <> inventory.stock_status(s.available, s.backorder_limit) AS status_changed,
                              EXISTS (SELECT FROM inventory.stock_level o WHERE o.sku = s.sku AND o.backordered > 0) AS has_backorders
                    """)) {
                release.setArray(1, connection.createArrayOf("uuid", reservations.toArray()));
                release.setArray(2, SqlArrays.ofColumn(connection, "text", reservations, id -> new ReservationId(id)
                        .toString()));
                release.setString(3, kind);
                bindActorAndRequest(release, 4);
                return readChangedSkus(release, backorderedSkus);
            }
        });
        backorders.fill(backorderedSkus);
        catalog.availabilityChanged(changedSkus);
    }

    /** Returns the SKUs whose stock status may have changed; adds those with backordered units to the set. */
    private static Set<String> readChangedSkus(PreparedStatement change, Set<String> backorderedSkus)
            throws SQLException {
        Set<String> changedSkus = new HashSet<>();
        try (ResultSet rows = change.executeQuery()) {
            while (rows.next()) {
                if (rows.getBoolean("status_changed")) {
                    changedSkus.add(rows.getString("sku"));
                }
                if (rows.getBoolean("has_backorders")) {
                    backorderedSkus.add(rows.getString("sku"));
                }
            }
        }
        return changedSkus;
    }

    /**
     * Posts pending sales to stock levels and ledger. Two statements, and a commit that does not wait for the disk.
     *
     * @param batch maximum number of sales
     * @return the number of posted sales; sales that another transaction has locked are skipped
     */
    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    @Transactional
    int postSales(int batch) {
        asyncCommit.enable();
        return ((Number) entities.createNativeQuery("""
                        WITH due AS (
                            SELECT id FROM inventory.reservation WHERE ledger_pending
                             ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
                        ), posted AS (
                            UPDATE inventory.reservation r SET ledger_pending = false FROM due WHERE r.id = due.id
                            RETURNING r.id, r.reference, r.claimed_by, r.claimed_in
                        ), sold AS (
                            SELECT l.sku, l.location, l.quantity, p.reference, p.claimed_by, p.claimed_in
                              FROM posted p JOIN inventory.reservation_line l ON l.reservation_id = p.id
                        ), locked AS (
                            SELECT s.sku, s.location FROM inventory.stock_level s
                             WHERE (s.sku, s.location) IN (SELECT sku, location FROM sold)
                             ORDER BY s.sku, s.location FOR UPDATE OF s
                        ), ledger AS (
                            INSERT INTO inventory.movement
                                   (sku, location, kind, quantity, reserved, reference, actor, request_id)
                            SELECT sku, location, 'sold', -quantity, -quantity, reference, claimed_by, claimed_in FROM sold
                        ), changed AS (
                            UPDATE inventory.stock_level s
                               SET on_hand = s.on_hand - u.units, reserved = s.reserved - u.units, updated_at = now()
                              FROM locked k
                              JOIN (SELECT sku, location, sum(quantity)::bigint AS units FROM sold GROUP BY sku, location) u
                                   USING (sku, location)
                             WHERE s.sku = k.sku AND s.location = k.location
                        )
                        SELECT count(*) FROM posted
                        """)
                        .setParameter("batch", batch)
                        .getSingleResult())
                .intValue();
    }

    /**
     * Releases expired reservations.
     *
     * @param batch maximum number of reservations
     * @return the number of released reservations
     */
    @Transactional
    int releaseExpired(int batch) {
        fence.requireLease();
        @SuppressWarnings("unchecked")
        List<UUID> expired =
                entities.createNativeQuery("""
                        SELECT id FROM inventory.reservation
                         WHERE status = 'reserved' AND expires_at < now()
                         ORDER BY expires_at LIMIT :batch FOR UPDATE SKIP LOCKED
                        """).setParameter("batch", batch).getResultList();
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
        returnUnits(quantities, reference, false);
    }

    @Override
    @Transactional
    public void cancelSale(List<StockQuantity> quantities, String reference) {
        returnUnits(quantities, reference, true);
    }

    private void returnUnits(List<StockQuantity> quantities, String reference, boolean cancelBackordersFirst) {
        if (quantities.isEmpty()) {
            return;
        }
        Object[] skus = quantities.stream().map(StockQuantity::sku).toArray();
        Object[] units = quantities.stream().map(StockQuantity::quantity).toArray();
        Set<String> backorderedSkus = new HashSet<>();
        Set<String> changedSkus = session().doReturningWork(connection -> {
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
                    RETURNING s.sku, false AS has_backorders,
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
                bindActorAndRequest(insert, 10);
                return readChangedSkus(insert, backorderedSkus);
            }
        });
        backorders.fill(backorderedSkus);
        catalog.availabilityChanged(changedSkus);
    }

    @Override
    @Transactional
    public StockLevel adjust(StockKey key, long delta, String reason) {
        return adjustments.adjust(key, delta, reason);
    }

    @Override
    @Transactional
    public StockLevel recordCount(StockCount count, String reason) {
        recordCounts(List.of(count), reason);
        return levels.find(count.key()).orElseThrow();
    }

    @Override
    @Transactional
    public Map<StockKey, CountResult> recordCounts(Collection<StockCount> counts, String reason) {
        return adjustments.recordCounts(counts, reason);
    }

    @Override
    public Map<StockKey, CountResult> previewCounts(Collection<StockCount> counts) {
        return adjustments.previewCounts(counts);
    }

    @Override
    public Map<String, Long> availableQuantities(Collection<String> skus) {
        return levels.availableQuantities(skus);
    }

    @Override
    public Map<String, Availability> availability(Collection<String> skus) {
        return levels.availability(skus);
    }

    @Override
    public List<Backorder> backordersOf(String reference) {
        return backorders.findByReference(reference);
    }

    @Override
    public List<StockLevel> levels(Collection<String> skus) {
        return levels.findBySkus(skus);
    }

    @Override
    public Map<String, ResolvedLocation> resolveLocations(Collection<String> texts, boolean create) {
        return levels.resolveLocations(texts, create);
    }

    @Override
    public Map<String, ResolvedLocation> resolveLocationsByName(Collection<String> texts, boolean create) {
        return levels.resolveLocationsByName(texts, create);
    }

    @Override
    @Transactional
    public void createLocations(Map<String, String> names) {
        if (names.isEmpty()) {
            return;
        }
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO inventory.location (code, name)
                    SELECT w.code, w.name FROM unnest(?::text[], ?::text[]) AS w (code, name)
                     WHERE NOT EXISTS (SELECT FROM inventory.location l WHERE lower(l.code) = lower(w.code))
                     ORDER BY w.code
                    ON CONFLICT (code) DO NOTHING
                    """)) {
                insert.setArray(1, SqlArrays.ofColumn(connection, "text", names.keySet(), code -> code));
                insert.setArray(2, SqlArrays.ofColumn(connection, "text", names.values(), name -> name));
                insert.executeUpdate();
            }
        });
    }

    @Override
    public Map<String, String> locationNamesForExport(Collection<String> codes) {
        return levels.locationNamesForExport(codes);
    }

    @Override
    public List<StockLevel> levelsAfter(StockKey after, int limit) {
        return levels.listAfter(after, limit);
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
