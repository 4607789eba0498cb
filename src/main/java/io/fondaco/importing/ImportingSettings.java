package io.fondaco.importing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits and defaults of imports. */
@ConfigMapping(prefix = "fondaco.importing")
interface ImportingSettings {
    /** Maximum size of an uploaded file, in bytes; 1 GiB. */
    @WithDefault("1073741824")
    long maxBytes();

    /** ISO 4217 code of the prices in files that do not name a currency. */
    @WithDefault("EUR")
    String defaultCurrency();

    /** Maximum number of products per transaction; at most 1,000. */
    @WithDefault("200")
    int batchProducts();

    /** Maximum number of rows per transaction; exceeded only by the rows of one product, which are never split. */
    @WithDefault("1000")
    int batchRows();

    /** How long the lease on an import stays valid without renewal; then another worker may take over. */
    @WithDefault("15s")
    Duration lease();

    /**
     * Maximum number of rejected rows and warnings per import that are kept with their reason; further ones are only
     * counted.
     */
    @WithDefault("10000")
    int maxErrors();

    /** Maximum number of characters of rejected rows per import that are kept for the download; 32 Mi. */
    @WithDefault("33554432")
    long maxRefusedCharacters();

    /**
     * How long after the end of an import the cells of its rejected rows are kept; after that only their reasons are
     * left.
     */
    @WithDefault("30d")
    Duration refusedRowsRetention();

    /** An upload that receives no data for this long is deleted. */
    @WithDefault("1h")
    Duration uploadTimeout();
}
