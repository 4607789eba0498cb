package io.fondaco.shipping;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the shop charges for delivery. */
@ConfigMapping(prefix = "fondaco.shipping")
interface ShippingSettings {
    /** Whether delivery costs nothing, whatever the rates say. */
    @WithDefault("false")
    boolean free();
}
