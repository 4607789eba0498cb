package io.fondaco.cart;

import io.fondaco.platform.postal.PostalAddress;
import java.util.List;
import java.util.Optional;

/**
 * Changes to the details of a cart. An empty component leaves its value unchanged.
 *
 * @param couponCodes all codes of the cart, without duplicates; an empty list removes them
 * @param taxId normalized; empty text removes it
 */
public record CartUpdate(
        Optional<String> email,
        Optional<PostalAddress> shippingAddress,
        Optional<PostalAddress> billingAddress,
        Optional<String> shippingMethod,
        Optional<List<String>> couponCodes,
        Optional<String> taxId) {}
