package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.ReservationStatements.ClaimResult;
import io.fondaco.inventory.ReservationStatements.ReleasedLevel;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.transactions.RetriedWrites;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Ends reservations by a claim, a release or their expiry, or extends them. A claim or a release is one statement.
 * {@link ReservationAllocator} makes reservations.
 */
@ApplicationScoped
class ReservationService {
    private final ReservationStatements statements;
    private final Catalog catalog;
    private final Fence fence;
    private final Backorders backorders;
    private final LedgerPoster ledgerPoster;

    ReservationService(
            ReservationStatements statements,
            Catalog catalog,
            Fence fence,
            Backorders backorders,
            LedgerPoster ledgerPoster) {
        this.statements = statements;
        this.catalog = catalog;
        this.fence = fence;
        this.backorders = backorders;
        this.ledgerPoster = ledgerPoster;
    }

    /** See {@link Inventory#claim}. */
    boolean claim(ReservationId reservation, String reference) {
        ClaimResult claimed = statements.claim(reservation, reference);
        if (claimed.ledgerPending()) {
            ledgerPoster.wakeUpAfterCommit();
        }
        return claimed.sold();
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
        List<UUID> expired = statements.lockExpired(batch);
        if (!expired.isEmpty()) {
            release(expired, "expired");
        }
        return expired.size();
    }

    private void release(List<UUID> reservations, String kind) {
        List<ReleasedLevel> released = statements.release(reservations, kind);
        backorders.fill(skusOf(released, ReleasedLevel::hasBackorders));
        catalog.availabilityChanged(skusOf(released, ReleasedLevel::statusChanged));
    }

    private static Set<String> skusOf(List<ReleasedLevel> levels, Predicate<ReleasedLevel> condition) {
        return levels.stream().filter(condition).map(ReleasedLevel::sku).collect(Collectors.toSet());
    }

    /** See {@link Inventory#extend}. */
    void extend(ReservationId reservation, Duration timeToLive) {
        statements.extend(reservation, timeToLive);
    }
}
