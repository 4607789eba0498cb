package io.fondaco.inventory;

import io.fondaco.platform.jobs.DueWorkPoll;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Skips {@link ReservationExpiryJob} while no reservation has expired, no sale waits for the ledger and no backorder
 * waits for units.
 */
@ApplicationScoped
class NoStockWorkDue implements Scheduled.SkipPredicate {
    private static final String DUE = """
            EXISTS (SELECT FROM inventory.reservation WHERE status = 'reserved' AND expires_at < now())
            OR EXISTS (SELECT FROM inventory.reservation WHERE ledger_pending)
            OR EXISTS (SELECT FROM inventory.backorder WHERE waiting > 0)
            """;

    private final DueWorkPoll.Condition due;

    NoStockWorkDue(DueWorkPoll dueWorkPoll) {
        this.due = dueWorkPoll.watchJob(ReservationExpiryJob.JOB, DUE);
    }

    @Override
    public boolean test(ScheduledExecution execution) {
        return !due.isDue();
    }
}
