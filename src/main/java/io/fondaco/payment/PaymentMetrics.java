package io.fondaco.payment;

import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Providers in numbers: {@code fondaco_payment_…}. */
@ApplicationScoped
class PaymentMetrics {
    private static final String PROVIDER = "provider";
    private static final List<String> OPERATIONS =
            List.of("authorise", "query", "abandon", "capture", "refund", "refunds_made");

    private final MeterRegistry registry;
    private final GaugeSnapshot<String> pendingRefundAges = new GaugeSnapshot<>();
    private final Set<String> gaugedProviders = ConcurrentHashMap.newKeySet();

    PaymentMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** How a call ended, for those who watch. */
    enum CallResult {
        /** The provider said something, if only no. */
        ANSWERED,
        /** It failed, or did not say what happened. */
        FAILED,
        /** It took longer than it may. */
        TIMED_OUT,
        /** It was not made: the breaker is open. */
        PREVENTED,
        /** It was not made: too many are under way. */
        REJECTED;

        private final String label = name().toLowerCase(Locale.ROOT);
    }

    /** What is counted of a provider is there from the start, at 0. */
    void registerProvider(String provider) {
        mismatchCounter(provider);
        for (String verb : OPERATIONS) {
            for (CallResult callResult : CallResult.values()) {
                callTimer(provider, verb, callResult);
            }
        }
    }

    void recordCall(String provider, String verb, CallResult callResult, Duration time) {
        callTimer(provider, verb, callResult).record(time);
    }

    private Timer callTimer(String provider, String verb, CallResult callResult) {
        return Timer.builder("fondaco.payment.calls")
                .description("Calls of payment providers, by how they ended")
                .tags(PROVIDER, provider, "verb", verb, "result", callResult.label)
                .register(registry);
    }

    /** The provider has another amount than it was asked for. To be looked at by people. */
    void recordMismatch(String provider) {
        mismatchCounter(provider).increment();
    }

    private Counter mismatchCounter(String provider) {
        return Counter.builder("fondaco.payment.mismatches")
                .description(
                        "Payments of which the provider has another amount than it was asked for, or that it has twice")
                .tags(PROVIDER, provider)
                .register(registry);
    }

    /**
     * Looks how long refunds wait.
     *
     * @param offered providers of which something is told even if none does
     * @param ages of the oldest in seconds, by provider
     */
    void samplePendingRefunds(Set<String> offered, Supplier<Map<String, Double>> ages) {
        offered.forEach(this::registerPendingRefundGauge);
        pendingRefundAges.refresh(ages);
        pendingRefundAges.keys().forEach(this::registerPendingRefundGauge);
    }

    private void registerPendingRefundGauge(String provider) {
        if (gaugedProviders.add(provider)) {
            Gauge.builder("fondaco.payment.refunds.pending.age.seconds", () -> pendingRefundAges.value(provider))
                    .description("How long the oldest refund waits that its provider has not confirmed")
                    .tags(PROVIDER, provider)
                    .register(registry);
        }
    }

    void recordWebhook(String provider, String result) {
        Counter.builder("fondaco.payment.webhooks")
                .description("Webhooks of payment providers, by what became of them")
                .tags(PROVIDER, provider, "result", result)
                .register(registry)
                .increment();
    }

    void registerBreakerGauge(String provider, AtomicReference<CircuitBreakerState> breaker) {
        Gauge.builder("fondaco.payment.breaker", breaker, state -> switch (state.get()) {
                    case CLOSED -> 0;
                    case HALF_OPEN -> 1;
                    case OPEN -> 2;
                })
                .description("Whether a provider is asked: 0 closed, it is; 1 half open, on trial; 2 open, it is not")
                .tags(PROVIDER, provider)
                .strongReference(true)
                .register(registry);
    }
}
