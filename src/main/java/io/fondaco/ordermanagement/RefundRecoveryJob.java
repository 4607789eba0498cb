package io.fondaco.ordermanagement;

import io.fondaco.payment.Payments;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.BatchLoop;
import io.fondaco.platform.jobs.DueWorkPoll;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Sends the refunds and voids that a crash or a slow provider left pending, until the provider confirms them. Runs
 * every {@code fondaco.checkout.recovery-interval} on one pod. It leases what it works on, so that no other caller does
 * the same work before the lease expires.
 */
@ApplicationScoped
class RefundRecoveryJob {
    private static final Logger LOG = Logger.getLogger(RefundRecoveryJob.class);
    private static final String JOB = "refund-recovery";
    private static final int BATCH_SIZE = 10;

    private final Payments payments;
    private final OrderPaymentService orderPaymentService;
    private final BatchLoop batchLoop;

    RefundRecoveryJob(
            Payments payments, OrderPaymentService orderPaymentService, BatchLoop batchLoop, DueWorkPoll dueWorkPoll) {
        this.payments = payments;
        this.orderPaymentService = orderPaymentService;
        this.batchLoop = batchLoop;
        dueWorkPoll.watchJob(JOB, Payments.HAS_DUE_REFUNDS_OR_VOIDS);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = JOB, every = "{fondaco.checkout.recovery-interval}")
    @Scheduled(
            every = "{fondaco.checkout.recovery-interval}",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void recover() throws InterruptedException {
        batchLoop.repeat(() -> {
            boolean moreRefunds = sendAll(
                    payments.claimPendingRefunds(BATCH_SIZE),
                    orderPaymentService::sendRefund,
                    (refund, e) -> LOG.errorf(e, "Refund %s could not be sent and will be retried", refund.id()));
            boolean moreVoids = sendAll(
                    payments.claimPendingVoids(BATCH_SIZE),
                    orderPaymentService::voidPayment,
                    (payment, e) -> LOG.errorf(e, "Payment %s could not be voided and will be retried", payment.id()));
            return moreRefunds || moreVoids;
        });
    }

    /** @return whether more may be due, because the batch was full */
    private static <T> boolean sendAll(List<T> claimed, Consumer<T> send, BiConsumer<T, RuntimeException> onFailure) {
        for (T each : claimed) {
            try {
                send.accept(each);
            } catch (RuntimeException e) {
                onFailure.accept(each, e);
            }
        }
        return claimed.size() == BATCH_SIZE;
    }
}
