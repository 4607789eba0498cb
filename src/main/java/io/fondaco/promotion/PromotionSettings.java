package io.fondaco.promotion;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.ZoneId;

/** Settings of promotions. */
@ConfigMapping(prefix = "fondaco.promotion")
interface PromotionSettings {
    /**
     * The time zone of the shop, by its name in the IANA database, such as `Europe/Berlin`. The time windows of
     * promotions are times of the day there.
     */
    @WithDefault("UTC")
    ZoneId timeZone();
}
