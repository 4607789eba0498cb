package io.fondaco.catalog;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the catalog. */
@ConfigMapping(prefix = "fondaco.catalog")
interface CatalogSettings {
    /** ISO 4217 code of the currency in which prices are shown unless a request names another. */
    @WithDefault("EUR")
    String defaultCurrency();
}
