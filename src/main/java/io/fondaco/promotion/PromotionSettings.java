package io.fondaco.promotion;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of promotions. */
@ConfigMapping(prefix = "fondaco.promotion")
interface PromotionSettings {
    /** Maximum number of SKUs that a promotion can be restricted to. */
    @WithDefault("1000")
    int maxSkus();
}
