package io.fondaco.payment;

import io.fondaco.payment.PaymentMetrics.CallResult;
import io.fondaco.platform.remote.RemoteGuard;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Guards the calls to one provider. It says of each failed call whether money may have been requested. */
final class ProviderGuard {
    /** Calls of this pod to the provider; one more may wait, and further calls are not made. */
    static final int MAX_CONCURRENT_CALLS = 256;

    private final PaymentProvider provider;
    private final PaymentMetrics metrics;
    private final RemoteGuard guard;
    private final AtomicReference<CircuitBreakerState> breakerState = new AtomicReference<>(CircuitBreakerState.CLOSED);

    ProviderGuard(PaymentProvider provider, PaymentSettings settings, PaymentMetrics metrics, Executor threads) {
        this.provider = provider;
        this.metrics = metrics;
        this.guard = new RemoteGuard(
                "payment provider " + provider.name(),
                new RemoteGuard.Limits(
                        settings.timeout(),
                        MAX_CONCURRENT_CALLS,
                        settings.breaker().failureRatio(),
                        settings.breaker().delay()),
                threads,
                breakerState::set);
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
            T result = guard.call(type, () -> cancellableCall.run(work)).get();
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
}
