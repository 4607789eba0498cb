package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Optional;

/** Delivery, for other modules. */
public interface Shipping {
    /**
     * The methods that are on offer, cheapest first. One statement.
     *
     * @param country where to, ISO 3166-1 alpha-2; while it is not known only methods that need no address are offered
     * @param subtotal of what is delivered; its currency is the quotes'
     */
    List<ShippingQuote> listQuotes(Optional<String> country, Money subtotal);
}
