package io.fondaco.payment;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;

/** Providers in numbers: {@code fondaco_payment_…}. */
@ApplicationScoped
class PaymentMetrics {
    private static final String PROVIDER = "provider";

    private final MeterRegistry registry;

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

    void called(String provider, String verb, Result result, Duration time) {
        Timer.builder("fondaco.payment.calls")
                .description("Calls of payment providers, by how they ended")
                .tags(PROVIDER, provider, "verb", verb, "result", result.label)
                .register(registry)
                .record(time);
    }

    /** The provider has another amount than it was asked for. To be looked at by people. */
    void mismatched(String provider) {
        Counter.builder("fondaco.payment.mismatches")
                .description(
                        "Payments of which the provider has another amount than it was asked for, or that it has twice")
                .tags(PROVIDER, provider)
                .register(registry)
                .increment();
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
