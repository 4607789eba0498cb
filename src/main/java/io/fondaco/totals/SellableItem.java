package io.fondaco.totals;

import io.fondaco.catalog.SellableVariant;
import io.fondaco.catalog.VariantPrice;
import java.util.Map;
import java.util.Optional;

/**
 * A variant with its prices.
 *
 * @param prices by currency
 */
public record SellableItem(SellableVariant variant, Map<String, VariantPrice> prices) {
    public SellableItem {
        prices = Map.copyOf(prices);
    }

    public Optional<VariantPrice> price(String currency) {
        return Optional.ofNullable(prices.get(currency));
    }
}
