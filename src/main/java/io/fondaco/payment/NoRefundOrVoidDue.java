package io.fondaco.payment;

import io.fondaco.platform.jobs.DueWorkPoll;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.enterprise.context.ApplicationScoped;

/** Skips the job that sends refunds and voids, while none is due. */
@ApplicationScoped
public class NoRefundOrVoidDue implements Scheduled.SkipPredicate {
    /** The name of that job. */
    public static final String JOB = "refund-recovery";

    private final DueWorkPoll.Condition due;

    NoRefundOrVoidDue(DueWorkPoll dueWorkPoll) {
        this.due =
                dueWorkPoll.watchJob(JOB, PaymentStatements.HAS_DUE_REFUNDS + " OR " + PaymentStatements.HAS_DUE_VOIDS);
    }

    @Override
    public boolean test(ScheduledExecution execution) {
        return !due.isDue();
    }
}
