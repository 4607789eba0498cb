package io.fondaco.cart;

import io.fondaco.platform.postal.PostalAddress;
import java.util.Optional;

/** What a shopper says about a cart; empty components leave it as it is. */
public record CartDetails(
        Optional<String> email,
        Optional<PostalAddress> shippingAddress,
        Optional<PostalAddress> billingAddress,
        Optional<String> shippingMethod) {}
