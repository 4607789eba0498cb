package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.Inventory.Reservation;
import io.fondaco.inventory.Inventory.StockDemand;
import io.fondaco.inventory.ReservationStatements.LockedLevels;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.transactions.AsyncCommit;
import io.fondaco.platform.transactions.RetriedWrites;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes any number of reservations, each in full or not at all, in the order of the requests. One statement, whatever
 * their number, if each SKU has units in stock at one location only, and enough of them; otherwise two, because {@link
 * Sourcing} chooses between locations, stock and backorders. Stock levels are locked in the order of SKU and location,
 * until the caller's transaction ends.
 */
@ApplicationScoped
class ReservationAllocator {
    private final ReservationStatements statements;
    private final Catalog catalog;
    private final InventorySettings settings;
    private final AsyncCommit asyncCommit;

    ReservationAllocator(
            ReservationStatements statements, Catalog catalog, InventorySettings settings, AsyncCommit asyncCommit) {
        this.statements = statements;
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

    /** The units of a reservation at one stock level. */
    record ReservationLine(ReservationRequest request, StockKey key, Sourcing.Allocation allocation) {}

    /**
     * {@link #reserve} in a separate transaction. One statement more, and a commit that does not wait for the disk.
     */
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
        LockedLevels locked = statements.lockLevelsAndReserveWithoutChoice(requests);
        Map<String, List<Sourcing.SourcingLevel>> found = locked.levels().stream()
                .collect(Collectors.groupingBy(level -> level.key().sku()));
        Map<String, List<Sourcing.SourcingLevel>> remaining = new HashMap<>(found);
        List<ReservationResult> results = new ArrayList<>(requests.size());
        List<ReservationLine> lines = new ArrayList<>();
        for (ReservationRequest reservationRequest : requests) {
            results.add(allocate(reservationRequest, remaining, lines));
        }
        if (!locked.taken().isEmpty()) {
            requireSameUnits(lines, locked.taken());
        } else if (!lines.isEmpty()) {
            statements.insertReservations(lines);
        }
        catalog.availabilityChanged(Sourcing.skusWithChangedStatus(found, remaining));
        return results;
    }

    /** The statement and {@link Sourcing} state the same rule twice. If they ever differ, nothing is reserved. */
    private static void requireSameUnits(List<ReservationLine> lines, Map<StockKey, Long> taken) {
        Map<StockKey, Long> allocated = lines.stream()
                .collect(Collectors.groupingBy(ReservationLine::key, Collectors.summingLong(line -> line.allocation()
                        .fromStock())));
        if (!allocated.equals(taken)
                || lines.stream().anyMatch(line -> line.allocation().backordered() > 0)) {
            throw new IllegalStateException(
                    "The statement has reserved %s, but sourcing has chosen %s".formatted(taken, lines));
        }
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
}
