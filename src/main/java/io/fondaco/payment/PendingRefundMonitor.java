package io.fondaco.payment;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.stream.Collectors;

/** Measures how long refunds wait for their providers. */
@ApplicationScoped
class PendingRefundMonitor {
    private final PaymentStatements statements;
    private final PaymentProviders paymentProviders;
    private final PaymentMetrics metrics;

    PendingRefundMonitor(PaymentStatements statements, PaymentProviders paymentProviders, PaymentMetrics metrics) {
        this.statements = statements;
        this.paymentProviders = paymentProviders;
        this.metrics = metrics;
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = GaugeSnapshot.REFRESH_INTERVAL,
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void measure() {
        metrics.samplePendingRefunds(paymentProviders.names(), this::agesByProvider);
    }

    private Map<String, Double> agesByProvider() {
        return statements.pendingRefundAges().stream()
                .collect(Collectors.toMap(PaymentStatements.RefundAge::provider, PaymentStatements.RefundAge::seconds));
    }
}
