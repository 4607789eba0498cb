package io.fondaco.inventory;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of stock keeping. */
@ConfigMapping(prefix = "fondaco.inventory")
interface InventorySettings {
    /** Reservations freed in one transaction by the expiry job. */
    @WithDefault("200")
    int expiryBatch();
}
