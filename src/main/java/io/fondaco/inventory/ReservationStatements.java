package io.fondaco.inventory;

import io.fondaco.inventory.Inventory.Backorder;
import io.fondaco.inventory.ReservationAllocator.ReservationLine;
import io.fondaco.inventory.ReservationAllocator.ReservationRequest;
import io.fondaco.inventory.Sourcing.SourceLocation;
import io.fondaco.inventory.Sourcing.SourcingLevel;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of reservations, of the sales that follow from them, and of backorders: writes of sets, under locks.
 * Each method is one statement, in the caller's transaction. A statement that changes stock levels writes their ledger
 * entries too, and locks the levels first, in the order of SKU and location, unless the caller has locked them.
 */
@ApplicationScoped
class ReservationStatements {
    private final Session session;
    private final Actor actor;
    private final RequestId requestId;

    ReservationStatements(Session session, Actor actor, RequestId requestId) {
        this.session = session;
        this.actor = actor;
        this.requestId = requestId;
    }

    private record LockedLevel(
            String sku,
            String location,
            long onHand,
            long available,
            long backorderLimit,
            int priority,
            @Nullable String country,
            boolean sells) {

        private SourcingLevel toSourcingLevel() {
            return new SourcingLevel(
                    new StockKey(sku, location),
                    onHand,
                    available,
                    backorderLimit,
                    new SourceLocation(location, priority, country, sells));
        }
    }

    /**
     * The result of a claim.
     *
     * @param sold whether the units are sold, by this claim or by an earlier one
     * @param ledgerPending whether {@link #postSales} has to post the sale
     */
    record ClaimResult(boolean sold, boolean ledgerPending) {}

    /**
     * A stock level of which units were released.
     *
     * @param statusChanged whether the stock status of the SKU may have changed
     * @param hasBackorders whether the SKU has backordered units at any location
     */
    record ReleasedLevel(String sku, boolean statusChanged, boolean hasBackorders) {}

    /** A backorder with waiting units. */
    record PendingBackorder(long id, String sku, long units) {}

    /** Unreserved units of a SKU at a location. */
    record FreeStock(String sku, String location, long units) {}

    /** Units that a location gives to a backorder. */
    record BackorderFill(long backorderId, String location, long units) {}

    private record ReservationRow(UUID id) {}

    private record Count(int value) {}

    private record Sku(String value) {}

