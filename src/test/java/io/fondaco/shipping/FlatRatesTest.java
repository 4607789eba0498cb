package io.fondaco.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.ObjectCaches;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.shipping.ShippingRequest.ShippableLine;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The zones and methods of a new shop have the prices of the flat rates per country that preceded them. */
@QuarkusTest
class FlatRatesTest {
    private static final String ANY = "*";
    private static final List<FlatRate> FLAT_RATES = List.of(
            new FlatRate("pickup", ANY, ANY, 0, Long.MAX_VALUE, false),
            new FlatRate("standard", "GB", "GBP", 395, 5_000, true),
            new FlatRate("standard", ANY, "GBP", 1_295, Long.MAX_VALUE, true),
            new FlatRate("standard", "DE", "EUR", 495, 5_000, true),
            new FlatRate("standard", ANY, "EUR", 1_290, Long.MAX_VALUE, true),
            new FlatRate("standard", "US", "USD", 595, 5_000, true),
            new FlatRate("standard", ANY, "USD", 1_495, Long.MAX_VALUE, true));

    private record FlatRate(
            String code, String country, String currency, long amount, long freeFrom, boolean needsAddress) {
        boolean matches(String destination, String cartCurrency) {
            return (country.equals(ANY) || country.equals(destination))
                    && (currency.equals(ANY) || currency.equals(cartCurrency))
                    && (!needsAddress || !destination.isEmpty());
        }
    }

    @Inject
    Shipping shipping;

    @Inject
    ObjectCaches caches;

    @Test
    void quotesEqualThoseOfTheFlatRates() {
        List<String> countries = List.of("", "GB", "DE", "US", "FR", "JP", "IE");
        Map<String, List<String>> expected = new HashMap<>();
        Map<String, List<String>> actual = new HashMap<>();
        for (String country : countries) {
            for (String currency : List.of("GBP", "EUR", "USD", "JPY")) {
                for (long subtotal : new long[] {0, 1, 4_999, 5_000, 5_001, 1_000_000}) {
                    String key = "%s %s %d".formatted(country, currency, subtotal);
                    expected.put(key, flatQuotes(country, currency, subtotal));
                    actual.put(key, quotes(country, currency, subtotal));
                }
            }
        }
        assertThat(expected).hasSize(168);
        assertThat(actual).isEqualTo(expected);
    }

    private static List<String> flatQuotes(String country, String currency, long subtotal) {
        Map<String, FlatRate> chosen = new HashMap<>();
        FLAT_RATES.stream()
                .filter(rate -> rate.matches(country, currency))
                .sorted(Comparator.comparing((FlatRate rate) -> rate.country().equals(ANY))
                        .thenComparing(rate -> rate.currency().equals(ANY)))
                .forEach(rate -> chosen.putIfAbsent(rate.code(), rate));
        List<ShippingQuote> quotes = new ArrayList<>();
        chosen.values()
                .forEach(rate -> quotes.add(new ShippingQuote(
                        rate.code(),
                        rate.code(),
                        Money.of(subtotal >= rate.freeFrom() ? 0 : rate.amount(), currency),
                        rate.needsAddress(),
                        Optional.empty(),
                        Optional.empty())));
        return format(quotes.stream()
                .sorted(Comparator.comparingLong(
                                (ShippingQuote quote) -> quote.price().amount())
                        .thenComparing(ShippingQuote::code))
                .toList());
    }

    private List<String> quotes(String country, String currency, long subtotal) {
        Money total = Money.of(subtotal, currency);
        ShippingRequest request = new ShippingRequest(
                country.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new PostalAddress("Ada", "1 Street", null, "City", null, "1", country, null)),
                total,
                List.of(new ShippableLine("default", 0, 1, total)),
                Instant.EPOCH);
        return format(shipping.listQuotes(request, caches.uncached()));
    }

    private static List<String> format(List<ShippingQuote> quotes) {
        return quotes.stream()
                .map(quote -> "%s %s %s".formatted(quote.code(), quote.price(), quote.needsAddress()))
                .toList();
    }
}
