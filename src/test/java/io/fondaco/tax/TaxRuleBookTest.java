package io.fondaco.tax;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.money.Money;
import io.fondaco.tax.CountryRates.PlaceRates;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The worked cases of {@code src/test/resources/tax/rulebook.csv}, with the rates of {@code rates.csv}. Each row has:
 *
 * <ul>
 *   <li>settings: words as of {@link TaxFixture#settings};
 *   <li>destination: {@code country/region/postal code}, or nothing;
 *   <li>lines: {@code category:price} with {@code x3} for three units and {@code i} or {@code e} for a price with or
 *       without tax, where it is not as the settings say; shipping: its price;
 *   <li>expected: the taxes of each line as {@code name@rate:taxable=tax}, of shipping, their sum, and what the
 *       customer pays;
 *   <li>the source of the rule: a law, an example of an authority, or the arithmetic.
 * </ul>
 */
class TaxRuleBookTest {
    private static final Map<String, CountryRates> RATES = TaxFixture.readRates();

    static Stream<Arguments> cases() {
        List<List<String>> rows = TaxFixture.readRows("rulebook.csv");
        assertThat(rows).hasSizeGreaterThan(100).allMatch(row -> !row.getLast().isBlank());
        return rows.stream().map(row -> Arguments.of(row.getFirst(), row));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void saleIsTaxedAsTheRuleBookSays(String name, List<String> row) {
        String currency = row.get(5);
        Instant at = OffsetDateTime.parse(row.get(4)).toInstant();
        TaxSettings settings = TaxFixture.settings(row.get(1));
        TaxedSale sale = new TaxedSale(
                destination(row.get(2)), Optional.of(row.get(3)).filter(id -> !id.isEmpty()), currency, at);
        PlaceRates rates = sale.destination()
                .or(settings::seller)
                .flatMap(
                        place -> Optional.ofNullable(RATES.get(place.country())).map(found -> found.at(place, at)))
                .orElse(PlaceRates.NONE);
        SaleTaxation taxation =
                new SaleTaxCalculator(settings, rates, PostgresTaxes.exemptionOf(sale, settings), currency);
        assertThat(taxation.exemption().map(TaxExemption::name).orElse("")).isEqualTo(row.get(12));

        List<TaxableLine> lines = Arrays.stream(row.get(6).split(" "))
                .map(line -> toLine(line, taxation, currency))
                .toList();
        Money shipping = taxation.effectiveShippingPrice(Money.of(Long.parseLong(row.get(7)), currency));
        TaxCalculation result = taxation.calculate(lines, shipping).orElseThrow();

        assertThat(result.lines().stream()
                        .map(TaxedAmount::taxLines)
                        .map(TaxRuleBookTest::format)
                        .collect(Collectors.joining(" | ")))
                .isEqualTo(row.get(8));
        assertThat(format(result.shipping().taxLines())).isEqualTo(row.get(9));
        assertThat(result.taxLines().stream()
                        .mapToLong(line -> line.amount().amount())
                        .sum())
                .isEqualTo(Long.parseLong(row.get(10)));
        assertThat(totalOf(lines, shipping, result)).isEqualTo(Long.parseLong(row.get(11)));
    }

    private static Optional<TaxPlace> destination(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String[] parts = (text + "//").split("/", -1);
        return Optional.of(new TaxPlace(parts[0], Optional.of(parts[1]).filter(name -> !name.isEmpty()), parts[2]));
    }

    private static TaxableLine toLine(String text, SaleTaxation taxation, String currency) {
        String category = text.substring(0, text.indexOf(':'));
        String price = text.substring(text.indexOf(':') + 1);
        boolean marked = price.endsWith("i") || price.endsWith("e");
        boolean includesTax = marked ? price.endsWith("i") : taxation.pricesIncludeTax();
        String[] factors = (marked ? price.substring(0, price.length() - 1) : price).split("x");
        Money unit = Money.of(Long.parseLong(factors[0]), currency);
        long quantity = factors.length == 1 ? 1 : Long.parseLong(factors[1]);
        return new TaxableLine(
                category, taxation.effectivePrice(unit, category, includesTax).times(quantity), includesTax);
    }

    private static String format(List<TaxLine> taxLines) {
        String text = taxLines.stream()
                .map(line -> "%s@%s:%d=%d"
                        .formatted(
                                line.name(),
                                line.rate(),
                                line.taxable().amount(),
                                line.amount().amount()))
                .collect(Collectors.joining(" + "));
        return text.isEmpty() ? "-" : text;
    }

    private static long totalOf(List<TaxableLine> lines, Money shipping, TaxCalculation result) {
        List<TaxedAmount> taxed = new ArrayList<>(result.lines());
        taxed.add(result.shipping());
        return lines.stream().mapToLong(line -> line.amount().amount()).sum()
                + shipping.amount()
                + taxed.stream()
                        .mapToLong(one -> one.tax().minus(one.includedTax()).amount())
                        .sum();
    }
}
