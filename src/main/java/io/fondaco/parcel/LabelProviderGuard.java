package io.fondaco.parcel;

import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import jakarta.enterprise.util.TypeLiteral;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Guards the calls to one provider of labels: a circuit breaker around a time limit around a bulkhead. Each call runs
 * in a thread of its own.
 */
final class LabelProviderGuard {
    private static final Logger LOG = Logger.getLogger(LabelProviderGuard.class);

    /** The circuit breaker evaluates this many of the most recent calls. */
    private static final int BREAKER_WINDOW_CALLS = 20;

    private static final double BREAKER_FAILURE_RATIO = 0.5;
    private static final Duration BREAKER_DELAY = Duration.ofSeconds(5);

    /** Calls of this pod to the provider; further ones are not made, which does not open the circuit breaker. */
    private static final int MAX_CONCURRENT_CALLS = 64;

    /** The minimum. */
    private static final int BULKHEAD_QUEUE_SIZE = 1;

    private final LabelProvider provider;
    private final Duration timeLimit;
    private final TypedGuard<CompletionStage<Object>> guard;

    LabelProviderGuard(LabelProvider provider, Duration timeLimit, Executor threads) {
        this.provider = provider;
        this.timeLimit = timeLimit;
        this.guard = TypedGuard.create(new TypeLiteral<CompletionStage<Object>>() {})
                .withDescription("label provider " + provider.name())
                .withCircuitBreaker()
                .requestVolumeThreshold(BREAKER_WINDOW_CALLS)
                .failureRatio(BREAKER_FAILURE_RATIO)
                .delay(BREAKER_DELAY.toMillis(), ChronoUnit.MILLIS)
                .skipOn(BulkheadException.class)
                .onStateChange(this::onStateChange)
                .done()
                .withTimeout()
                .duration(timeLimit.toMillis(), ChronoUnit.MILLIS)
                .done()
                .withBulkhead()
                .limit(MAX_CONCURRENT_CALLS)
                .queueSize(BULKHEAD_QUEUE_SIZE)
                .done()
                .withThreadOffload(true)
                .withThreadOffloadExecutor(threads)
                .build();
    }

    private void onStateChange(CircuitBreakerState state) {
        LOG.warnf("The circuit breaker of label provider %s is %s", provider.name(), state);
    }

    LabelProvider provider() {
        return provider;
    }

    /** Starts a call. The result fails with {@link NoAnswer} if the outcome is unknown or the call was not made. */
    <T> CompletableFuture<T> call(Class<T> type, Supplier<T> work) {
        return started(() -> CompletableFuture.completedFuture(work.get()))
                .thenApply(type::cast)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(toNoAnswer(failure)))
                .toCompletableFuture();
    }

    private CompletionStage<Object> started(Supplier<CompletionStage<Object>> work) {
        try {
            return guard.call(work::get);
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private NoAnswer toNoAnswer(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case NoAnswer noAnswer -> noAnswer;
            case TimeoutException _ ->
                new NoAnswer("The provider did not answer within %d ms.".formatted(timeLimit.toMillis()));
            case CircuitBreakerOpenException _ ->
                new NoAnswer("The provider was not asked, because many of its last calls failed.");
            case BulkheadException _ -> new NoAnswer("The provider was not asked: it has too many calls at a time.");
            default -> {
                LOG.warnf("Label provider %s failed: %s", provider.name(), cause);
                yield new NoAnswer("The provider did not answer.");
            }
        };
    }
}
