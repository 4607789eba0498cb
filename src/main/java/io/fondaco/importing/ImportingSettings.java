package io.fondaco.importing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits and defaults of imports. */
@ConfigMapping(prefix = "fondaco.importing")
interface ImportingSettings {
    /** Maximum size of an uploaded file. */
    @WithDefault("1073741824")
    long maxBytes();

    /** ISO 4217 code of the prices in files that do not name a currency. */
    @WithDefault("EUR")
    String defaultCurrency();
}
