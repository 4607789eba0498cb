package io.fondaco.tax;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.tax.CountryRates.AppliedRate;
import io.fondaco.tax.Taxes.TaxPlace;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which rates apply to a place and a category. */
class CountryRatesTest {
    private static final List<String> ANYWHERE = List.of();

    private static List<String> find(List<TaxRate> rates, String region, String postalCode, String category) {
        return new CountryRates(rates)
                .at(new TaxPlace("US", Optional.of(region), postalCode), Instant.EPOCH).of(category).rates().stream()
                        .map(rate -> rate.name() + " " + TaxRateValidator.plain(rate.rate()))
                        .toList();
    }

    @Test
    void postalCodePrecedesRegionAndRegionPrecedesCountry() {
        List<TaxRate> rates = List.of(
                TaxFixture.rate("Tax", null, ANYWHERE, "standard", "0.01"),
                TaxFixture.rate("Tax", "IL", ANYWHERE, "standard", "0.02"),
                TaxFixture.rate("Tax", null, List.of("606*"), "standard", "0.03"),
                TaxFixture.rate("Tax", "IL", List.of("60601-60661"), "standard", "0.04"));
        assertThat(find(rates, "TX", "75001", "standard")).containsExactly("Tax 0.01");
        assertThat(find(rates, "IL", "62701", "standard")).containsExactly("Tax 0.02");
        assertThat(find(rates, "TX", "60699", "standard")).containsExactly("Tax 0.03");
        assertThat(find(rates, "IL", "60699", "standard")).containsExactly("Tax 0.03");
        assertThat(find(rates, "us-il", "60601-1234", "standard")).containsExactly("Tax 0.04");
        assertThat(find(rates, "Illinois", " 60601", "standard")).containsExactly("Tax 0.04");
    }

    @Test
    void categoryPrecedesStandardOnlyAtTheSameLevel() {
        List<TaxRate> rates = List.of(
                TaxFixture.rate("Tax", null, ANYWHERE, "standard", "0.2"),
                TaxFixture.rate("Tax", null, ANYWHERE, "reduced", "0.1"),
                TaxFixture.rate("Tax", "IL", ANYWHERE, "standard", "0.3"),
                TaxFixture.rate("Tax", null, List.of("60601"), "reduced", "0.05"));
        assertThat(find(rates, "TX", "", "reduced")).containsExactly("Tax 0.1");
        assertThat(find(rates, "IL", "", "reduced")).containsExactly("Tax 0.3");
        assertThat(find(rates, "IL", "60601", "reduced")).containsExactly("Tax 0.05");
        assertThat(find(rates, "IL", "60601", "standard")).containsExactly("Tax 0.3");
        assertThat(find(rates, "TX", "", "books")).containsExactly("Tax 0.2");
        assertThat(find(rates, "TX", "", "exempt")).isEmpty();
    }

    @Test
    void namesThatDifferOnlyInCaseAreOneTax() {
        List<TaxRate> rates = List.of(
                TaxFixture.rate("Sales Tax", null, ANYWHERE, "standard", "0.01"),
                TaxFixture.rate("sales tax", "IL", ANYWHERE, "standard", "0.02"));
        assertThat(find(rates, "IL", "", "standard")).containsExactly("sales tax 0.02");
    }

    @Test
    void differentNamesAddUpWithCompoundOnesLast() {
        List<TaxRate> rates = List.of(
                TaxFixture.rate(new TaxRateDraft("A", "US", null, ANYWHERE, "standard", "0.1", true, null, null)),
                TaxFixture.rate("C", null, ANYWHERE, "standard", "0.2"),
                TaxFixture.rate("B", "IL", ANYWHERE, "standard", "0.05"));
        CountryRates.RateSet set = new CountryRates(rates)
                .at(new TaxPlace("US", Optional.of("IL"), ""), Instant.EPOCH)
                .of("standard");
        assertThat(set.rates()).extracting(AppliedRate::name).containsExactly("B", "C", "A");
        assertThat(set.factor()).isEqualByComparingTo("1.375");
        assertThat(set.shares().getLast()).isEqualByComparingTo("0.125");
    }

    @Test
    void rateIsValidFromItsFirstMomentUntilBeforeItsLast() {
        Instant from = Instant.parse("2020-06-30T22:00:00Z");
        Instant until = Instant.parse("2020-12-31T23:00:00Z");
        CountryRates rates = new CountryRates(List.of(TaxFixture.rate(
                new TaxRateDraft("VAT", "DE", null, ANYWHERE, "standard", "0.16", false, from, until))));
        TaxPlace germany = new TaxPlace("DE", Optional.empty(), "10115");
        assertThat(rates.at(germany, from.minusNanos(1)).of("standard").rates()).isEmpty();
        assertThat(rates.at(germany, from).of("standard").rates()).hasSize(1);
        assertThat(rates.at(germany, until.minusNanos(1)).of("standard").rates())
                .hasSize(1);
        assertThat(rates.at(germany, until).of("standard").rates()).isEmpty();
    }
}
