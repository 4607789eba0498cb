package io.fondaco.shipping;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.fondaco.platform.database.PositionedReads;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.transactions.CallOutsideTransaction;
import io.fondaco.shipping.QuoteCalculator.RateLookup;
import io.fondaco.shipping.QuoteCalculator.RateResult;
import io.fondaco.shipping.ShippingProvider.LiveRate;
import io.fondaco.shipping.ShippingProvider.RateRequest;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.util.TypeLiteral;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;

/**
 * Live rates of providers. Each rate is kept in the pod, so that the pages of a checkout show the same price; a failure
 * is kept shorter, so that a provider that is down delays one request and not all of them. Rates that are missing are
 * requested at the same time, without a connection to the database.
 */
@ApplicationScoped
class LiveRates {
    /** The maximum time that a request of a shopper waits for its live rates. */
    static final Duration TIME_LIMIT = Duration.ofSeconds(2);

    /** How long a rate applies. */
    static final Duration KEPT_FOR = Duration.ofMinutes(10);

    /** How long a provider that did not answer is not asked for the same parcel again. */
    static final Duration FAILURE_KEPT_FOR = Duration.ofSeconds(10);

    /** The live rates that one request of a shopper may fetch; for further ones the methods' own rates apply. */
    static final int MAX_FETCHED = 20;

    /** The longest transit time that a provider may answer. */
    static final int MAX_TRANSIT_DAYS = 365;

    private static final int MAX_KEPT = 20_000;

    /** The circuit breaker of a provider evaluates this many of the most recent calls. */
    private static final int BREAKER_WINDOW_CALLS = 20;

    private static final double BREAKER_FAILURE_RATIO = 0.5;
    private static final Duration BREAKER_DELAY = Duration.ofSeconds(5);

    /** Calls of this pod to one provider; further ones fail, which does not open the circuit breaker. */
    private static final int MAX_CONCURRENT_CALLS = 64;

    /** The minimum. */
    private static final int BULKHEAD_QUEUE_SIZE = 1;

    private static final Logger LOG = Logger.getLogger(LiveRates.class);

    private final Map<String, Guarded> providers;
    private final TransactionSynchronizationRegistry transactions;
    private final PositionedReads reads;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Cache<ProviderRequest, RateResult> kept = Caffeine.newBuilder()
            .maximumSize(MAX_KEPT)
            .expireAfter(Expiry.<ProviderRequest, RateResult>writing(
                    (_, result) -> result instanceof RateResult.Unavailable ? FAILURE_KEPT_FOR : KEPT_FOR))
            .build();

    private record ProviderRequest(String provider, RateRequest request) {}

    private record Guarded(ShippingProvider provider, TypedGuard<CompletionStage<Optional<LiveRate>>> guard) {}

    LiveRates(
            Instance<ShippingProvider> providers,
            TransactionSynchronizationRegistry transactions,
            PositionedReads reads) {
        this.transactions = transactions;
        this.reads = reads;
        this.providers = providers.stream()
                .collect(Collectors.toMap(
                        ShippingProvider::name, provider -> new Guarded(provider, guard(provider.name()))));
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }

    Set<String> providerNames() {
        return providers.keySet();
    }

    Lookup lookup() {
        return new Lookup();
    }

    private TypedGuard<CompletionStage<Optional<LiveRate>>> guard(String provider) {
        return TypedGuard.create(new TypeLiteral<CompletionStage<Optional<LiveRate>>>() {})
                .withDescription("shipping provider " + provider)
                .withCircuitBreaker()
                .requestVolumeThreshold(BREAKER_WINDOW_CALLS)
                .failureRatio(BREAKER_FAILURE_RATIO)
                .delay(BREAKER_DELAY.toMillis(), ChronoUnit.MILLIS)
                .skipOn(BulkheadException.class)
                .onStateChange(state -> onStateChange(provider, state))
                .done()
                .withTimeout()
                .duration(TIME_LIMIT.toMillis(), ChronoUnit.MILLIS)
                .done()
                .withBulkhead()
                .limit(MAX_CONCURRENT_CALLS)
                .queueSize(BULKHEAD_QUEUE_SIZE)
                .done()
                .withThreadOffload(true)
                .withThreadOffloadExecutor(executor)
                .build();
    }

    private static void onStateChange(String provider, CircuitBreakerState state) {
        LOG.warnf("The circuit breaker of shipping provider %s is %s", provider, state);
    }

    /** The lookups of one calculation. Not for concurrent use. */
    final class Lookup implements RateLookup {
        private final Set<ProviderRequest> missing = new LinkedHashSet<>();

        @Override
        public RateResult find(String provider, RateRequest request) {
            ProviderRequest key = new ProviderRequest(provider, request);
            RateResult result = kept.getIfPresent(key);
            if (result != null) {
                return result;
            }
            if (missing.size() < MAX_FETCHED && providers.containsKey(provider)) {
                missing.add(key);
            }
            return new RateResult.Unavailable();
        }

        /**
         * Fetches the rates that were not found, as {@link Shipping#listQuotes} says. Then the calculation must be
         * repeated.
         *
         * @return false if nothing was fetched
         */
        boolean fetchMissing() {
            if (missing.isEmpty()) {
                return false;
            }
            List<ProviderRequest> requests = List.copyOf(missing);
            if (transactions.getTransactionKey() != null) {
                if (CallOutsideTransaction.isSupported()) {
                    throw new CallOutsideTransaction(() -> fetchAll(requests));
                }
                return false;
            }
            reads.releaseConnection();
            fetchAll(requests);
            return true;
        }
    }

    private void fetchAll(List<ProviderRequest> requests) {
        CompletableFuture.allOf(requests.stream().map(this::fetch).toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private CompletableFuture<Void> fetch(ProviderRequest key) {
        return call(Objects.requireNonNull(providers.get(key.provider())), key.request())
                .<RateResult>thenApply(rate -> rate.<RateResult>map(found -> verified(found, key.request()))
                        .orElseGet(RateResult.NotOffered::new))
                .exceptionally(failure -> unavailable(key.provider(), failure))
                .thenAccept(result -> kept.put(key, result))
                .toCompletableFuture();
    }

    private static CompletionStage<Optional<LiveRate>> call(Guarded guarded, RateRequest request) {
        try {
            return guarded.guard()
                    .call(() ->
                            CompletableFuture.completedFuture(guarded.provider().fetchRate(request)));
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static RateResult verified(LiveRate rate, RateRequest request) {
        Money price = rate.price();
        boolean validPrice = price.currency().equals(request.currency())
                && price.amount() >= 0
                && price.amount() <= Money.MAX_AMOUNT;
        boolean validTransit = rate.transit()
                .map(days -> days.min() >= 0 && days.min() <= days.max() && days.max() <= MAX_TRANSIT_DAYS)
                .orElse(true);
        if (!validPrice || !validTransit) {
            throw new IllegalStateException("The answer is not a rate for the request: " + rate);
        }
        return new RateResult.Found(rate);
    }

    /** While the circuit breaker is open, it has been logged already. */
    private static RateResult unavailable(String provider, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof CircuitBreakerOpenException)) {
            LOG.warnf("Shipping provider %s has no live rate: %s", provider, cause);
        }
        return new RateResult.Unavailable();
    }
}
