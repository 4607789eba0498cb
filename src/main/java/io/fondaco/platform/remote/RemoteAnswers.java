package io.fondaco.platform.remote;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.fondaco.platform.transactions.CallOutsideTransaction;
import io.fondaco.platform.transactions.OutsideTransaction;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;

/**
 * The answers of one other system. Each is kept in the pod, so that all pages of a checkout show the same; a failure is
 * kept shorter, so that a system that is down delays one request and not all of them. Calls are made outside of any
 * transaction, each in a thread of its own, behind a circuit breaker, with a time limit and a limited number at a time.
 *
 * <p>Only for calls without an effect that can be repeated. Payments are no such calls: it matters whether a failed one
 * was made, so they have a guard of their own.
 *
 * @param <K> what is asked; equal requests get the same answer
 * @param <V> the answer
 */
public final class RemoteAnswers<K, V> implements AutoCloseable {
    /** The maximum time that a request of a shopper waits for an answer. The call is not interrupted. */
    public static final Duration TIME_LIMIT = Duration.ofSeconds(2);

    /** How long an answer applies. */
    public static final Duration KEPT_FOR = Duration.ofMinutes(10);

    /** How long a system that did not answer a request is not asked the same again. */
    public static final Duration FAILURE_KEPT_FOR = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(RemoteAnswers.class);

    private final String system;
    private final Function<K, V> call;
    private final OutsideTransaction outsideTransaction;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final RemoteGuard guard;
    private final Cache<K, Answer<V>> kept;

    /** What is known of a request. */
    public sealed interface Answer<V> {
        record Known<V>(V value) implements Answer<V> {}

        /** The system did not answer, gave a wrong answer, or was not asked. */
        record Unavailable<V>() implements Answer<V> {}
    }

    /**
     * How much is kept.
     *
     * @param weight of a request and its answer, at least 1
     * @param maxWeight of all that are kept together
     */
    public record Capacity<K>(ToIntFunction<K> weight, long maxWeight) {
        /** At most this many answers. */
        public static <K> Capacity<K> ofAnswers(long maxAnswers) {
            return new Capacity<>(_ -> 1, maxAnswers);
        }
    }

    /** The times of {@link #TIME_LIMIT}, {@link #KEPT_FOR} and {@link #FAILURE_KEPT_FOR}. */
    record Times(Duration timeLimit, Duration keptFor, Duration failureKeptFor) {
        static final Times DEFAULT = new Times(TIME_LIMIT, KEPT_FOR, FAILURE_KEPT_FOR);
    }

    /**
     * @param system for logs: {@code "tax provider http"}
     * @param call asks the system and checks its answer. It throws if there is no answer or a wrong one, with a message
     *     that has no personal data. It ends by itself when nobody waits for it any more
     */
    public RemoteAnswers(
            String system, Function<K, V> call, Capacity<K> capacity, OutsideTransaction outsideTransaction) {
        this(system, call, capacity, outsideTransaction, Times.DEFAULT);
    }

    RemoteAnswers(
            String system,
            Function<K, V> call,
            Capacity<K> capacity,
            OutsideTransaction outsideTransaction,
            Times times) {
        this.system = system;
        this.call = call;
        this.outsideTransaction = outsideTransaction;
        this.guard = new RemoteGuard(system, RemoteGuard.Limits.ofTime(times.timeLimit()), executor);
        this.kept = Caffeine.newBuilder()
                .maximumWeight(capacity.maxWeight())
                .weigher((K request, Answer<V> _) -> capacity.weight().applyAsInt(request))
                .expireAfter(Expiry.<K, Answer<V>>writing((_, answer) -> switch (answer) {
                    case Answer.Known<V> _ -> times.keptFor();
                    case Answer.Unavailable<V> _ -> times.failureKeptFor();
                }))
                .build();
    }

    /** Interrupts the calls that are in progress. */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** What is kept of this request; calls nothing. */
    public Optional<Answer<V>> find(K request) {
        return Optional.ofNullable(kept.getIfPresent(request));
    }

    /**
     * The kept answer. If there is none, it is fetched, within {@link #TIME_LIMIT}. In a transaction that will not run
     * again nothing is fetched, and the answer is {@link Answer.Unavailable}.
     *
     * @throws CallOutsideTransaction in a transaction that runs again after the call
     */
    public Answer<V> get(K request) {
        return find(request).orElseGet(() -> {
            Optional<Answer<V>> fetched =
                    outsideTransaction.make(() -> fetch(request).join()) ? find(request) : Optional.empty();
            return fetched.orElseGet(Answer.Unavailable::new);
        });
    }

    /**
     * Asks the system and keeps its answer or its failure. Only outside of transactions.
     *
     * @return completes within {@link #TIME_LIMIT}, when {@link #find} finds the result; never fails
     */
    public CompletableFuture<Void> fetch(K request) {
        AtomicReference<Answer<V>> answer = new AtomicReference<>(new Answer.Unavailable<>());
        return guard.call(Boolean.class, () -> {
                    answer.set(new Answer.Known<>(call.apply(request)));
                    return true;
                })
                .exceptionally(this::logFailure)
                .thenAccept(_ -> kept.put(request, requireNonNull(answer.get())));
    }

    /** While the circuit breaker is open, it has been logged already. */
    private boolean logFailure(Throwable failure) {
        Throwable cause = RemoteGuard.causeOf(failure);
        if (!(cause instanceof CircuitBreakerOpenException)) {
            LOG.warnf("No answer of %s: %s", system, cause);
        }
        return false;
    }
}
