package io.fondaco.shipping;

import io.fondaco.platform.money.Money;

/**
 * What one way of delivery costs.
 *
 * @param code {@code "standard"}, {@code "pickup"}
 * @param needsAddress false when the customer comes to collect
 */
public record ShippingQuote(String code, String name, Money price, boolean needsAddress) {}
