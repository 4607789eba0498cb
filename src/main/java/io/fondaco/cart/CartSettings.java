package io.fondaco.cart;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Bounds of a cart. */
@ConfigMapping(prefix = "fondaco.cart")
interface CartSettings {
    /** Lines a cart may have. */
    @WithDefault("2000")
    int maxLines();

    /**
     * How long an open cart is kept after it was last changed. It holds the e-mail address and postal address of
     * somebody who may never buy, and anybody can open carts.
     */
    @WithDefault("30d")
    Duration keepOpen();

    /** How often carts that are no longer kept are deleted, once in the cluster. */
    @WithDefault("10m")
    Duration expiryInterval();

    /** Carts that are deleted in one transaction. */
    @WithDefault("500")
    int expiryBatch();
}
