package io.fondaco.importing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Bounds of imports. */
@ConfigMapping(prefix = "fondaco.importing")
interface ImportingSettings {
    /** The largest file that is taken, in bytes; 1 GiB. */
    @WithDefault("1073741824")
    long maxBytes();

    /** ISO 4217 code of the prices in files that do not say. */
    @WithDefault("EUR")
    String defaultCurrency();

    /** The most products that go in with one transaction; at most 1,000. */
    @WithDefault("200")
    int batchProducts();

    /** The most rows that go in with one transaction. */
    @WithDefault("1000")
    int batchRows();

    /** How long a worker that went silent keeps others from going on with its import. */
    @WithDefault("15s")
    Duration lease();

    /** How many refused rows of an import are kept with their reason; further ones are only counted. */
    @WithDefault("10000")
    int maxErrors();

    /** How many characters of refused rows are kept of an import, for the file of refused rows; 32 Mi. */
    @WithDefault("33554432")
    long maxRefusedCharacters();

    /** How long after its end the refused rows of an import are kept; then their reasons are left. */
    @WithDefault("30d")
    Duration refusedRowsRetention();

    /** After this long without a byte an upload is given up. */
    @WithDefault("1h")
    Duration uploadTimeout();
}
