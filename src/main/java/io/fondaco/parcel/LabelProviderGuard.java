package io.fondaco.parcel;

import io.fondaco.platform.remote.RemoteGuard;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.jboss.logging.Logger;

/** Guards the calls to one provider of labels, and says in words why one has no answer. */
final class LabelProviderGuard {
    private static final Logger LOG = Logger.getLogger(LabelProviderGuard.class);

    private final LabelProvider provider;
    private final Duration timeLimit;
    private final RemoteGuard guard;

    LabelProviderGuard(LabelProvider provider, Duration timeLimit, Executor threads) {
        this.provider = provider;
        this.timeLimit = timeLimit;
        this.guard =
                new RemoteGuard("label provider " + provider.name(), RemoteGuard.Limits.ofTime(timeLimit), threads);
    }

    LabelProvider provider() {
        return provider;
    }

    /** Starts a call. The result fails with {@link NoAnswer} if the outcome is unknown or the call was not made. */
    <T> CompletableFuture<T> call(Class<T> type, Supplier<T> work) {
        return guard.call(type, work::get)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(toNoAnswer(failure)));
    }

    private NoAnswer toNoAnswer(Throwable failure) {
        Throwable cause = RemoteGuard.causeOf(failure);
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
