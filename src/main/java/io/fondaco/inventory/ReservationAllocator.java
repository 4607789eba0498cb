package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.transactions.AsyncCommit;
import io.fondaco.platform.transactions.RetriedWrites;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * Makes any number of reservations, each in full or not at all, in the order of the requests. Two statements, whatever
 * their number. Stock levels are locked in the order of SKU and location, until the caller's transaction ends.
 */
@ApplicationScoped
class ReservationAllocator {
    private final EntityManager entities;
    private final Catalog catalog;
    private final InventorySettings settings;
    private final AsyncCommit asyncCommit;

    ReservationAllocator(EntityManager entities, Catalog catalog, InventorySettings settings, AsyncCommit asyncCommit) {
        this.entities = entities;
        this.catalog = catalog;
        this.settings = settings;
        this.asyncCommit = asyncCommit;
    }

    /**
     * A requested reservation.
     *
     * @param timeToLive after which the reservation expires
     * @param batched whether the reservation commits in a batch, before the checkout that requested it
     * @param actor for the history
     */
    record ReservationRequest(
            ReservationId id,
            StockDemand demand,
            Duration timeToLive,
            boolean batched,
            String actor,
            String requestId) {}

    /** Either the reservation or the shortage that prevented it. */
    record ReservationResult(
            @Nullable Reservation reserved, @Nullable InsufficientStock shortage) {
        Reservation orElseThrow() {
            if (reserved == null) {
                throw shortage == null ? new IllegalStateException("Neither a reservation nor a shortage") : shortage;
            }
            return reserved;
        }
    }

    private record ReservationLine(ReservationRequest request, StockKey key, Sourcing.Allocation allocation) {}

    /** {@link #reserve} in a separate transaction. Three statements and a commit that does not wait for the disk. */
    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    @RetriedWrites
    @Transactional
    List<ReservationResult> reserveInOwnTransaction(List<ReservationRequest> requests) {
        asyncCommit.enable();
        return reserve(requests);
    }

    /** @return the result of each request, in their order */
    List<ReservationResult> reserve(List<ReservationRequest> requests) {
        List<ReservationResult> results = new ArrayList<>(requests.size());
        List<String> changedSkus = entities.unwrap(Session.class).doReturningWork(connection -> {
            Map<String, List<Sourcing.SourcingLevel>> found = lockLevels(connection, requests);
            Map<String, List<Sourcing.SourcingLevel>> remaining = new HashMap<>(found);
            List<ReservationLine> lines = new ArrayList<>();
            for (ReservationRequest reservationRequest : requests) {
                results.add(allocate(reservationRequest, remaining, lines));
            }
            if (!lines.isEmpty()) {
                insertReservations(connection, lines);
            }
            return Sourcing.skusWithChangedStatus(found, remaining);
        });
        catalog.availabilityChanged(changedSkus);
        return results;
    }

    private ReservationResult allocate(
            ReservationRequest reservationRequest,
            Map<String, List<Sourcing.SourcingLevel>> remaining,
            List<ReservationLine> lines) {
        Map<StockKey, Sourcing.Allocation> allocation;
        try {
            allocation = Sourcing.allocate(
                    reservationRequest.demand().quantities(),
                    remaining,
                    settings.sourcing(),
                    reservationRequest.demand().country());
        } catch (InsufficientStock shortage) {
            return new ReservationResult(null, shortage);
        }
        Map<String, Long> backordered = new HashMap<>();
        allocation.forEach((key, taken) -> {
            lines.add(new ReservationLine(reservationRequest, key, taken));
            remaining.computeIfPresent(key.sku(), (_, levels) -> Sourcing.subtract(levels, key, taken));
            if (taken.backordered() > 0) {
                backordered.put(key.sku(), taken.backordered());
            }
        });
        return new ReservationResult(new Reservation(reservationRequest.id(), backordered), null);
    }

