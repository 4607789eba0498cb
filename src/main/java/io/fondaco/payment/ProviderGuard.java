package io.fondaco.payment;

import io.fondaco.payment.PaymentMetrics.CallResult;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import jakarta.enterprise.util.TypeLiteral;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Guards the calls to one provider: a circuit breaker around a time limit around a bulkhead. Each call runs in its own
 * virtual thread, so that a call that hangs blocks no other.
 */
final class ProviderGuard {
    private static final Logger LOG = Logger.getLogger(ProviderGuard.class);

    /** The circuit breaker evaluates this many of the most recent calls. */
    static final int BREAKER_WINDOW_CALLS = 20;

    /** Calls of this pod to the provider; one more may wait, and further calls are not made. */
    static final int MAX_CONCURRENT_CALLS = 256;

    /**
     * Calls that wait for a free place, within their time limit. The minimum: the bulkhead needs a queue of at least
     * one.
     */
    private static final int BULKHEAD_QUEUE_SIZE = 1;

    private final PaymentProvider provider;
    private final PaymentMetrics metrics;
    private final TypedGuard<CompletionStage<Object>> guard;
    private final AtomicReference<CircuitBreakerState> breakerState = new AtomicReference<>(CircuitBreakerState.CLOSED);

    ProviderGuard(PaymentProvider provider, PaymentSettings settings, PaymentMetrics metrics, Executor threads) {
        this.provider = provider;
        this.metrics = metrics;
        this.guard = TypedGuard.create(new TypeLiteral<CompletionStage<Object>>() {})
                .withDescription("payment provider " + provider.name())
                .withCircuitBreaker()
                .requestVolumeThreshold(BREAKER_WINDOW_CALLS)
                .failureRatio(settings.breaker().failureRatio())
                .delay(settings.breaker().delay().toMillis(), ChronoUnit.MILLIS)
                .skipOn(BulkheadException.class)
                .onStateChange(this::onStateChange)
                .done()
                .withTimeout()
                .duration(settings.timeout().toMillis(), ChronoUnit.MILLIS)
                .done()
                .withBulkhead()
                .limit(MAX_CONCURRENT_CALLS)
                .queueSize(BULKHEAD_QUEUE_SIZE)
                .done()
                .withThreadOffload(true)
                .withThreadOffloadExecutor(threads)
                .build();
        metrics.registerBreakerGauge(provider.name(), breakerState);
    }

    PaymentProvider provider() {
        return provider;
    }

    /**
     * Makes a call.
     *
     * @throws PaymentProvider.ProviderUnavailable if the call was not made, or threw this itself
     * @throws PaymentProvider.OutcomeUnknown if the call failed or did not end in time: it may have taken effect, or
     *     may still do so
     */
    <T> T call(String operation, Class<T> type, Callable<T> work) {
        long start = System.nanoTime();
        CancellableCall cancellableCall = new CancellableCall();
        CallResult callResult = CallResult.FAILED;
        try {
            T result = type.cast(guard.call(() -> CompletableFuture.completedFuture(cancellableCall.run(work)))
                    .toCompletableFuture()
                    .get());
            callResult = CallResult.ANSWERED;
            return result;
        } catch (ExecutionException e) {
            cancellableCall.cancel();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            callResult = classify(cause);
            throw toProviderFailure(cause);
        } catch (InterruptedException _) {
            cancellableCall.cancel();
            Thread.currentThread().interrupt();
            throw new PaymentProvider.OutcomeUnknown("Interrupted");
        } catch (Exception e) {
            callResult = classify(e);
            throw toProviderFailure(e);
        } finally {
            metrics.recordCall(provider.name(), operation, callResult, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /**
     * The thread of one call. The time limit ends the wait but not the call: {@link #cancel} interrupts it, so that it
     * does not go on to request money for which no caller waits.
     */
    private static final class CancellableCall {
        private final AtomicReference<@Nullable Thread> workerThread = new AtomicReference<>();
        private final AtomicBoolean cancelled = new AtomicBoolean();

        <T> T run(Callable<T> work) throws Exception {
            workerThread.set(Thread.currentThread());
            if (cancelled.get()) {
                throw new PaymentProvider.OutcomeUnknown("Cancelled before it started");
            }
            return work.call();
        }

        void cancel() {
            cancelled.set(true);
            Thread thread = workerThread.get();
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    private static CallResult classify(Throwable thrown) {
        return switch (thrown) {
            case CircuitBreakerOpenException _ -> CallResult.PREVENTED;
            case BulkheadException _ -> CallResult.REJECTED;
            case TimeoutException _ -> CallResult.TIMED_OUT;
            default -> CallResult.FAILED;
        };
    }

    private RuntimeException toProviderFailure(Throwable thrown) {
        return switch (thrown) {
            case CircuitBreakerOpenException _ ->
                new PaymentProvider.ProviderUnavailable("The circuit breaker of " + provider.name() + " is open");
            case BulkheadException _ ->
                new PaymentProvider.ProviderUnavailable(provider.name() + " has too many concurrent calls");
            case TimeoutException _ -> new PaymentProvider.OutcomeUnknown(provider.name() + " did not answer in time");
            case PaymentProvider.ProviderUnavailable providerUnavailable -> providerUnavailable;
            case PaymentProvider.OutcomeUnknown outcomeUnknown -> outcomeUnknown;
            default -> new PaymentProvider.OutcomeUnknown(provider.name() + " failed: " + thrown);
        };
    }

    private void onStateChange(CircuitBreakerState state) {
        breakerState.set(state);
        LOG.warnf("The circuit breaker of payment provider %s is %s", provider.name(), state);
    }
}
