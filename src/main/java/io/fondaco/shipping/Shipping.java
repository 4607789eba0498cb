package io.fondaco.shipping;

import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Optional;

/** Shipping, for other modules. */
public interface Shipping {
    /**
     * The available shipping methods, cheapest first. One statement if the rates are not cached.
     *
     * @param country destination, ISO 3166-1 alpha-2; without it only methods that need no address are available
     * @param subtotal of the goods; the quotes have its currency
     */
    List<ShippingQuote> listQuotes(Optional<String> country, Money subtotal, CachedReads reads);
}
