package io.fondaco.shipping;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of shipping. */
@ConfigMapping(prefix = "fondaco.shipping")
interface ShippingSettings {
    /** Whether shipping is free, regardless of the rates. */
    @WithDefault("false")
    boolean free();
}
