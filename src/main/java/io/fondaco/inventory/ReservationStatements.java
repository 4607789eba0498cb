package io.fondaco.inventory;

import io.fondaco.inventory.Inventory.Backorder;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.inventory.ReservationAllocator.ReservationLine;
import io.fondaco.inventory.ReservationAllocator.ReservationRequest;
import io.fondaco.inventory.Sourcing.SourceLocation;
import io.fondaco.inventory.Sourcing.SourcingLevel;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.sql.SqlQuery;
import io.fondaco.platform.sql.SqlStatement;
import io.fondaco.platform.sql.SqlUpdate;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of reservations, of the sales that follow from them, and of backorders: writes of sets, under locks.
 * Each method is one statement, in the caller's transaction. A statement that changes stock levels writes their ledger
 * entries too, and locks the levels first, in the order of SKU and location, unless the caller has locked them.
 */
@ApplicationScoped
class ReservationStatements {
    /** The requested reservations; {@link #setRequests} sets its parameters. */
    private static final String WITH_REQUESTS = """
            WITH requests AS (
                SELECT *
                  FROM unnest(cast(:ids AS uuid[]), cast(:seconds AS float8[]), cast(:batched AS boolean[]),
                              cast(:names AS text[]), cast(:actors AS text[]), cast(:requests AS text[]))
                    AS r (id, seconds, batched, name, actor, request)
            )
            """;

    private final Sql sql;
    private final Actor actor;
    private final RequestId requestId;

    ReservationStatements(Sql sql, Actor actor, RequestId requestId) {
        this.sql = sql;
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
            boolean sells,
            long taken) {

        private StockKey key() {
            return new StockKey(sku, location);
        }

        private SourcingLevel toSourcingLevel() {
            return new SourcingLevel(
                    key(), onHand, available, backorderLimit, new SourceLocation(location, priority, country, sells));
        }
    }

    /** One SKU of a requested reservation. */
    private record ReservationDemand(ReservationId reservation, StockQuantity quantity) {}

