package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is to be sent.
 *
 * @param subtotal of the whole cart, before discounts; the quotes have its currency
 * @param lines that require shipping
 * @param at the moment at which the cart is priced; estimates count from it
 */
public record ShippingRequest(
        Optional<PostalAddress> destination, Money subtotal, List<ShippableLine> lines, Instant at) {
    public ShippingRequest {
        lines = List.copyOf(lines);
    }

    /**
     * A line that requires shipping.
     *
     * @param profile the code of the shipping profile of its product
     * @param weightGrams of one unit; 0 if it is not known
     * @param total of all units, before discounts
     */
    public record ShippableLine(String profile, long weightGrams, int quantity, Money total) {}
}
