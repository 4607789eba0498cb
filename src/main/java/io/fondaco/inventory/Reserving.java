package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.database.Columns;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.database.Seconds;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.transactions.Unhurried;
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
 * Sets units aside for any number of demands at once, each in full or not at all, the first the first to be served. Two
 * statements, however many there are; levels are locked in the order of SKU and location, until the caller's transaction ends.
 */
@ApplicationScoped
class Reserving {
    private final EntityManager entities;
    private final Catalog catalog;
    private final InventorySettings settings;
    private final Inventory inventory;
    private final Unhurried unhurried;

    Reserving(
            EntityManager entities,
            Catalog catalog,
            InventorySettings settings,
            Inventory inventory,
            Unhurried unhurried) {
        this.entities = entities;
        this.catalog = catalog;
        this.settings = settings;
        this.inventory = inventory;
        this.unhurried = unhurried;
    }

    /**
     * What somebody asks for.
     *
     * @param timeToLive after which the units are free again by themselves
     * @param gathered whether the reservation commits with others, before its own completion does
     * @param actor for the history
     */
    record Request(
            ReservationId id,
            StockDemand demand,
            Duration timeToLive,
            boolean gathered,
            String actor,
            String requestId) {}

    /** What one of them got: units, or which are short. */
    record Outcome(@Nullable Reservation made, @Nullable InsufficientStock shortage) {
        Reservation reservation() {
            if (made == null) {
                throw shortage == null ? new IllegalStateException("No outcome") : shortage;
            }
            return made;
        }
    }

    private record Line(Request request, StockKey key, Sourcing.Taken taken) {}

    /** The same in a transaction of their own. Three statements and a commit that does not wait for the disk. */
    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    @RetriedWrites
    @Transactional
    List<Outcome> reserveApart(List<Request> requests) {
        unhurried.commit();
        return reserve(requests);
    }

    /** Frees what was reserved apart. */
    @ActivateRequestContext
    @ReadsFrom(Route.PRIMARY)
    @RetriedWrites
    @Transactional
    void free(ReservationId reservation) {
        inventory.release(reservation);
    }

    /** @return an outcome for each request, in their order */
    List<Outcome> reserve(List<Request> requests) {
        List<Outcome> outcomes = new ArrayList<>(requests.size());
        List<String> turned = entities.unwrap(Session.class).doReturningWork(connection -> {
            Map<String, List<Sourcing.Level>> found = lock(connection, requests);
            Map<String, List<Sourcing.Level>> left = new HashMap<>(found);
            List<Line> lines = new ArrayList<>();
            for (Request request : requests) {
                outcomes.add(allocate(request, left, lines));
            }
            if (!lines.isEmpty()) {
                write(connection, lines);
            }
            return Sourcing.turned(found, left);
        });
        catalog.availabilityChanged(turned);
        return outcomes;
    }

    private Outcome allocate(Request request, Map<String, List<Sourcing.Level>> left, List<Line> lines) {
        Map<StockKey, Sourcing.Taken> allocation;
        try {
            allocation = Sourcing.allocate(
                    request.demand().quantities(),
                    left,
                    settings.sourcing(),
                    request.demand().country());
        } catch (InsufficientStock shortage) {
            return new Outcome(null, shortage);
        }
        Map<String, Long> promised = new HashMap<>();
        allocation.forEach((key, taken) -> {
            lines.add(new Line(request, key, taken));
            left.computeIfPresent(key.sku(), (_, levels) -> Sourcing.less(levels, key, taken));
            if (taken.backordered() > 0) {
                promised.put(key.sku(), taken.backordered());
            }
        });
        return new Outcome(new Reservation(request.id(), promised), null);
    }

    private static Map<String, List<Sourcing.Level>> lock(Connection connection, List<Request> requests)
            throws SQLException {
        Object[] skus = requests.stream()
                .flatMap(request -> request.demand().quantities().stream())
                .map(StockQuantity::sku)
                .distinct()
                .toArray();
        Map<String, List<Sourcing.Level>> levels = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT s.sku, s.location, s.on_hand, s.available, s.backorder_limit,
                       l.priority, l.country, l.active AND l.ships_online AS sells
                  FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location
                 WHERE s.sku = ANY (ARRAY (SELECT unnest(?::text[]))) ORDER BY s.sku, s.location FOR UPDATE OF s
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

    private static void write(Connection connection, List<Line> lines) throws SQLException {
        Collection<Request> requests =
                lines.stream().map(Line::request).distinct().toList();
        try (PreparedStatement write = connection.prepareStatement("""
                WITH made AS (
                    INSERT INTO inventory.reservation (id, expires_at, gathered)
                    SELECT id, now() + make_interval(secs => seconds), gathered
                      FROM unnest(?::uuid[], ?::float8[], ?::boolean[]) AS r (id, seconds, gathered)
                ), wanted AS (
                    SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                        AS w (id, sku, location, stock, backordered, name, actor, request)
                ), lines AS (
                    INSERT INTO inventory.reservation_line (reservation_id, sku, location, quantity, backordered)
                    SELECT id, sku, location, stock + backordered, backordered FROM wanted
                ), told AS (
                    INSERT INTO inventory.movement
                           (sku, location, kind, quantity, reserved, backordered, reference, actor, request_id)
                    SELECT sku, location, 'reserved', 0, stock, backordered, name, actor, request FROM wanted
                )
                UPDATE inventory.stock_level s
                   SET reserved = s.reserved + w.stock, backordered = s.backordered + w.backordered, updated_at = now()
                  FROM (SELECT sku, location, sum(stock)::bigint AS stock, sum(backordered)::bigint AS backordered
                          FROM wanted GROUP BY sku, location) w
                 WHERE s.sku = w.sku AND s.location = w.location
                """)) {
            write.setArray(1, Columns.of(connection, "uuid", requests, asked -> asked.id()
                    .value()));
            write.setArray(2, Columns.of(connection, "float8", requests, asked -> Seconds.of(asked.timeToLive())));
            write.setArray(3, Columns.of(connection, "boolean", requests, Request::gathered));
            write.setArray(4, Columns.of(connection, "uuid", lines, line -> line.request()
                    .id()
                    .value()));
            write.setArray(
                    5, Columns.of(connection, "text", lines, line -> line.key().sku()));
            write.setArray(
                    6, Columns.of(connection, "text", lines, line -> line.key().location()));
            write.setArray(7, Columns.of(connection, "bigint", lines, line -> line.taken()
                    .stock()));
            write.setArray(8, Columns.of(connection, "bigint", lines, line -> line.taken()
                    .backordered()));
            write.setArray(9, Columns.of(connection, "text", lines, line -> line.request()
                    .id()
                    .toString()));
            write.setArray(10, Columns.of(connection, "text", lines, line -> line.request()
                    .actor()));
            write.setArray(11, Columns.of(connection, "text", lines, line -> line.request()
                    .requestId()));
            write.executeUpdate();
        }
    }
}
