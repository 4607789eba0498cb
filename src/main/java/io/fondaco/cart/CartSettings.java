package io.fondaco.cart;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Bounds of a cart. */
@ConfigMapping(prefix = "fondaco.cart")
interface CartSettings {
    /** Lines a cart may have. */
    @WithDefault("2000")
    int maxLines();
}
