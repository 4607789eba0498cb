package io.fondaco.ordermanagement;

import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Sends the refunds and voids that a crash or a slow provider left pending, until the provider confirms them. Runs
 * every {@code fondaco.checkout.recovery-interval} on one pod. It leases what it works on, so that no other caller does
 * the same work before the lease expires.
 */
@ApplicationScoped
class RefundRecoveryJob {
    private static final Logger LOG = Logger.getLogger(RefundRecoveryJob.class);
    private static final int BATCH = 20;
    private static final long MAX_RUN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Payments payments;
    private final OrderPaymentService orderPaymentService;
    private volatile boolean stopping;

    RefundRecoveryJob(Payments payments, OrderPaymentService orderPaymentService) {
        this.payments = payments;
        this.orderPaymentService = orderPaymentService;
    }

    /**
     * Works through batches until nothing is due, for at most one minute: a provider outage can leave more than one
     * batch.
     */
    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "refund-recovery", every = "{fondaco.checkout.recovery-interval}")
    @Scheduled(
            every = "{fondaco.checkout.recovery-interval}",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void recover() {
        long start = System.nanoTime();
        boolean more = true;
        while (more && !stopping && System.nanoTime() - start < MAX_RUN_NANOS) {
            boolean moreRefunds = sendRefunds();
            boolean moreVoids = sendVoids();
            more = moreRefunds || moreVoids;
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
    }

    /** @return whether more refunds may be due */
    private boolean sendRefunds() {
        List<Refund> refunds = payments.claimPendingRefunds(BATCH);
        for (Refund refund : refunds) {
            try {
                orderPaymentService.sendRefund(refund);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Refund %s could not be sent and will be retried", refund.id());
            }
        }
        return refunds.size() == BATCH;
    }

    /** @return whether more voids may be due */
    private boolean sendVoids() {
        List<Payment> voids = payments.claimPendingVoids(BATCH);
        for (Payment payment : voids) {
            try {
                orderPaymentService.voidPayment(payment);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Payment %s could not be voided and will be retried", payment.id());
            }
        }
        return voids.size() == BATCH;
    }
}
