package io.fondaco.checkout;

import io.fondaco.checkout.CheckoutAttemptRepository.WaitReason;
import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.platform.ParallelForEach;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.roles.PodRoles;
import io.fondaco.platform.web.Actor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Finishes checkout attempts, refunds and voids that a crash or a slow provider left unfinished. Runs every
 * {@code fondaco.checkout.recovery-interval} on one pod. It leases what it works on, so that no other caller does the
 * same work before the lease expires.
 */
@ApplicationScoped
class CheckoutRecovery {
    private static final Logger LOG = Logger.getLogger(CheckoutRecovery.class);
    private static final String JOB = "payment-reconciliation";
    private static final long MAX_RUN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final CheckoutAttemptRepository checkoutAttemptRepository;
    private final CompleteCart completeCart;
    private final Payments payments;
    private final OrderPaymentService orderPaymentService;
    private final CheckoutSettings settings;
    private final Actor actor;
    private final GaugeSnapshot<WaitReason> openAges = new GaugeSnapshot<>();
    private volatile boolean stopping;

    CheckoutRecovery(
            CheckoutAttemptRepository checkoutAttemptRepository,
            CompleteCart completeCart,
            Payments payments,
            OrderPaymentService orderPaymentService,
            CheckoutSettings settings,
            Actor actor,
            MeterRegistry registry) {
        this.checkoutAttemptRepository = checkoutAttemptRepository;
        this.completeCart = completeCart;
        this.payments = payments;
        this.orderPaymentService = orderPaymentService;
        this.settings = settings;
        this.actor = actor;
        for (WaitReason waitReason : WaitReason.values()) {
            Gauge.builder("fondaco.checkout.open.age.seconds", () -> openAges.value(waitReason))
                    .description("Age of the oldest unfinished checkout attempt, by wait reason")
                    .tag("waiting", waitReason.column())
                    .register(registry);
        }
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "{fondaco.monitoring.sample-interval}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void measure() {
        openAges.refresh(checkoutAttemptRepository::oldestOpenAges);
    }

    /**
     * Works through batches until nothing is due, for at most one minute: a provider outage can leave more than one
     * batch.
     */
    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = JOB, every = "{fondaco.checkout.recovery-interval}")
    @Scheduled(
            every = "{fondaco.checkout.recovery-interval}",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void recover() throws InterruptedException {
        long start = System.nanoTime();
        boolean more = true;
        while (more && !stopping && System.nanoTime() - start < MAX_RUN_NANOS) {
            more = recoverBatch();
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
    }

    /** @return whether more work may be due */
    private boolean recoverBatch() throws InterruptedException {
        List<CheckoutAttempt> due = checkoutAttemptRepository.claimDue();
        recoverAttempts(due);
        List<Refund> refunds = payments.claimPendingRefunds(settings.recoveryBatch());
        for (Refund refund : refunds) {
            try {
                orderPaymentService.sendRefund(refund);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Refund %s could not be sent and will be retried", refund.id());
            }
        }
        List<Payment> voids = payments.claimPendingVoids(settings.recoveryBatch());
        for (Payment payment : voids) {
            try {
                orderPaymentService.voidPayment(payment);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Payment %s could not be voided and will be retried", payment.id());
            }
        }
        return IntStream.of(due.size(), refunds.size(), voids.size())
                .anyMatch(claimed -> claimed >= settings.recoveryBatch());
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
