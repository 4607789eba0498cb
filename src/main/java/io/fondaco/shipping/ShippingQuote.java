package io.fondaco.shipping;

import io.fondaco.platform.money.Money;

/**
 * A shipping method with its price.
 *
 * @param code {@code "standard"}, {@code "pickup"}
 * @param needsAddress false if the customer collects the goods
 */
public record ShippingQuote(String code, String name, Money price, boolean needsAddress) {
    /** The same method at another price. */
    public ShippingQuote withPrice(Money changed) {
        return new ShippingQuote(code, name, changed, needsAddress);
    }
}
