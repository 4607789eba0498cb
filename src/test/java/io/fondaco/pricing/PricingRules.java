package io.fondaco.pricing;

import io.fondaco.platform.money.Money;
import io.fondaco.pricing.PriceLists.PriceListRules;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** The rules of prices for tests of other packages without an application. */
public final class PricingRules {
    private PricingRules() {}

    /** Lists that are valid always and for everyone. @param taxIncluded whether the prices of each list include tax */
    public static PriceLists priceLists(String currency, Map<PriceListId, Boolean> taxIncluded) {
        return new PriceLists(taxIncluded.entrySet().stream()
                .map(list -> new PriceListRules(
                        list.getKey(),
                        "List " + list.getKey(),
                        currency,
                        null,
                        Set.of(),
                        0,
                        null,
                        null,
                        list.getValue(),
                        Instant.EPOCH))
                .toList());
    }

    /** What is added to a total that is rounded to a multiple of so many minor units. */
    public static long roundingFor(Money total, int step) {
        return CurrencyRounding.roundingFor(total, step);
    }
}
