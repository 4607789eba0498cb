package io.fondaco.cart;

import io.fondaco.platform.postal.PostalAddress;
import java.util.List;
import java.util.Optional;

/**
 * A cart without prices.
 *
 * @param currency the currency of its prices, ISO 4217
 * @param taxId the tax id of a business customer, normalized
 * @param lines in the order in which they were added, each with another SKU
 */
public record Cart(
        CartId id,
        String currency,
        Optional<String> email,
        Optional<PostalAddress> shippingAddress,
        Optional<PostalAddress> billingAddress,
        Optional<String> shippingMethod,
        List<String> couponCodes,
        Optional<String> taxId,
        CartStatus status,
        long version,
        List<CartLine> lines) {

    public Cart {
        couponCodes = List.copyOf(couponCodes);
        lines = List.copyOf(lines);
    }

    public List<String> skus() {
        return lines.stream().map(CartLine::sku).toList();
    }

    /** The next version of the cart, with changed lines. */
    Cart withLines(List<CartLine> changed) {
        return new Cart(
                id,
                currency,
                email,
                shippingAddress,
                billingAddress,
                shippingMethod,
                couponCodes,
                taxId,
                status,
                version + 1,
                changed);
    }
}