    /**
     * Locked stock levels.
     *
     * @param levels in the order of SKU and location
     * @param taken the units that the statement has reserved at each level; empty if it has made no reservation
     */
    record LockedLevels(List<SourcingLevel> levels, Map<StockKey, Long> taken) {
        private static LockedLevels of(List<LockedLevel> locked) {
            return new LockedLevels(
                    locked.stream().map(LockedLevel::toSourcingLevel).toList(),
                    locked.stream()
                            .filter(level -> level.taken() > 0)
                            .collect(Collectors.toMap(LockedLevel::key, LockedLevel::taken)));
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

    /**
     * Locks every level of the requested SKUs. If each SKU has units in stock at one location only, and enough of them,
     * there is nothing to choose, and the same statement makes all the reservations; otherwise it makes none. What it
     * reserves is what {@link Sourcing#allocate} chooses, whatever the rule and the country.
     *
     * @return the levels as they were before the reservations
     */
    LockedLevels lockLevelsAndReserveWithoutChoice(List<ReservationRequest> requests) {
        // `taken` is a CTE with two references, so that it is materialized: an UPDATE that finds a newer version of a
        // level evaluates its conditions again, and must not compute `taken` again from older versions.
        SqlQuery<LockedLevel> query = sql.query(WITH_REQUESTS + """
                        , demand AS (
                            SELECT *
                              FROM unnest(cast(:demandIds AS uuid[]), cast(:skus AS text[]), cast(:units AS bigint[]))
                                AS d (id, sku, units)
                        ), demand_by_sku AS (
                            SELECT sku, sum(units)::bigint AS units FROM demand GROUP BY sku
                        ), locked AS (
                            SELECT s.sku, s.location, s.on_hand, s.available, s.backorder_limit,
                                   l.priority, l.country, l.active AND l.ships_online AS sells
                              FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location
                             WHERE s.sku = ANY (ARRAY (SELECT sku FROM demand_by_sku))
                             ORDER BY s.sku, s.location FOR UPDATE OF s
                        ), sufficient AS (
                            SELECT d.sku, l.location, d.units
                              FROM demand_by_sku d
                              JOIN (SELECT sku, min(location) FILTER (WHERE sells AND available > 0) AS location,
                                           max(available) FILTER (WHERE sells) AS available
                                      FROM locked GROUP BY sku
                                    HAVING count(*) FILTER (WHERE sells AND available > 0) = 1
                                       AND min(available) >= 0) l ON l.sku = d.sku AND l.available >= d.units
                        ), taken AS (
                            SELECT * FROM sufficient
                             WHERE (SELECT count(*) FROM sufficient) = (SELECT count(*) FROM demand_by_sku)
                        ), allocated AS (
                            SELECT r.id, t.sku, t.location, d.units, r.name, r.actor, r.request
                              FROM taken t JOIN demand d ON d.sku = t.sku JOIN requests r ON r.id = d.id
                        ), reservations AS (
                            INSERT INTO inventory.reservation (id, expires_at, batched)
                            SELECT id, now() + make_interval(secs => seconds), batched FROM requests
                             WHERE EXISTS (SELECT FROM taken)
                        ), lines AS (
                            INSERT INTO inventory.reservation_line (reservation_id, sku, location, quantity)
                            SELECT id, sku, location, units FROM allocated
                        ), ledger AS (
                            INSERT INTO inventory.movement
                                   (sku, location, kind, quantity, reserved, reference, actor, request_id)
                            SELECT sku, location, 'reserved', 0, units, name, actor, request FROM allocated
                        ), reserved AS (
                            UPDATE inventory.stock_level s SET reserved = s.reserved + t.units, updated_at = now()
                              FROM taken t WHERE s.sku = t.sku AND s.location = t.location
                            RETURNING s.sku, s.location, t.units
                        )
                        SELECT l.sku, l.location, l.on_hand, l.available, l.backorder_limit, l.priority, l.country,
                               l.sells, coalesce(r.units, 0) AS taken
                          FROM locked l LEFT JOIN reserved r ON r.sku = l.sku AND r.location = l.location
                         ORDER BY l.sku, l.location
                        """, LockedLevel.class);
        setRequests(query, requests);
        List<ReservationDemand> demand = requests.stream()
                .flatMap(request -> request.demand().quantities().stream()
                        .map(quantity -> new ReservationDemand(request.id(), quantity)))
                .toList();
        return LockedLevels.of(query.setParameter(
                        "demandIds",
                        demand.stream().map(line -> line.reservation().value()).toArray(UUID[]::new))
                .setParameter("skus", texts(demand, line -> line.quantity().sku()))
                .setParameter(
                        "units",
                        demand.stream().map(line -> line.quantity().quantity()).toArray(Long[]::new))
                .getResultList());
    }

    /** Inserts the reservations of these lines and reserves their units, at levels that the caller has locked. */
    void insertReservations(List<ReservationLine> lines) {
        SqlUpdate query = sql.update(WITH_REQUESTS + """
                        , allocated AS (
                            SELECT r.id, w.sku, w.location, w.stock, w.backordered, r.name, r.actor, r.request
                              FROM unnest(cast(:lineIds AS uuid[]), cast(:skus AS text[]), cast(:locations AS text[]),
                                          cast(:units AS bigint[]), cast(:backordered AS bigint[]))
                                AS w (id, sku, location, stock, backordered)
                              JOIN requests r ON r.id = w.id
                        ), reservations AS (
                            INSERT INTO inventory.reservation (id, expires_at, batched)
                            SELECT id, now() + make_interval(secs => seconds), batched FROM requests
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
                        """);
        setRequests(
                query, lines.stream().map(ReservationLine::request).distinct().toList());
        query.setParameter(
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
                .executeUpdate();
    }

    private static void setRequests(SqlStatement<?> query, List<ReservationRequest> requests) {
        query.setParameter(
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
                .setParameter("names", texts(requests, request -> request.id().toString()))
                .setParameter("actors", texts(requests, ReservationRequest::actor))
                .setParameter("requests", texts(requests, ReservationRequest::requestId));
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
        return sql.query("""
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
        return sql.query("""
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
        return sql.query("""
                        SELECT id FROM inventory.reservation
                         WHERE status = 'reserved' AND expires_at < now()
                         ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
                        """, ReservationRow.class).setParameter("limit", limit).getResultList().stream()
                .map(ReservationRow::id)
                .toList();
    }

    /** Moves the expiry to this duration from now, unless the reservation is claimed or released. */
    void extend(ReservationId reservation, Duration timeToLive) {
        sql.update("""
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
        return sql.query("""
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
        return sql.query("""
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
        return sql.query("""
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
        sql.update("""
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
        return sql.query("""
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
        return sql.query("""
                        SELECT sku, location, quantity, waiting FROM inventory.backorder
                         WHERE reference = :reference ORDER BY id
                        """, Backorder.class)
                .setParameter("reference", reference)
                .getResultList();
    }
}
