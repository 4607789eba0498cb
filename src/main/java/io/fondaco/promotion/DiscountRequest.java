package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import java.util.List;

/**
 * What coupons are to make cheaper.
 *
 * @param lines with what they cost before any discount
 * @param shipping what delivery costs; zero while that is not known
 * @param codes as {@link Promotions#normalizeCode} has them, each once, in the customer's order
 */
public record DiscountRequest(List<DiscountableLine> lines, Money shipping, List<String> codes) {

    public DiscountRequest {
        lines = List.copyOf(lines);
        codes = List.copyOf(codes);
    }

    /** @param total quantity times price, in the currency of the basket */
    public record DiscountableLine(String sku, Money total) {}

    String currency() {
        return shipping.currency();
    }
}
