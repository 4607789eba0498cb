package io.fondaco.tax;

import io.fondaco.platform.web.Violation;
import java.util.List;
import java.util.Optional;

/** The tax rates, for imports and exports. */
public interface TaxRates {
    /** The effect of one imported rate. */
    enum Outcome {
        CREATED,
        UPDATED,
        UNCHANGED,
        REJECTED
    }

    /**
     * The result of one imported rate.
     *
     * @param violation why it was rejected, with the JSON pointer of the field; empty if it was not rejected
     */
    record ImportedRate(Outcome outcome, Optional<Violation> violation) {}

    /**
     * Creates or updates rates by the rules of the admin API. A rate with the name, place, category and beginning of a
     * stored one is that rate; a rejected one changes nothing. Rates are checked in their order, each against those
     * before it. Three statements, one for each rate that is written, and two more if any is; in the caller's
     * transaction. Other changes of rates wait until it ends.
     *
     * @param dryRun whether nothing is written
     * @return the results, in the order of the rates
     */
    List<ImportedRate> importAll(List<TaxRateDraft> rates, boolean dryRun);

    /** The countries that have rates, in the order of their codes. One statement. */
    List<String> countries();

    /**
     * The rates of a country in the order of name, region, category and time, so that importing them in this order into
     * an empty shop creates the same rates. One statement.
     */
    List<TaxRateDraft> listByCountry(String country);
}
