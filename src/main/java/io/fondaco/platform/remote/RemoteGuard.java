package io.fondaco.platform.remote;

import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import jakarta.enterprise.util.TypeLiteral;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.jboss.logging.Logger;

/**
 * Guards the calls of this pod to one other system: a circuit breaker around a time limit around a bulkhead. Each call
 * runs in a thread of its own, so that a call that hangs blocks no other.
 */
public final class RemoteGuard {
    /** The circuit breaker evaluates this many of the most recent calls. */
    public static final int BREAKER_WINDOW_CALLS = 20;

    /**
     * Calls that wait for a free place, within their time limit. The minimum: the bulkhead needs a queue of at least
     * one.
     */
    private static final int BULKHEAD_QUEUE_SIZE = 1;

    private static final Logger LOG = Logger.getLogger(RemoteGuard.class);

    private final TypedGuard<CompletionStage<Object>> guard;

    /**
     * @param timeLimit after which a call is no longer waited for; it is not interrupted
     * @param maxConcurrentCalls further calls are not made, which does not open the circuit breaker
     * @param failureRatio share of the last calls that must fail to open the circuit breaker
     * @param breakerDelay how long the circuit breaker stays open before one trial call is made
     */
    public record Limits(Duration timeLimit, int maxConcurrentCalls, double failureRatio, Duration breakerDelay) {
        private static final int MAX_CONCURRENT_CALLS = 64;
        private static final double FAILURE_RATIO = 0.5;
        private static final Duration BREAKER_DELAY = Duration.ofSeconds(5);

        /** The limits of a system with nothing special but its time limit. */
        public static Limits ofTime(Duration timeLimit) {
            return new Limits(timeLimit, MAX_CONCURRENT_CALLS, FAILURE_RATIO, BREAKER_DELAY);
        }
    }

    /**
     * @param system for logs: {@code "payment provider stripe"}
     * @param threads runs each call
     */
    public RemoteGuard(String system, Limits limits, Executor threads) {
        this(system, limits, threads, _ -> {});
    }

    /** @param onStateChange receives each new state of the circuit breaker, which is also logged */
    public RemoteGuard(String system, Limits limits, Executor threads, Consumer<CircuitBreakerState> onStateChange) {
        this.guard = TypedGuard.create(new TypeLiteral<CompletionStage<Object>>() {})
                .withDescription(system)
                .withCircuitBreaker()
                .requestVolumeThreshold(BREAKER_WINDOW_CALLS)
                .failureRatio(limits.failureRatio())
                .delay(limits.breakerDelay().toMillis(), ChronoUnit.MILLIS)
                .skipOn(BulkheadException.class)
                .onStateChange(state -> {
                    onStateChange.accept(state);
                    LOG.warnf("The circuit breaker of %s is %s", system, state);
                })
                .done()
                .withTimeout()
                .duration(limits.timeLimit().toMillis(), ChronoUnit.MILLIS)
                .done()
                .withBulkhead()
                .limit(limits.maxConcurrentCalls())
                .queueSize(BULKHEAD_QUEUE_SIZE)
                .done()
                .withThreadOffload(true)
                .withThreadOffloadExecutor(threads)
                .build();
    }

    /**
     * Starts a call.
     *
     * @return fails with what the call threw, or with the exception of Fault Tolerance that says why it was not made or
     *     is not waited for; {@link #causeOf} finds it
     */
    public <T> CompletableFuture<T> call(Class<T> type, Callable<T> work) {
        try {
            return guard.call(() -> CompletableFuture.completedFuture(work.call()))
                    .thenApply(type::cast)
                    .toCompletableFuture();
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Why a call failed. */
    public static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
