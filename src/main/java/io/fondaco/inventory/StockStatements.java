package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.inventory.DiscrepancyRepository.Discrepancy;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.inventory.LocationService.NewLocation;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of stock levels, their ledger and what belongs to them: reads and writes of sets, locks and upserts.
 * Each method is one statement, in the caller's transaction and on its route. A statement that changes stock levels
 * writes their ledger entries too. Locks are taken in the order of SKU and location.
 */
@ApplicationScoped
class StockStatements {
    /** A stock level as it will be after its pending sales are posted (see {@link LedgerPoster}). */
    private static final String SELECT_WITH_PENDING_SALES = """
            SELECT s.sku, s.location, s.on_hand - u.units AS on_hand, s.reserved - u.units AS reserved, s.available,
                   s.backordered
              FROM inventory.stock_level s CROSS JOIN LATERAL
                   (SELECT coalesce(sum(l.quantity), 0)::bigint AS units
                      FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                     WHERE r.ledger_pending AND l.sku = s.sku AND l.location = s.location) u
            """;

    private final Sql sql;
    private final Actor actor;
    private final RequestId requestId;

    StockStatements(Sql sql, Actor actor, RequestId requestId) {
        this.sql = sql;
        this.actor = actor;
        this.requestId = requestId;
    }

    /**
     * A ledger entry: one change of a stock level.
     *
     * @param event counted, adjusted, reserved, released, expired, sold, filled, cancelled, restocked
     * @param onHand difference of on hand; likewise reserved and backordered
     * @param cause the reservation, the order, the import or the given reason
     */
    @Schema(name = "StockEvent")
    record LedgerEntry(
            long id,
            String sku,
            String location,

            @Schema(
                    description =
                            "counted, adjusted, reserved, released, expired, sold, filled (a backorder received units),"
                                    + " cancelled (a waiting backorder was cancelled), restocked")
            String event,

            @Schema(description = "Difference of on_hand.") long onHand,

            @Schema(description = "Difference of reserved.") long reserved,

            @Schema(description = "Difference of backordered.")
            long backordered,

            @Schema(description = "The reservation, the order, the import or the given reason.")
            String cause,

            @Schema(description = "An API key's id, cart:…, provider:…, system:…")
            String actor,

            String requestId,
            Instant at) {}

    /** @param free unreserved units on the shelf */
    record LockedLevel(String sku, String location, long free, long backordered) {
        StockKey key() {
            return new StockKey(sku, location);
        }
    }

    /** @param statusChanged whether the stock status of the SKU may have changed */
    record ChangedLevel(String sku, boolean statusChanged) {}

    /** A level that was checked, with one of its discrepancies or without any. */
    record CheckedLevel(
            String sku,
            String location,
            @Nullable String figure,
            @Nullable Long recorded,
            @Nullable Long computed,
            @Nullable Instant foundAt,
            @Nullable Instant checkedAt) {

        StockKey key() {
            return new StockKey(sku, location);
        }

        Optional<Discrepancy> discrepancy() {
            return figure == null || recorded == null || computed == null || foundAt == null || checkedAt == null
                    ? Optional.empty()
                    : Optional.of(new Discrepancy(sku, location, figure, recorded, computed, foundAt, checkedAt));
        }
    }

    private record AvailabilityRow(
            String sku,
            boolean preorder,
            @Nullable LocalDate expectedOn,
            long free,
            long shortfall,
            long backorderLimit) {

        private Availability toAvailability() {
            return new Availability(
                    Math.max(0, free - shortfall), Math.max(0, backorderLimit - shortfall), preorder, expectedOn);
        }
    }

    private record Text(String value) {}

