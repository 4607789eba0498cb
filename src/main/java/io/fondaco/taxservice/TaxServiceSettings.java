package io.fondaco.taxservice;

import io.fondaco.tax.TaxProvider.Fallback;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.ZoneId;
import java.util.Optional;

/** Settings of the tax service. */
@ConfigMapping(prefix = "fondaco.tax.provider")
interface TaxServiceSettings {
    /**
     * URL of the tax service, `https://…`, or `http://…` in a trusted network. It gets every sale that is not exempt.
     * Absent: taxes are calculated by the rates of the shop.
     */
    Optional<String> url();

    /** Bearer token for the tax service; a secret. Absent: requests have no `Authorization` header. */
    Optional<String> token();

    /**
     * What applies while the tax service does not answer: {@code built-in}, the taxes by the rates of the shop, which
     * are also charged; {@code refuse}, carts have the problem {@code tax_unavailable} and cannot be completed.
     */
    @WithDefault("built-in")
    Fallback fallback();

    /**
     * The time zone of the day of a sale, by its name in the IANA database, such as `Europe/Berlin`. The tax service
     * gets the day and not the time.
     */
    @WithDefault("UTC")
    ZoneId timeZone();
}
