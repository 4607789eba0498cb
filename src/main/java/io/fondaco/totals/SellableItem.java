package io.fondaco.totals;

import io.fondaco.catalog.SellableVariant;
import io.fondaco.pricing.VariantPrices;

/** A variant with its base prices and its prices in price lists. */
public record SellableItem(SellableVariant variant, VariantPrices prices) {
    /** Whether there is a price in the currency, which may not apply now or for every quantity. */
    public boolean hasPriceIn(String currency) {
        return prices.anyIn(currency);
    }
}
