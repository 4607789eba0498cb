package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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

    private final ShippingRateRepository rates;
    private final ShippingSettings settings;

    PostgresShipping(ShippingRateRepository rates, ShippingSettings settings) {
        this.rates = rates;
        this.settings = settings;
    }

    @Override
    public List<ShippingQuote> listQuotes(Optional<String> country, Money subtotal) {
        return rates.listMatching(country.orElse(""), subtotal.currency()).stream()
                .collect(Collectors.toMap(
                        rate -> rate.id.code(), rate -> rate, BinaryOperator.minBy(MOST_SPECIFIC_FIRST)))
                .values()
                .stream()
                .map(rate -> quote(rate, subtotal))
                .sorted(CHEAPEST_FIRST)
                .toList();
    }

    private ShippingQuote quote(ShippingRate rate, Money subtotal) {
        long amount = settings.free() ? 0 : rate.amountFor(subtotal.amount());
        return new ShippingQuote(rate.id.code(), rate.name, Money.of(amount, subtotal.currency()), rate.needsAddress);
    }
}
