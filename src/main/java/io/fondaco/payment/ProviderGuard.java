package io.fondaco.payment;

import io.fondaco.payment.PaymentMetrics.Result;
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
 * Stands between us and one provider: a circuit breaker around a time limit around a bulkhead. Each call runs in a virtual
 * thread of its own, so that one that hangs holds up nobody.
 */
final class ProviderGuard {
    private static final Logger LOG = Logger.getLogger(ProviderGuard.class);
    /** Calls that wait for their turn, within their time limit: none to speak of, and the bulkhead wants one. */
    private static final int QUEUE = 1;

    private final PaymentProvider provider;
    private final PaymentMetrics metrics;
    private final TypedGuard<CompletionStage<Object>> guard;
    private final AtomicReference<CircuitBreakerState> breaker = new AtomicReference<>(CircuitBreakerState.CLOSED);

    ProviderGuard(PaymentProvider provider, PaymentSettings settings, PaymentMetrics metrics, Executor threads) {
        this.provider = provider;
        this.metrics = metrics;
        this.guard = TypedGuard.create(new TypeLiteral<CompletionStage<Object>>() {})
                .withDescription("payment provider " + provider.name())
                .withCircuitBreaker()
                .requestVolumeThreshold(settings.breaker().calls())
                .failureRatio(settings.breaker().failures())
                .delay(settings.breaker().delay().toMillis(), ChronoUnit.MILLIS)
                .skipOn(BulkheadException.class)
                .onStateChange(this::moved)
                .done()
                .withTimeout()
                .duration(settings.timeout().toMillis(), ChronoUnit.MILLIS)
                .done()
                .withBulkhead()
                .limit(settings.callsPerProvider())
                .queueSize(QUEUE)
                .done()
                .withThreadOffload(true)
                .withThreadOffloadExecutor(threads)
                .build();
        metrics.watch(provider.name(), breaker);
    }

    PaymentProvider provider() {
        return provider;
    }

    /**
     * Makes a call.
     *
     * @throws PaymentProvider.NotAsked if it was not made, or says so itself
     * @throws PaymentProvider.NoAnswer if it failed or did not end in time: it may have taken effect, or yet take it
     */
    <T> T call(String verb, Class<T> type, Callable<T> work) {
        long start = System.nanoTime();
        Attempt attempt = new Attempt();
        Result result = Result.FAILED;
        try {
            T answer = type.cast(guard.call(() -> CompletableFuture.completedFuture(attempt.make(work)))
                    .toCompletableFuture()
                    .get());
            result = Result.ANSWERED;
            return answer;
        } catch (ExecutionException e) {
            attempt.giveUp();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            result = result(cause);
            throw failure(cause);
        } catch (InterruptedException _) {
            attempt.giveUp();
            Thread.currentThread().interrupt();
            throw new PaymentProvider.NoAnswer("Interrupted");
        } catch (Exception e) {
            result = result(e);
            throw failure(e);
        } finally {
            metrics.called(provider.name(), verb, result, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /**
     * The thread of one call. The time limit ends our waiting, not the call: whoever gives it up interrupts it, so that it does
     * not go on to ask for money that nobody waits for.
     */
    private static final class Attempt {
        private final AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
        private final AtomicBoolean givenUp = new AtomicBoolean();

        <T> T make(Callable<T> work) throws Exception {
            worker.set(Thread.currentThread());
            if (givenUp.get()) {
                throw new PaymentProvider.NoAnswer("Out of time before it began");
            }
            return work.call();
        }

        void giveUp() {
            givenUp.set(true);
            Thread thread = worker.get();
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    private static Result result(Throwable thrown) {
        return switch (thrown) {
            case CircuitBreakerOpenException _ -> Result.PREVENTED;
            case BulkheadException _ -> Result.REJECTED;
            case TimeoutException _ -> Result.TIMED_OUT;
            default -> Result.FAILED;
        };
    }

    private RuntimeException failure(Throwable thrown) {
        return switch (thrown) {
            case CircuitBreakerOpenException _ ->
                new PaymentProvider.NotAsked(provider.name() + " has failed too often to be asked now");
            case BulkheadException _ -> new PaymentProvider.NotAsked(provider.name() + " has too many calls under way");
            case TimeoutException _ -> new PaymentProvider.NoAnswer(provider.name() + " did not answer in time");
            case PaymentProvider.NotAsked notAsked -> notAsked;
            case PaymentProvider.NoAnswer noAnswer -> noAnswer;
            default -> new PaymentProvider.NoAnswer(provider.name() + " failed: " + thrown);
        };
    }

    private void moved(CircuitBreakerState state) {
        breaker.set(state);
        LOG.warnf("The circuit breaker of payment provider %s is %s", provider.name(), state);
    }
}
