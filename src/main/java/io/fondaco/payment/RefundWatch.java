package io.fondaco.payment;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.roles.Roles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Looks how long refunds wait for their providers. */
@ApplicationScoped
class RefundWatch {
    private final Refunds refunds;
    private final Providers providers;
    private final PaymentMetrics metrics;

    RefundWatch(Refunds refunds, Providers providers, PaymentMetrics metrics) {
        this.refunds = refunds;
        this.providers = providers;
        this.metrics = metrics;
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "{fondaco.monitoring.sample-interval}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void measure() {
        metrics.refundsPending(providers.names(), refunds::pendingAges);
    }
}
