package io.fondaco.storefront;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the storefront; their keys are those of the catalog, which it was a part of. */
@ConfigMapping(prefix = "fondaco.catalog")
interface StorefrontSettings {
    /** ISO 4217 code of the currency in which prices are shown unless a request names another. */
    @WithDefault("EUR")
    String defaultCurrency();
}