    /**
     * The availability by SKU; SKUs that were never counted are missing. The same computation as in {@link
     * Sourcing.SellableQuantity}, without locks.
     */
    Map<String, Availability> availability(Collection<String> skus) {
        Map<String, Availability> found = new HashMap<>();
        sql.query("""
                        SELECT s.sku, coalesce(p.policy = 'preorder', false) AS preorder, p.expected_on,
                               coalesce(sum(greatest(s.available, 0))
                                        FILTER (WHERE l.active AND l.ships_online), 0)::bigint AS free,
                               sum(greatest(-s.available, 0))::bigint AS shortfall,
                               sum(s.backorder_limit)::bigint AS backorder_limit
                          FROM inventory.stock_level s
                          JOIN inventory.location l ON l.code = s.location
                          LEFT JOIN inventory.selling_policy p ON p.sku = s.sku
                         WHERE s.sku = ANY (ARRAY (SELECT unnest(cast(:skus AS text[])))) GROUP BY s.sku, p.sku
                        """, AvailabilityRow.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList()
                .forEach(row -> found.put(row.sku(), row.toAvailability()));
        return found;
    }

    /** Every level of these SKUs, in the order of SKU and location. */
    List<StockLevel> listLevels(Collection<String> skus) {
        return sql.query(SELECT_WITH_PENDING_SALES + """
                        WHERE s.sku = ANY (ARRAY (SELECT unnest(cast(:skus AS text[])))) ORDER BY s.sku, s.location
                        """, StockLevel.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList();
    }

    /** The level of the key; empty if it was never counted. */
    Optional<StockLevel> findLevel(StockKey key) {
        return sql.query(SELECT_WITH_PENDING_SALES + "WHERE s.sku = :sku AND s.location = :location", StockLevel.class)
                .setParameter("sku", key.sku())
                .setParameter("location", key.location())
                .uniqueResultOptional();
    }

    /** The next levels in the order of SKU and location. */
    List<StockLevel> listLevelsAfter(StockKey after, int limit) {
        return sql.query(SELECT_WITH_PENDING_SALES + """
                        WHERE (s.sku, s.location) > (:sku, :location) ORDER BY s.sku, s.location LIMIT :limit
                        """, StockLevel.class)
                .setParameter("sku", after.sku())
                .setParameter("location", after.location())
                .setParameter("limit", limit)
                .getResultList();
    }

    /**
     * The ledger entries of a SKU before the entry with this id, newest first. Reads at most {@code limit} entries of
     * each location, by an index range for each.
     */
    List<LedgerEntry> listLedgerEntriesBefore(String sku, long id, int limit) {
        return sql.query("""
                        SELECT m.id, m.sku, m.location, m.kind, m.quantity, m.reserved, m.backordered, m.reference,
                               m.actor, m.request_id, m.created_at
                          FROM (SELECT location FROM inventory.stock_level WHERE sku = :sku) s
                         CROSS JOIN LATERAL (SELECT * FROM inventory.movement m
                                              WHERE m.sku = :sku AND m.location = s.location AND m.id < :id
                                              ORDER BY m.id DESC LIMIT :limit) m
                         ORDER BY m.id DESC LIMIT :limit
                        """, LedgerEntry.class)
                .setParameter("sku", sku)
                .setParameter("id", id)
                .setParameter("limit", limit)
                .getResultList();
    }

    /** Locks every level of these SKUs. */
    List<LockedLevel> lockLevels(Collection<String> skus) {
        return sql.query("""
                        SELECT sku, location, on_hand - reserved AS free, backordered FROM inventory.stock_level
                         WHERE sku = ANY (ARRAY (SELECT unnest(cast(:skus AS text[]))))
                         ORDER BY sku, location FOR UPDATE
                        """, LockedLevel.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList();
    }

    /**
     * Locks every level of the SKU, and creates the level of the key if there is none.
     *
     * @return the levels that there were before
     */
    List<LockedLevel> createAndLockLevels(StockKey key) {
        return sql.query("""
                        WITH inserted AS (
                            INSERT INTO inventory.stock_level (sku, location, on_hand) VALUES (:sku, :location, 0)
                            ON CONFLICT (sku, location) DO NOTHING
                        )
                        SELECT sku, location, on_hand - reserved AS free, backordered FROM inventory.stock_level
                         WHERE sku = :sku ORDER BY sku, location FOR UPDATE
                        """, LockedLevel.class)
                .setParameter("sku", key.sku())
                .setParameter("location", key.location())
                .getResultList();
    }

    /**
     * Changes on hand by a difference.
     *
     * @return the changed level; empty if less than 0 or more than {@link StockCount#MAX_AVAILABLE} units would be free
     */
    Optional<StockLevel> adjust(StockKey key, long delta, String reason) {
        return sql.query("""
                        WITH changed AS (
                            UPDATE inventory.stock_level SET on_hand = on_hand + :delta, updated_at = now()
                             WHERE sku = :sku AND location = :location
                               AND on_hand - reserved + :delta BETWEEN 0 AND greatest(:max, on_hand - reserved)
                            RETURNING sku, location, on_hand, reserved, available, backordered
                        ), ledger AS (
                            INSERT INTO inventory.movement (sku, location, kind, quantity, reference, actor, request_id)
                            SELECT sku, location, 'adjusted', :delta, :reason, :actor, :request FROM changed
                        )
                        SELECT sku, location, on_hand, reserved, available, backordered FROM changed
                        """, StockLevel.class)
                .setParameter("delta", delta)
                .setParameter("sku", key.sku())
                .setParameter("location", key.location())
                .setParameter("max", StockCount.MAX_AVAILABLE)
                .setParameter("reason", reason)
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .uniqueResultOptional();
    }

    /** Records counts of levels that the caller has locked; levels that do not exist are created. */
    void upsertCounts(Map<StockKey, Long> counts, String reason) {
        sql.update("""
                        WITH counts AS (
                            SELECT w.*, coalesce(s.on_hand, 0) AS before, coalesce(s.reserved, 0) AS reserved
                              FROM unnest(cast(:skus AS text[]), cast(:locations AS text[]),
                                          cast(:quantities AS bigint[])) AS w (sku, location, quantity)
                              LEFT JOIN inventory.stock_level s ON s.sku = w.sku AND s.location = w.location
                        ), ledger AS (
                            INSERT INTO inventory.movement (sku, location, kind, quantity, reference, actor, request_id)
                            SELECT sku, location, 'counted', quantity + reserved - before, :reason, :actor, :request
                              FROM counts
                        )
                        INSERT INTO inventory.stock_level AS s (sku, location, on_hand)
                        SELECT sku, location, quantity FROM counts ORDER BY sku, location
                        ON CONFLICT (sku, location)
                        DO UPDATE SET on_hand = excluded.on_hand + s.reserved, updated_at = now()
                        """)
                .setParameter(
                        "skus", counts.keySet().stream().map(StockKey::sku).toArray(String[]::new))
                .setParameter(
                        "locations",
                        counts.keySet().stream().map(StockKey::location).toArray(String[]::new))
                .setParameter("quantities", counts.values().toArray(Long[]::new))
                .setParameter("reason", reason)
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .executeUpdate();
    }

    /**
     * Returns units to the locations from which they were sold under the reference, or to the default location. The
     * caller has locked every level of the SKUs.
     *
     * @param cancelBackordersFirst whether units that still wait under the reference are cancelled instead of returned
     */
    List<ChangedLevel> restock(Collection<StockQuantity> quantities, String reference, boolean cancelBackordersFirst) {
        return sql.query("""
                        WITH returned AS (
                            SELECT w.sku, sum(w.quantity)::bigint AS quantity
                              FROM unnest(cast(:skus AS text[]), cast(:quantities AS bigint[])) AS w (sku, quantity)
                             GROUP BY w.sku
                        ), cancelled AS (
                            SELECT b.id, b.sku, b.location,
                                   least(b.waiting, greatest(0, w.quantity
                                       - (sum(b.waiting) OVER (PARTITION BY b.sku ORDER BY b.id) - b.waiting)))::bigint
                                     AS units
                              FROM returned w JOIN inventory.backorder b ON b.sku = w.sku
                             WHERE b.reference = :reference AND b.waiting > 0 AND :cancelBackordersFirst
                        ), reduced AS (
                            UPDATE inventory.backorder b SET waiting = b.waiting - u.units
                              FROM cancelled u WHERE b.id = u.id
                        ), to_restock AS (
                            SELECT w.sku, w.quantity - coalesce((SELECT sum(u.units) FROM cancelled u
                                                                  WHERE u.sku = w.sku), 0)::bigint AS quantity
                              FROM returned w
                        ), sold AS (
                            SELECT sku, location, -quantity AS units FROM inventory.movement
                             WHERE reference = :reference AND kind = 'sold'
                             UNION ALL
                            SELECT sku, location, -quantity FROM inventory.movement
                             WHERE reference = :reference AND kind IN ('filled', 'restocked')
                             UNION ALL
                            SELECT l.sku, l.location, l.quantity
                              FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                             WHERE r.reference = :reference AND r.ledger_pending
                        ), sold_by_location AS (
                            SELECT sku, location, sum(units) AS units,
                                   coalesce(sum(sum(units)) OVER (PARTITION BY sku ORDER BY location
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
                              FROM sold GROUP BY sku, location HAVING sum(units) > 0
                        ), restocked AS (
                            SELECT p.sku, g.location, least(g.units, p.quantity - g.before)::bigint AS quantity
                              FROM to_restock p JOIN sold_by_location g ON g.sku = p.sku AND g.before < p.quantity
                             UNION ALL
                            SELECT p.sku, coalesce((SELECT min(g.location) FROM sold g WHERE g.sku = p.sku),
                                                   :defaultLocation),
                                   p.quantity - coalesce((SELECT sum(g.units) FROM sold_by_location g
                                                           WHERE g.sku = p.sku), 0)::bigint
                              FROM to_restock p
                        ), changes AS (
                            SELECT sku, location, 'restocked' AS kind, sum(quantity)::bigint AS quantity,
                                   0::bigint AS backordered
                              FROM restocked WHERE quantity > 0 GROUP BY sku, location
                             UNION ALL
                            SELECT sku, location, 'cancelled', 0, units FROM cancelled WHERE units > 0
                        ), ledger AS (
                            INSERT INTO inventory.movement
                                   (sku, location, kind, quantity, backordered, reference, actor, request_id)
                            SELECT sku, location, kind, quantity, -backordered, :reference, :actor, :request
                              FROM changes
                        )
                        INSERT INTO inventory.stock_level AS s (sku, location, on_hand, backordered)
                        SELECT sku, location, sum(quantity), sum(backordered) FROM changes
                         GROUP BY sku, location ORDER BY sku, location
                        ON CONFLICT (sku, location)
                        DO UPDATE SET on_hand = s.on_hand + excluded.on_hand,
                                      backordered = s.backordered - excluded.backordered, updated_at = now()
                        RETURNING s.sku,
                                  inventory.stock_status(coalesce(old.available, 0), coalesce(old.backorder_limit, 0))
                                  <> inventory.stock_status(new.available, new.backorder_limit) AS status_changed
                        """, ChangedLevel.class)
                .setParameter(
                        "skus", quantities.stream().map(StockQuantity::sku).toArray(String[]::new))
                .setParameter(
                        "quantities",
                        quantities.stream().map(StockQuantity::quantity).toArray(Long[]::new))
                .setParameter("reference", reference)
                .setParameter("cancelBackordersFirst", cancelBackordersFirst)
                .setParameter("defaultLocation", StockKey.DEFAULT_LOCATION)
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .getResultList();
    }

    /**
     * Stores the selling policy of a SKU and sets the backorder limit of the one level that counts its backorders. The
     * caller has locked every level of the SKU.
     */
    void upsertSellingPolicy(String sku, SellingPolicy policy) {
        sql.update("""
                        WITH saved_policy AS (
                            INSERT INTO inventory.selling_policy AS p
                                   (sku, policy, backorder_limit, expected_on, location)
                            VALUES (:sku, :policy, :limit, cast(:expectedOn AS date), :location)
                            ON CONFLICT (sku) DO UPDATE
                               SET policy = excluded.policy, backorder_limit = excluded.backorder_limit,
                                   expected_on = excluded.expected_on, location = excluded.location,
                                   version = p.version + 1, updated_at = now()
                        )
                        UPDATE inventory.stock_level
                           SET backorder_limit = CASE WHEN location = :location THEN :limit ELSE 0 END
                         WHERE sku = :sku
                        """)
                .setParameter("sku", sku)
                .setParameter("policy", policy.policy().toColumn())
                .setParameter("limit", policy.limit() == null ? 0L : policy.limit())
                .setParameter("expectedOn", policy.expectedOn())
                .setParameter("location", policy.location())
                .executeUpdate();
    }

    /**
     * Inserts a location of which every field is set, except that the country may be null.
     *
     * @return false if there is one with this code, regardless of case
     */
    boolean insertLocation(NewLocation location) {
        return sql.update("""
                                INSERT INTO inventory.location (code, name, country, priority, active, ships_online)
                                SELECT :code, :name, cast(:country AS text), :priority, :active, :shipsOnline
                                 WHERE NOT EXISTS (SELECT FROM inventory.location WHERE lower(code) = lower(:code))
                                ON CONFLICT (code) DO NOTHING
                                """)
                        .setParameter("code", location.code())
                        .setParameter("name", location.name())
                        .setParameter("country", location.country())
                        .setParameter("priority", location.priority())
                        .setParameter("active", location.active())
                        .setParameter("shipsOnline", location.shipsOnline())
                        .executeUpdate()
                == 1;
    }

    /** Inserts locations, by code with their names, without those whose code exists regardless of case. */
    void insertLocations(Map<String, String> names) {
        sql.update("""
                        INSERT INTO inventory.location (code, name)
                        SELECT w.code, w.name
                          FROM unnest(cast(:codes AS text[]), cast(:names AS text[])) AS w (code, name)
                         WHERE NOT EXISTS (SELECT FROM inventory.location l WHERE lower(l.code) = lower(w.code))
                         ORDER BY w.code
                        ON CONFLICT (code) DO NOTHING
                        """)
                .setParameter("codes", names.keySet().toArray(String[]::new))
                .setParameter("names", names.values().toArray(String[]::new))
                .executeUpdate();
    }

    /** The codes of locations that equal one of these texts or differ from it only in case or outer white space. */
    List<String> findMatchingLocationCodes(Collection<String> texts) {
        return sql
                .query("""
                        SELECT code FROM inventory.location
                         WHERE code = ANY (cast(:texts AS text[])) OR lower(code) = ANY (cast(:stripped AS text[]))
                        """, Text.class)
                .setParameter("texts", texts.toArray(String[]::new))
                .setParameter(
                        "stripped",
                        texts.stream()
                                .map(text -> text.strip().toLowerCase(Locale.ROOT))
                                .toArray(String[]::new))
                .getResultList()
                .stream()
                .map(Text::value)
                .toList();
    }

    /** The next SKUs with free units at the location. */
    List<String> listFreeSkusAfter(String location, String sku, int limit) {
        return sql
                .query("""
                        SELECT sku FROM inventory.stock_level
                         WHERE location = :location AND sku > :sku AND on_hand > reserved ORDER BY sku LIMIT :limit
                        """, Text.class)
                .setParameter("location", location)
                .setParameter("sku", sku)
                .setParameter("limit", limit)
                .getResultList()
                .stream()
                .map(Text::value)
                .toList();
    }

    /** Limits the time of each later statement of the transaction, to a time with its unit, such as {@code 20s}. */
    void limitStatementTime(String limit) {
        sql.query("SELECT set_config('statement_timeout', :limit, true)", Text.class)
                .setParameter("limit", limit)
                .getSingleResult();
    }

    /**
     * Compares the next levels with the ledger, the open reservations and the waiting backorders, on one snapshot;
     * stores the discrepancies, and marks those that no longer exist as resolved.
     *
     * @return each level once for each of its discrepancies, or once if it has none, in the order of SKU and location
     */
    List<CheckedLevel> reconcile(StockKey after, int limit) {
        return sql.query("""
                        WITH page AS (
                            SELECT sku, location, on_hand, reserved, backordered FROM inventory.stock_level
                             WHERE (sku, location) > (:sku, :location) ORDER BY sku, location LIMIT :limit
                        ), open_reservations AS (
                            SELECT l.sku, l.location, sum(l.quantity - l.backordered) AS stock,
                                   sum(l.backordered) AS backordered
                              FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                             WHERE r.status = 'reserved' OR r.ledger_pending GROUP BY l.sku, l.location
                        ), expected AS (
                            SELECT p.*, coalesce(h.stock, 0) AS reserved_sum,
                                   coalesce(h.backordered, 0)
                                   + coalesce((SELECT sum(b.waiting) FROM inventory.backorder b
                                        WHERE b.sku = p.sku AND b.location = p.location AND b.waiting > 0), 0)
                                     AS backordered_sum,
                                   coalesce((SELECT sum(m.quantity) FROM inventory.movement m
                                        WHERE m.sku = p.sku AND m.location = p.location), 0) AS ledger_sum
                              FROM page p LEFT JOIN open_reservations h ON h.sku = p.sku AND h.location = p.location
                        ), differing AS (
                            SELECT b.sku, b.location, f.figure, f.recorded, f.computed
                              FROM expected b CROSS JOIN LATERAL (VALUES
                                   ('on_hand', b.on_hand, b.ledger_sum), ('reserved', b.reserved, b.reserved_sum),
                                   ('backordered', b.backordered, b.backordered_sum)) AS f (figure, recorded, computed)
                             WHERE f.recorded <> f.computed
                        ), saved AS (
                            INSERT INTO inventory.discrepancy AS d (sku, location, figure, recorded, computed)
                            SELECT sku, location, figure, recorded, computed FROM differing
                            ON CONFLICT (sku, location, figure) DO UPDATE
                               SET recorded = excluded.recorded, computed = excluded.computed, checked_at = now(),
                                   found_at = CASE WHEN d.resolved_at IS NULL THEN d.found_at ELSE now() END,
                                   resolved_at = NULL
                            RETURNING sku, location, figure, recorded, computed, found_at, checked_at
                        ), resolved AS (
                            UPDATE inventory.discrepancy d SET resolved_at = now(), checked_at = now() FROM page p
                             WHERE d.sku = p.sku AND d.location = p.location AND d.resolved_at IS NULL
                               AND NOT EXISTS (SELECT FROM differing f WHERE f.sku = d.sku
                                                AND f.location = d.location AND f.figure = d.figure)
                        )
                        SELECT p.sku, p.location, k.figure, k.recorded, k.computed, k.found_at, k.checked_at
                          FROM page p LEFT JOIN saved k ON k.sku = p.sku AND k.location = p.location
                         ORDER BY p.sku, p.location, k.figure
                        """, CheckedLevel.class)
                .setParameter("sku", after.sku())
                .setParameter("location", after.location())
                .setParameter("limit", limit)
                .getResultList();
    }
}
