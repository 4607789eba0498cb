package io.fondaco.inventory;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.DueWorkPoll;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Releases expired reservations, posts pending sales that a pod left behind, and fills waiting backorders. Several pods
 * may run it at the same time: each skips rows that another has locked.
 */
@ApplicationScoped
class ReservationExpiryJob {
    private static final String JOB = "reservation-expiry";

    /** Whether a reservation has expired, a sale waits for the ledger or a backorder waits for units. */
    private static final String HAS_WORK = """
            EXISTS (SELECT FROM inventory.reservation WHERE status = 'reserved' AND expires_at < now())
            OR EXISTS (SELECT FROM inventory.reservation WHERE ledger_pending)
            OR EXISTS (SELECT FROM inventory.backorder WHERE waiting > 0)
            """;

    private static final int MAX_RESERVATIONS_PER_TRANSACTION = 200;

    private final ReservationService reservations;
    private final LedgerPoster ledgerPoster;
    private final Backorders backorders;

    ReservationExpiryJob(
            ReservationService reservations,
            LedgerPoster ledgerPoster,
            Backorders backorders,
            DueWorkPoll dueWorkPoll) {
        this.reservations = reservations;
        this.ledgerPoster = ledgerPoster;
        this.backorders = backorders;
        dueWorkPoll.watchJob(JOB, HAS_WORK);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = JOB, every = "8s")
    @Scheduled(
            every = "10s",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void run() {
        while (reservations.releaseExpired(MAX_RESERVATIONS_PER_TRANSACTION) == MAX_RESERVATIONS_PER_TRANSACTION) {
            // A full batch: there may be more.
        }
        ledgerPoster.postAll();
        backorders.fillPending();
    }
}
