package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.remote.RemoteAnswers;
import io.fondaco.platform.remote.RemoteAnswers.Answer;
import io.fondaco.platform.transactions.OutsideTransaction;
import io.fondaco.shipping.QuoteCalculator.RateLookup;
import io.fondaco.shipping.QuoteCalculator.RateResult;
import io.fondaco.shipping.ShippingProvider.LiveRate;
import io.fondaco.shipping.ShippingProvider.RateRequest;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Live rates of providers. Each rate is kept in the pod, so that the pages of a checkout show the same price. Rates
 * that are missing are requested at the same time, outside of any transaction ({@link RemoteAnswers}).
 */
@ApplicationScoped
class LiveRates {
    /** The live rates that one request of a shopper may fetch; for further ones the methods' own rates apply. */
    static final int MAX_FETCHED = 20;

    /** The longest transit time that a provider may answer. */
    static final int MAX_TRANSIT_DAYS = 365;

    /** The rates of each provider that are kept. */
    private static final int MAX_KEPT = 20_000;

    private final Map<String, RemoteAnswers<RateRequest, Optional<LiveRate>>> providers;
    private final OutsideTransaction outsideTransaction;

    private record ProviderRequest(String provider, RateRequest request) {}

    LiveRates(Instance<ShippingProvider> providers, OutsideTransaction outsideTransaction) {
        this.outsideTransaction = outsideTransaction;
        this.providers = providers.stream()
                .collect(Collectors.toMap(ShippingProvider::name, provider -> answersOf(provider, outsideTransaction)));
    }

    private static RemoteAnswers<RateRequest, Optional<LiveRate>> answersOf(
            ShippingProvider provider, OutsideTransaction outsideTransaction) {
        return new RemoteAnswers<>(
                "shipping provider " + provider.name(),
                request -> verified(provider.fetchRate(request), request),
                RemoteAnswers.Capacity.ofAnswers(MAX_KEPT),
                outsideTransaction);
    }

    @PreDestroy
    void stop() {
        providers.values().forEach(RemoteAnswers::close);
    }

    Set<String> providerNames() {
        return providers.keySet();
    }

    Lookup lookup() {
        return new Lookup();
    }

    /** The lookups of one calculation. Not for concurrent use. */
    final class Lookup implements RateLookup {
        private final Set<ProviderRequest> missing = new LinkedHashSet<>();

        @Override
        public RateResult find(String provider, RateRequest request) {
            RemoteAnswers<RateRequest, Optional<LiveRate>> answers = providers.get(provider);
            if (answers == null) {
                return new RateResult.Unavailable();
            }
            return answers.find(request).map(LiveRates::toResult).orElseGet(() -> {
                if (missing.size() < MAX_FETCHED) {
                    missing.add(new ProviderRequest(provider, request));
                }
                return new RateResult.Unavailable();
            });
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
            return outsideTransaction.make(() -> fetchAll(requests));
        }
    }

    private void fetchAll(List<ProviderRequest> requests) {
        CompletableFuture.allOf(requests.stream()
                        .map(request -> Objects.requireNonNull(providers.get(request.provider()))
                                .fetch(request.request()))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private static RateResult toResult(Answer<Optional<LiveRate>> answer) {
        return switch (answer) {
            case Answer.Known<Optional<LiveRate>>(Optional<LiveRate> rate) ->
                rate.<RateResult>map(RateResult.Found::new).orElseGet(RateResult.NotOffered::new);
            case Answer.Unavailable<Optional<LiveRate>> _ -> new RateResult.Unavailable();
        };
    }

    /** @throws IllegalStateException if the answer is not a rate for the request */
    private static Optional<LiveRate> verified(Optional<LiveRate> answer, RateRequest request) {
        answer.filter(rate -> !isValid(rate, request)).ifPresent(rate -> {
            throw new IllegalStateException("The answer is not a rate for the request: " + rate);
        });
        return answer;
    }

    private static boolean isValid(LiveRate rate, RateRequest request) {
        Money price = rate.price();
        boolean validPrice = price.currency().equals(request.currency())
                && price.amount() >= 0
                && price.amount() <= Money.MAX_AMOUNT;
        boolean validTransit = rate.transit()
                .map(days -> days.min() >= 0 && days.min() <= days.max() && days.max() <= MAX_TRANSIT_DAYS)
                .orElse(true);
        return validPrice && validTransit;
    }
}
