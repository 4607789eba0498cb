package io.fondaco.checkout;

import io.fondaco.checkout.CheckoutAttemptStatements.WaitReason;
import io.fondaco.platform.ParallelForEach;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.BatchLoop;
import io.fondaco.platform.jobs.DueWorkPoll;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.roles.PodRoles;
import io.fondaco.platform.web.Actor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Finishes checkout attempts that a crash or a slow provider left unfinished. Runs every
 * {@code fondaco.checkout.recovery-interval} on one pod. It leases what it works on, so that no other caller does the
 * same work before the lease expires.
 */
@ApplicationScoped
class CheckoutRecovery {
    private static final Logger LOG = Logger.getLogger(CheckoutRecovery.class);
    private static final String JOB = "payment-reconciliation";

    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final CompleteCart completeCart;
    private final Actor actor;
    private final BatchLoop batchLoop;
    private final GaugeSnapshot<WaitReason> openAges = new GaugeSnapshot<>();

    CheckoutRecovery(
            CheckoutAttemptStatements checkoutAttemptStatements,
            CompleteCart completeCart,
            Actor actor,
            BatchLoop batchLoop,
            DueWorkPoll dueWorkPoll,
            MeterRegistry registry) {
        dueWorkPoll.watchJob(JOB, CheckoutAttemptStatements.HAS_DUE_ATTEMPTS);
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.completeCart = completeCart;
        this.actor = actor;
        this.batchLoop = batchLoop;
        for (WaitReason waitReason : WaitReason.values()) {
            Gauge.builder("fondaco.checkout.open.age.seconds", () -> openAges.value(waitReason))
                    .description("Age of the oldest unfinished checkout attempt, by wait reason")
                    .tag("waiting", waitReason.column())
                    .register(registry);
        }
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = GaugeSnapshot.REFRESH_INTERVAL,
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void measure() {
        openAges.refresh(checkoutAttemptStatements::oldestOpenAges);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = JOB, every = "{fondaco.checkout.recovery-interval}")
    @Scheduled(
            every = "{fondaco.checkout.recovery-interval}",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void recover() throws InterruptedException {
        batchLoop.repeat(this::recoverBatch);
    }

    /** @return whether more work may be due */
    private boolean recoverBatch() throws InterruptedException {
        List<CheckoutAttempt> due = checkoutAttemptStatements.claimDue();
        recoverAttempts(due);
        return due.size() >= CheckoutAttemptStatements.RECOVERY_BATCH_SIZE;
    }

    /**
     * Recovers the attempts in parallel: together they take about as long as one call to the provider, which is shorter
     * than their lease.
     */
    private void recoverAttempts(List<CheckoutAttempt> due) throws InterruptedException {
        ParallelForEach.run(
                due,
                this::recoverAttempt,
                (checkoutAttempt, thrown) -> LOG.errorf(
                        thrown,
                        "Checkout attempt %s could not be recovered and will be retried",
                        checkoutAttempt.id()));
    }

    @ActivateRequestContext
    void recoverAttempt(CheckoutAttempt checkoutAttempt) {
        actor.actAs("system:" + JOB);
        completeCart.recover(checkoutAttempt);
    }
}
