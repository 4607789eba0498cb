package io.fondaco.checkout;

import io.fondaco.platform.jobs.DueWorkPoll;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.enterprise.context.ApplicationScoped;

/** Skips {@link CheckoutRecovery} while no checkout attempt is due. */
@ApplicationScoped
class NoAttemptDue implements Scheduled.SkipPredicate {
    private final DueWorkPoll.Condition due;

    NoAttemptDue(DueWorkPoll dueWorkPoll) {
        this.due = dueWorkPoll.watchJob(CheckoutRecovery.JOB, CheckoutAttemptStatements.HAS_DUE_ATTEMPTS);
    }

    @Override
    public boolean test(ScheduledExecution execution) {
        return !due.isDue();
    }
}
