package io.fondaco.cart;

import io.fondaco.platform.postal.PostalAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a shopper says about a cart; empty components leave it as it is.
 *
 * @param couponCodes all that are to be on it, each once; an empty list takes them off
 */
public record CartUpdate(
        Optional<String> email,
        Optional<PostalAddress> shippingAddress,
        Optional<PostalAddress> billingAddress,
        Optional<String> shippingMethod,
        Optional<List<String>> couponCodes) {}
