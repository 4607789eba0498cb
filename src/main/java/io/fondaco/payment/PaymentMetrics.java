package io.fondaco.payment;

import io.fondaco.platform.monitoring.Sampled;
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
    private static final List<String> VERBS =
            List.of("authorise", "query", "abandon", "capture", "refund", "refunds_made");

    private final MeterRegistry registry;
    private final Sampled<String> refundsPending = new Sampled<>();
    private final Set<String> refunding = ConcurrentHashMap.newKeySet();

    PaymentMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** How a call ended, for those who watch. */
    enum Result {
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
    void describe(String provider) {
        mismatches(provider);
        for (String verb : VERBS) {
            for (Result result : Result.values()) {
                calls(provider, verb, result);
            }
        }
    }

    void called(String provider, String verb, Result result, Duration time) {
        calls(provider, verb, result).record(time);
    }

    private Timer calls(String provider, String verb, Result result) {
        return Timer.builder("fondaco.payment.calls")
                .description("Calls of payment providers, by how they ended")
                .tags(PROVIDER, provider, "verb", verb, "result", result.label)
                .register(registry);
    }

    /** The provider has another amount than it was asked for. To be looked at by people. */
    void mismatched(String provider) {
        mismatches(provider).increment();
    }

    private Counter mismatches(String provider) {
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
    void refundsPending(Set<String> offered, Supplier<Map<String, Double>> ages) {
        offered.forEach(this::watchRefunds);
        refundsPending.look(ages);
        refundsPending.keys().forEach(this::watchRefunds);
    }

    private void watchRefunds(String provider) {
        if (refunding.add(provider)) {
            Gauge.builder("fondaco.payment.refunds.pending.age.seconds", () -> refundsPending.of(provider))
                    .description("How long the oldest refund waits that its provider has not confirmed")
                    .tags(PROVIDER, provider)
                    .register(registry);
        }
    }

    void webhook(String provider, String result) {
        Counter.builder("fondaco.payment.webhooks")
                .description("Webhooks of payment providers, by what became of them")
                .tags(PROVIDER, provider, "result", result)
                .register(registry)
                .increment();
    }

    void watch(String provider, AtomicReference<CircuitBreakerState> breaker) {
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
