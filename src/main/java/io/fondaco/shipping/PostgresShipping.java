package io.fondaco.shipping;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

@ApplicationScoped
class PostgresShipping implements Shipping {
    private static final Comparator<ShippingQuote> CHEAPEST_FIRST = Comparator.<ShippingQuote>comparingLong(
                    quote -> quote.price().amount())
            .thenComparing(ShippingQuote::code);

    /** A rate that names the country precedes one that does not, whatever their currencies. */
    private static final Comparator<ShippingRate> MOST_SPECIFIC_FIRST =
            Comparator.comparing(ShippingRate::anyCountry).thenComparing(ShippingRate::anyCurrency);

    private static final Set<CacheTag> TAGS = Set.of(new CacheTag("shipping-rates"));
    private static final int MAX_CACHED = 1_000;

    private final ShippingRateRepository rates;
    private final ShippingSettings settings;
    private final ObjectCache<Destination, List<ShippingRate>> cache = new ObjectCache<>(MAX_CACHED);

    /** @param country ISO 3166-1 alpha-2; empty if it is not known */
    private record Destination(String country, String currency) {}

    PostgresShipping(ShippingRateRepository rates, ShippingSettings settings) {
        this.rates = rates;
        this.settings = settings;
    }

    @Override
    public List<ShippingQuote> listQuotes(Optional<String> country, Money subtotal, CachedReads reads) {
        Destination destination = new Destination(country.orElse(""), subtotal.currency());
        return reads.get(cache, destination, this::load).orElse(List.of()).stream()
                .collect(Collectors.toMap(
                        rate -> rate.id.code(), rate -> rate, BinaryOperator.minBy(MOST_SPECIFIC_FIRST)))
                .values()
                .stream()
                .map(rate -> quote(rate, subtotal))
                .sorted(CHEAPEST_FIRST)
                .toList();
    }

    private Loaded<List<ShippingRate>> load(Destination destination) {
        return new Loaded<>(rates.listMatching(destination.country(), destination.currency()), TAGS);
    }

    private ShippingQuote quote(ShippingRate rate, Money subtotal) {
        long amount = settings.free() ? 0 : rate.amountFor(subtotal.amount());
        return new ShippingQuote(rate.id.code(), rate.name, Money.of(amount, subtotal.currency()), rate.needsAddress);
    }
}
