package io.fondaco.tax;

import io.fondaco.tax.Taxes.TaxPlace;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rules by which a sale is taxed, for tests of other packages without an application. */
public final class SaleTaxations {
    private static final TaxPlace PLACE = new TaxPlace("US", Optional.empty(), "");

    private SaleTaxations() {}

    /** @param fraction as in the admin API: {@code "0.19"} */
    public record RateCase(String name, String category, String fraction, boolean compound) {
        private TaxRate toRate() {
            return TaxFixture.rate(
                    new TaxRateDraft(name, PLACE.country(), null, List.of(), category, fraction, compound, null, null));
        }
    }

    /**
     * @param settings as {@link TaxFixture#settings} reads them
     * @param rates each with another name and category
     */
    public static SaleTaxation of(
            String settings, List<RateCase> rates, Optional<TaxExemption> exemption, String currency) {
        CountryRates all = new CountryRates(rates.stream().map(RateCase::toRate).toList());
        return new SaleTaxCalculator(TaxFixture.settings(settings), all.at(PLACE, Instant.EPOCH), exemption, currency);
    }
}
