package io.fondaco.importing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits and defaults of imports. */
@ConfigMapping(prefix = "fondaco.importing")
interface ImportingSettings {
    /** Maximum size of an uploaded file. */
    @WithDefault("1073741824")
    long maxBytes();

    /** ISO 4217 code of the prices in files that do not name a currency. */
    @WithDefault("EUR")
    String defaultCurrency();

    /** For tests: maximum number of products per transaction; at most 1,000. */
    @WithDefault("200")
    int batchProducts();

    /** For tests: how long the lease on an import stays valid without renewal; then another worker may take over. */
    @WithDefault("15s")
    Duration lease();
}
