package io.fondaco.cart;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits of carts. */
@ConfigMapping(prefix = "fondaco.cart")
interface CartSettings {
    /** Maximum lines of a cart, at most 10,000. */
    @WithDefault("2000")
    int maxLines();

    /**
     * How long an open cart is kept after its last change. It is limited because carts contain e-mail and postal
     * addresses, and any client can create carts.
     */
    @WithDefault("30d")
    Duration retention();
}
