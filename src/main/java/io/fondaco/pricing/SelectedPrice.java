package io.fondaco.pricing;

import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * The price of one unit that applies.
 *
 * @param list the price list that it is from; empty for the base price
 */
public record SelectedPrice(Money price, Optional<SelectedList> list) {
    /**
     * The price list of a price.
     *
     * @param taxIncluded whether its prices include tax; empty for the setting of the shop
     */
    public record SelectedList(PriceListId id, String name, Optional<Boolean> taxIncluded) {}
}