    /** Locks every level of these SKUs. @return the levels in the order of SKU and location */
    List<SourcingLevel> lockSourcingLevels(Collection<String> skus) {
        return session
                .createNativeQuery("""
                        SELECT s.sku, s.location, s.on_hand, s.available, s.backorder_limit,
                               l.priority, l.country, l.active AND l.ships_online AS sells
                          FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location
                         WHERE s.sku = ANY (ARRAY (SELECT unnest(cast(:skus AS text[]))))
                         ORDER BY s.sku, s.location FOR UPDATE OF s
                        """, LockedLevel.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList()
                .stream()
                .map(LockedLevel::toSourcingLevel)
                .toList();
    }

    /** Inserts the reservations of these lines and reserves their units, at levels that the caller has locked. */
    void insertReservations(List<ReservationLine> lines) {
        List<ReservationRequest> requests =
                lines.stream().map(ReservationLine::request).distinct().toList();
        session.createNativeMutationQuery("""
                        WITH reservations AS (
                            INSERT INTO inventory.reservation (id, expires_at, batched)
                            SELECT id, now() + make_interval(secs => seconds), batched
                              FROM unnest(cast(:ids AS uuid[]), cast(:seconds AS float8[]), cast(:batched AS boolean[]))
                                AS r (id, seconds, batched)
                        ), allocated AS (
                            SELECT *
                              FROM unnest(cast(:lineIds AS uuid[]), cast(:skus AS text[]), cast(:locations AS text[]),
                                          cast(:units AS bigint[]), cast(:backordered AS bigint[]),
                                          cast(:names AS text[]), cast(:actors AS text[]), cast(:requests AS text[]))
                                AS w (id, sku, location, stock, backordered, name, actor, request)
                        ), lines AS (
                            INSERT INTO inventory.reservation_line
                                   (reservation_id, sku, location, quantity, backordered)
                            SELECT id, sku, location, stock + backordered, backordered FROM allocated
                        ), ledger AS (
                            INSERT INTO inventory.movement
                                   (sku, location, kind, quantity, reserved, backordered, reference, actor, request_id)
                            SELECT sku, location, 'reserved', 0, stock, backordered, name, actor, request FROM allocated
                        )
                        UPDATE inventory.stock_level s
                           SET reserved = s.reserved + w.stock, backordered = s.backordered + w.backordered,
                               updated_at = now()
                          FROM (SELECT sku, location, sum(stock)::bigint AS stock,
                                       sum(backordered)::bigint AS backordered
                                  FROM allocated GROUP BY sku, location) w
                         WHERE s.sku = w.sku AND s.location = w.location
                        """)
                .setParameter(
                        "ids",
                        requests.stream().map(request -> request.id().value()).toArray(UUID[]::new))
                .setParameter(
                        "seconds",
                        requests.stream()
                                .map(request -> Seconds.of(request.timeToLive()))
                                .toArray(Double[]::new))
                .setParameter(
                        "batched",
                        requests.stream().map(ReservationRequest::batched).toArray(Boolean[]::new))
                .setParameter(
                        "lineIds",
                        lines.stream().map(line -> line.request().id().value()).toArray(UUID[]::new))
                .setParameter("skus", texts(lines, line -> line.key().sku()))
                .setParameter("locations", texts(lines, line -> line.key().location()))
                .setParameter(
                        "units",
                        lines.stream()
                                .map(line -> line.allocation().fromStock())
                                .toArray(Long[]::new))
                .setParameter(
                        "backordered",
                        lines.stream()
                                .map(line -> line.allocation().backordered())
                                .toArray(Long[]::new))
                .setParameter("names", texts(lines, line -> line.request().id().toString()))
                .setParameter("actors", texts(lines, line -> line.request().actor()))
                .setParameter("requests", texts(lines, line -> line.request().requestId()))
                .executeUpdate();
    }

    private static <T> String[] texts(Collection<T> rows, Function<T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    /**
     * Claims a reservation under the reference, if it is neither claimed nor released. Units that are not in stock
     * become backorders. A batched reservation without backordered units is only marked as sold: {@link #postSales}
     * changes its levels, so that a claim does not lock the row of a hot SKU.
     */
    ClaimResult claim(ReservationId reservation, String reference) {
        return session.createNativeQuery("""
                        WITH claimed AS (
                            UPDATE inventory.reservation r
                               SET status = 'claimed', reference = :reference,
                                   claimed_by = :actor, claimed_in = :request,
                                   ledger_pending = r.batched AND NOT EXISTS
                                       (SELECT FROM inventory.reservation_line l
                                         WHERE l.reservation_id = r.id AND l.backordered > 0)
                             WHERE id = :id AND status = 'reserved' RETURNING id, ledger_pending
                        ), locked AS (
                            SELECT s.sku, s.location, l.quantity - l.backordered AS stock, l.backordered
                              FROM claimed c
                              JOIN inventory.reservation_line l ON l.reservation_id = c.id
                              JOIN inventory.stock_level s ON s.sku = l.sku AND s.location = l.location
                             WHERE NOT c.ledger_pending
                             ORDER BY s.sku, s.location FOR UPDATE OF s
                        ), new_backorders AS (
                            INSERT INTO inventory.backorder AS b (reference, sku, location, quantity, waiting)
                            SELECT :reference, sku, location, backordered, backordered FROM locked WHERE backordered > 0
                            ON CONFLICT (reference, sku, location)
                            DO UPDATE SET quantity = b.quantity + excluded.quantity,
                                          waiting = b.waiting + excluded.waiting
                        ), ledger AS (
                            INSERT INTO inventory.movement
                                   (sku, location, kind, quantity, reserved, reference, actor, request_id)
                            SELECT sku, location, 'sold', -stock, -stock, :reference, :actor, :request FROM locked
                        ), sold AS (
                            UPDATE inventory.stock_level s
                               SET on_hand = s.on_hand - l.stock, reserved = s.reserved - l.stock, updated_at = now()
                              FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                        )
                        SELECT count(*) = 1 OR EXISTS
                               (SELECT FROM inventory.reservation WHERE id = :id AND status = 'claimed') AS sold,
                               coalesce(bool_or(ledger_pending), false) AS ledger_pending
                          FROM claimed
                        """, ClaimResult.class)
                .setParameter("id", reservation.value())
                .setParameter("reference", reference)
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .getSingleResult();
    }

    /**
     * Releases those of the reservations that are neither claimed nor released.
     *
     * @param kind of the ledger entries: released or expired
     */
    List<ReleasedLevel> release(Collection<UUID> reservations, String kind) {
        return session.createNativeQuery("""
                        WITH released AS (
                            UPDATE inventory.reservation r SET status = 'released'
                              FROM unnest(cast(:ids AS uuid[]), cast(:names AS text[])) AS g (id, name)
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
                            SELECT sku, location, :kind, 0, -stock, -backordered, name, :actor, :request FROM lines
                        )
                        UPDATE inventory.stock_level s
                           SET reserved = s.reserved - l.stock, backordered = s.backordered - l.backordered,
                               updated_at = now()
                          FROM locked l WHERE s.sku = l.sku AND s.location = l.location
                        RETURNING s.sku,
                                  inventory.stock_status(
                                      s.available - (l.stock + l.backordered)::bigint, s.backorder_limit)
                                  <> inventory.stock_status(s.available, s.backorder_limit) AS status_changed,
                                  EXISTS (SELECT FROM inventory.stock_level o
                                           WHERE o.sku = s.sku AND o.backordered > 0) AS has_backorders
                        """, ReleasedLevel.class)
                .setParameter("ids", reservations.toArray(UUID[]::new))
                .setParameter("names", texts(reservations, id -> new ReservationId(id).toString()))
                .setParameter("kind", kind)
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .getResultList();
    }

    /** Locks expired reservations, oldest first, without those that another transaction has locked. */
    List<UUID> lockExpired(int limit) {
        return session
                .createNativeQuery("""
                        SELECT id FROM inventory.reservation
                         WHERE status = 'reserved' AND expires_at < now()
                         ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
                        """, ReservationRow.class)
                .setParameter("limit", limit)
                .getResultList()
                .stream()
                .map(ReservationRow::id)
                .toList();
    }

    /** Moves the expiry to this duration from now, unless the reservation is claimed or released. */
    void extend(ReservationId reservation, Duration timeToLive) {
        session.createNativeMutationQuery("""
                        UPDATE inventory.reservation SET expires_at = now() + make_interval(secs => :seconds)
                         WHERE id = :id AND status = 'reserved'
                        """)
                .setParameter("seconds", (double) timeToLive.toSeconds())
                .setParameter("id", reservation.value())
                .executeUpdate();
    }

    /**
     * Posts pending sales to stock levels and ledger, without those that another transaction has locked.
     *
     * @param limit maximum number of sales
     * @return the number of posted sales
     */
    int postSales(int limit) {
        return session.createNativeQuery("""
                        WITH due AS (
                            SELECT id FROM inventory.reservation WHERE ledger_pending
                             ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
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
                            SELECT sku, location, 'sold', -quantity, -quantity, reference, claimed_by, claimed_in
                              FROM sold
                        ), changed AS (
                            UPDATE inventory.stock_level s
                               SET on_hand = s.on_hand - u.units, reserved = s.reserved - u.units, updated_at = now()
                              FROM locked k
                              JOIN (SELECT sku, location, sum(quantity)::bigint AS units
                                      FROM sold GROUP BY sku, location) u USING (sku, location)
                             WHERE s.sku = k.sku AND s.location = k.location
                        )
                        SELECT count(*)::int AS posted FROM posted
                        """, Count.class)
                .setParameter("limit", limit)
                .getSingleResult()
                .value();
    }

    /**
     * Locks the levels of these SKUs, without those that another transaction has locked.
     *
     * @return what is free at locations that sell, in the order in which it fills backorders
     */
    List<FreeStock> lockFreeStock(Collection<String> skus) {
        return session.createNativeQuery("""
                        WITH locked AS (
                            SELECT sku, location, on_hand - reserved AS free FROM inventory.stock_level
                             WHERE sku = ANY (ARRAY (SELECT unnest(cast(:skus AS text[]))))
                             ORDER BY sku, location FOR UPDATE SKIP LOCKED
                        )
                        SELECT s.sku, s.location, s.free FROM locked s JOIN inventory.location l ON l.code = s.location
                         WHERE s.free > 0 AND l.active AND l.ships_online ORDER BY l.priority, s.location
                        """, FreeStock.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList();
    }

    /**
     * Locks the waiting backorders of these SKUs, oldest first. Only those whose stock level this transaction has
     * locked, or can lock without waiting.
     */
    List<PendingBackorder> lockPendingBackorders(Collection<String> skus, int limit) {
        return session.createNativeQuery("""
                        SELECT b.id, b.sku, b.waiting FROM inventory.backorder b
                          JOIN inventory.stock_level s ON s.sku = b.sku AND s.location = b.location
                         WHERE b.sku = ANY (ARRAY (SELECT unnest(cast(:skus AS text[])))) AND b.waiting > 0
                         ORDER BY b.id LIMIT :limit FOR UPDATE OF s, b SKIP LOCKED
                        """, PendingBackorder.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .setParameter("limit", limit)
                .getResultList();
    }

    /** Fills backorders from levels, all of which the caller has locked. */
    void fillBackorders(List<BackorderFill> fills) {
        session.createNativeMutationQuery("""
                        WITH fill AS (
                            SELECT *
                              FROM unnest(cast(:ids AS bigint[]), cast(:locations AS text[]), cast(:units AS bigint[]))
                                AS f (id, location, units)
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
                            SELECT sku, location, 'filled', -sum(taken), -sum(filled), reference, :actor, :request
                              FROM changes GROUP BY sku, location, reference ORDER BY sku, location
                        )
                        UPDATE inventory.stock_level s
                           SET on_hand = s.on_hand - c.taken, backordered = s.backordered - c.filled, updated_at = now()
                          FROM (SELECT sku, location, sum(taken) AS taken, sum(filled) AS filled
                                  FROM changes GROUP BY sku, location) c
                         WHERE s.sku = c.sku AND s.location = c.location
                        """)
                .setParameter(
                        "ids", fills.stream().map(BackorderFill::backorderId).toArray(Long[]::new))
                .setParameter("locations", texts(fills, BackorderFill::location))
                .setParameter("units", fills.stream().map(BackorderFill::units).toArray(Long[]::new))
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .executeUpdate();
    }

    /** SKUs that have both waiting backorders and free units at a location that sells. */
    List<String> listFillableSkus(int limit) {
        return session.createNativeQuery("""
                        SELECT DISTINCT b.sku FROM inventory.backorder b
                         WHERE b.waiting > 0 AND EXISTS
                               (SELECT FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location
                                 WHERE s.sku = b.sku AND s.on_hand > s.reserved AND l.active AND l.ships_online)
                         LIMIT :limit
                        """, Sku.class).setParameter("limit", limit).getResultList().stream()
                .map(Sku::value)
                .toList();
    }

    /** The backorders under a reference, oldest first. */
    List<Backorder> listBackorders(String reference) {
        return session.createNativeQuery("""
                        SELECT sku, location, quantity, waiting FROM inventory.backorder
                         WHERE reference = :reference ORDER BY id
                        """, Backorder.class)
                .setParameter("reference", reference)
                .getResultList();
    }
}
