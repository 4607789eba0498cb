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

/** Metrics of payment providers: {@code fondaco_payment_…}. */
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

    /** How a call ended; the values of the tag {@code result}. */
    enum CallResult {
        /** The provider answered, also with a decline. */
        ANSWERED,
        /** The call failed, or its outcome is unknown. */
        FAILED,
        /** The call exceeded its time limit. */
        TIMED_OUT,
        /** The call was not made: the circuit breaker is open. */
        PREVENTED,
        /** The call was not made: too many calls are in progress. */
        REJECTED;

        private final String label = name().toLowerCase(Locale.ROOT);
    }

    /** Registers the counters and timers of a provider, so that they start at 0. */
    void registerProvider(String provider) {
        mismatchCounter(provider);
        for (String operation : OPERATIONS) {
            for (CallResult callResult : CallResult.values()) {
                callTimer(provider, operation, callResult);
            }
        }
    }

    void recordCall(String provider, String operation, CallResult callResult, Duration time) {
        callTimer(provider, operation, callResult).record(time);
    }

    private Timer callTimer(String provider, String operation, CallResult callResult) {
        return Timer.builder("fondaco.payment.calls")
                .description("Calls to payment providers by operation and result")
                .tags(PROVIDER, provider, "verb", operation, "result", callResult.label)
                .register(registry);
    }

    /** Counts a payment that does not match the records of its provider. Staff must look at each. */
    void recordMismatch(String provider) {
        mismatchCounter(provider).increment();
    }

    private Counter mismatchCounter(String provider) {
        return Counter.builder("fondaco.payment.mismatches")
                .description("Payments whose amount, refunds or reference at the provider do not match our records")
                .tags(PROVIDER, provider)
                .register(registry);
    }

    /**
     * Refreshes the ages of pending refunds.
     *
     * @param offered providers that get a gauge even without pending refunds
     * @param ages age of the oldest pending refund in seconds, by provider
     */
    void samplePendingRefunds(Set<String> offered, Supplier<Map<String, Double>> ages) {
        offered.forEach(this::registerPendingRefundGauge);
        pendingRefundAges.refresh(ages);
        pendingRefundAges.keys().forEach(this::registerPendingRefundGauge);
    }

    private void registerPendingRefundGauge(String provider) {
        if (gaugedProviders.add(provider)) {
            Gauge.builder("fondaco.payment.refunds.pending.age.seconds", () -> pendingRefundAges.value(provider))
                    .description("Age of the oldest refund that its provider has not confirmed")
                    .tags(PROVIDER, provider)
                    .register(registry);
        }
    }

    void recordWebhook(String provider, String result) {
        Counter.builder("fondaco.payment.webhooks")
                .description("Webhooks from payment providers by result")
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
                .description("Circuit breaker of a provider: 0 closed, 1 half open, 2 open (no calls are made)")
                .tags(PROVIDER, provider)
                .strongReference(true)
                .register(registry);
    }
}