    private static Map<String, List<Sourcing.SourcingLevel>> lockLevels(
            Connection connection, List<ReservationRequest> requests) throws SQLException {
        Object[] skus = requests.stream()
                .flatMap(reservationRequest -> reservationRequest.demand().quantities().stream())
                .map(StockQuantity::sku)
                .distinct()
                .toArray();
        Map<String, List<Sourcing.SourcingLevel>> levels = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT s.sku, s.location, s.on_hand, s.available, s.backorder_limit,
                       l.priority, l.country, l.active AND l.ships_online AS sells
                  FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location
                 WHERE s.sku = ANY (ARRAY (SELECT unnest(?::text[]))) ORDER BY s.sku, s.location FOR UPDATE OF s
                """)) {
            select.setArray(1, connection.createArrayOf("text", skus));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    Sourcing.SourcingLevel sourcingLevel = mapLevel(rows);
                    levels.computeIfAbsent(sourcingLevel.key().sku(), _ -> new ArrayList<>())
                            .add(sourcingLevel);
                }
            }
        }
        return levels;
    }

    private static Sourcing.SourcingLevel mapLevel(ResultSet row) throws SQLException {
        String location = row.getString("location");
        return new Sourcing.SourcingLevel(
                new StockKey(row.getString("sku"), location),
                row.getLong("on_hand"),
                row.getLong("available"),
                row.getLong("backorder_limit"),
                new Sourcing.SourceLocation(
                        location, row.getInt("priority"), row.getString("country"), row.getBoolean("sells")));
    }

    private static void insertReservations(Connection connection, List<ReservationLine> lines) throws SQLException {
        Collection<ReservationRequest> requests =
                lines.stream().map(ReservationLine::request).distinct().toList();
        try (PreparedStatement write = connection.prepareStatement("""
                WITH reservations AS (
                    INSERT INTO inventory.reservation (id, expires_at, batched)
                    SELECT id, now() + make_interval(secs => seconds), batched
                      FROM unnest(?::uuid[], ?::float8[], ?::boolean[]) AS r (id, seconds, batched)
                ), allocated AS (
                    SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                        AS w (id, sku, location, stock, backordered, name, actor, request)
                ), lines AS (
                    INSERT INTO inventory.reservation_line (reservation_id, sku, location, quantity, backordered)
                    SELECT id, sku, location, stock + backordered, backordered FROM allocated
                ), ledger AS (
                    INSERT INTO inventory.movement
                           (sku, location, kind, quantity, reserved, backordered, reference, actor, request_id)
                    SELECT sku, location, 'reserved', 0, stock, backordered, name, actor, request FROM allocated
                )
                UPDATE inventory.stock_level s
                   SET reserved = s.reserved + w.stock, backordered = s.backordered + w.backordered, updated_at = now()
                  FROM (SELECT sku, location, sum(stock)::bigint AS stock, sum(backordered)::bigint AS backordered
                          FROM allocated GROUP BY sku, location) w
                 WHERE s.sku = w.sku AND s.location = w.location
                """)) {
            write.setArray(1, SqlArrays.ofColumn(connection, "uuid", requests, request -> request.id()
                    .value()));
            write.setArray(
                    2, SqlArrays.ofColumn(connection, "float8", requests, request -> Seconds.of(request.timeToLive())));
            write.setArray(3, SqlArrays.ofColumn(connection, "boolean", requests, ReservationRequest::batched));
            write.setArray(4, SqlArrays.ofColumn(connection, "uuid", lines, reservationLine -> reservationLine
                    .request()
                    .id()
                    .value()));
            write.setArray(5, SqlArrays.ofColumn(connection, "text", lines, reservationLine -> reservationLine
                    .key()
                    .sku()));
            write.setArray(6, SqlArrays.ofColumn(connection, "text", lines, reservationLine -> reservationLine
                    .key()
                    .location()));
            write.setArray(7, SqlArrays.ofColumn(connection, "bigint", lines, reservationLine -> reservationLine
                    .allocation()
                    .fromStock()));
            write.setArray(8, SqlArrays.ofColumn(connection, "bigint", lines, reservationLine -> reservationLine
                    .allocation()
                    .backordered()));
            write.setArray(9, SqlArrays.ofColumn(connection, "text", lines, reservationLine -> reservationLine
                    .request()
                    .id()
                    .toString()));
            write.setArray(10, SqlArrays.ofColumn(connection, "text", lines, reservationLine -> reservationLine
                    .request()
                    .actor()));
            write.setArray(11, SqlArrays.ofColumn(connection, "text", lines, reservationLine -> reservationLine
                    .request()
                    .requestId()));
            write.executeUpdate();
        }
    }
}
