package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import java.util.List;

/**
 * The lines, shipping price and coupon codes for which discounts are calculated.
 *
 * @param lines with their prices before any discount
 * @param shipping the price of shipping; zero while it is not known
 * @param codes normalized by {@link Promotions#normalizeCode}, without duplicates, in the order of the customer
 */
public record DiscountRequest(List<DiscountableLine> lines, Money shipping, List<String> codes) {

    public DiscountRequest {
        lines = List.copyOf(lines);
        codes = List.copyOf(codes);
    }

    /** @param total quantity times price, in the currency of the cart */
    public record DiscountableLine(String sku, Money total) {}

    String currency() {
        return shipping.currency();
    }
}
