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
 * Finishes what a crash, or a provider that took its time, left undone: completions, refunds, and money held that nobody
 * wants. Runs every five seconds, on one pod; what it takes up nobody else does until its lease has run out.
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
                    .description("How long the oldest open completion waits, by what it waits for")
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

    /** As long as there is anything to do, for a while: what an outage of a provider has left is more than one batch. */
    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = JOB, every = "{fondaco.checkout.recovery-interval}")
    @Scheduled(
            every = "{fondaco.checkout.recovery-interval}",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void recover() throws InterruptedException {
        long began = System.nanoTime();
        boolean more = true;
        while (more && !stopping && System.nanoTime() - began < MAX_RUN_NANOS) {
            more = recoverBatch();
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
    }

    /** @return whether there may be more */
    private boolean recoverBatch() throws InterruptedException {
        List<CheckoutAttempt> due = checkoutAttemptRepository.claimDue();
        recoverAttempts(due);
        List<Refund> refunds = payments.claimPendingRefunds(settings.recoveryBatch());
        for (Refund refund : refunds) {
            try {
                orderPaymentService.sendRefund(refund);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Refund %s could not be sent; it is tried again", refund.id());
            }
        }
        List<Payment> releases = payments.claimPendingVoids(settings.recoveryBatch());
        for (Payment payment : releases) {
            try {
                orderPaymentService.voidPayment(payment);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Payment %s could not be let go; it is tried again", payment.id());
            }
        }
        return IntStream.of(due.size(), refunds.size(), releases.size())
                .anyMatch(claimed -> claimed >= settings.recoveryBatch());
    }

    /** At the same time: together they take as long as the provider takes for one, and so no longer than their lease. */
    private void recoverAttempts(List<CheckoutAttempt> due) throws InterruptedException {
        ParallelForEach.run(
                due,
                this::recoverAttempt,
                (checkoutAttempt, thrown) -> LOG.errorf(
                        thrown, "Completion %s could not be recovered; it is tried again", checkoutAttempt.id()));
    }

    @ActivateRequestContext
    void recoverAttempt(CheckoutAttempt checkoutAttempt) {
        actor.actAs("system:" + JOB);
        completeCart.recover(checkoutAttempt);
    }
}
