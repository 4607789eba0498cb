package io.fondaco.promotion;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Bounds of promotions. */
@ConfigMapping(prefix = "fondaco.promotion")
interface PromotionSettings {
    /** SKUs that a promotion may be restricted to. */
    @WithDefault("1000")
    int maxSkus();
}
