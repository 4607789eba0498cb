package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.sql.SqlArrays;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Ends reservations by a claim, a release or their expiry, or extends them. A claim or a release is one statement.
 * Every statement that changes stock levels first locks them in the order of SKU and location. {@link
 * ReservationAllocator} makes reservations.
 */
@ApplicationScoped
class ReservationService {
    private final EntityManager entities;
    private final Catalog catalog;
    private final Fence fence;
    private final Backorders backorders;
    private final LedgerPoster ledgerPoster;
    private final Actor actor;
    private final RequestId requestId;

    ReservationService(
            EntityManager entities,
            Catalog catalog,
            Fence fence,
            Backorders backorders,
            LedgerPoster ledgerPoster,
            Actor actor,
            RequestId requestId) {
        this.entities = entities;
        this.catalog = catalog;
        this.fence = fence;
        this.backorders = backorders;
        this.ledgerPoster = ledgerPoster;
        this.actor = actor;
        this.requestId = requestId;
    }

    /** See {@link Inventory#claim}. */
    boolean claim(ReservationId reservation, String reference) {
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
                claim.setString(2, actor.name());
                claim.setString(3, requestId.value());
                claim.setObject(4, reservation.value());
                claim.setString(5, reference);
                claim.setString(6, reference);
                claim.setString(7, actor.name());
                claim.setString(8, requestId.value());
                claim.setObject(9, reservation.value());
                try (ResultSet rows = claim.executeQuery()) {
                    rows.next();
                    if (rows.getBoolean("ledger_pending")) {
                        ledgerPoster.wakeUpAfterCommit();
                    }
                    return rows.getBoolean("sold");
                }
            }
        });
    }

    /** See {@link Inventory#release}. */
    void release(ReservationId reservation) {
        release(List.of(reservation.value()), "released");
    }

    /** {@link #release} in a separate transaction. */
    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    @RetriedWrites
    @Transactional
    void releaseInOwnTransaction(ReservationId reservation) {
        release(reservation);
    }

    /**
     * Releases expired reservations.
     *
     * @param batch maximum number of reservations
     * @return the number of released reservations
     */
    @RetriedWrites
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
                release.setString(4, actor.name());
                release.setString(5, requestId.value());
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

    /** See {@link Inventory#extend}. */
    void extend(ReservationId reservation, Duration timeToLive) {
        entities.createNativeQuery("""
                        UPDATE inventory.reservation SET expires_at = now() + make_interval(secs => :seconds)
                         WHERE id = :id AND status = 'reserved'
                        """)
                .setParameter("seconds", (double) timeToLive.toSeconds())
                .setParameter("id", reservation.value())
                .executeUpdate();
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
