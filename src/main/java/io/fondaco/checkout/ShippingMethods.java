package io.fondaco.checkout;

import io.fondaco.platform.money.Money;
import io.fondaco.shipping.ShippingQuote;
import java.util.List;

/** The shipping methods that are available for a cart. */
record ShippingMethods(List<Method> data) {
    record Method(String code, String name, Money price, boolean needsAddress) {}

    static ShippingMethods of(List<ShippingQuote> quotes) {
        return new ShippingMethods(quotes.stream()
                .map(quote -> new Method(quote.code(), quote.name(), quote.price(), quote.needsAddress()))
                .toList());
    }
}
