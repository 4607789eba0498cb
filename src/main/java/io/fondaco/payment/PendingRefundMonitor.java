package io.fondaco.payment;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Measures how long refunds wait for their providers. */
@ApplicationScoped
class PendingRefundMonitor {
    private final RefundRepository refundRepository;
    private final PaymentProviders paymentProviders;
    private final PaymentMetrics metrics;

    PendingRefundMonitor(RefundRepository refundRepository, PaymentProviders paymentProviders, PaymentMetrics metrics) {
        this.refundRepository = refundRepository;
        this.paymentProviders = paymentProviders;
        this.metrics = metrics;
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "{fondaco.monitoring.sample-interval}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void measure() {
        metrics.samplePendingRefunds(paymentProviders.names(), refundRepository::pendingAgesByProvider);
    }
}
