package io.fondaco.tax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.money.Money;
import io.fondaco.tax.CountryRates.PlaceRates;
import io.fondaco.tax.CountryRates.RateSet;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.Taxes.TaxPlace;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** What holds for the taxes of every sale, whatever its rates, settings and lines. */
class SaleTaxCalculatorTest {
    private static final int TRIES = 10_000;
    private static final String CURRENCY = "EUR";

    /** Shipping is split by at most three sets of rates: standard, reduced and none. */
    private static final int SHIPPING_PARTS = 3;

    private static final TaxPlace PLACE = new TaxPlace("US", Optional.empty(), "");

    /** A sale with its rules. */
    record Sale(List<TaxRate> rates, TaxSettings settings, List<TaxableLine> lines, Money shipping) {
        PlaceRates placeRates() {
            return new CountryRates(rates).at(PLACE, Instant.EPOCH);
        }

        TaxCalculation calculate() {
            return calculate(lines);
        }

        TaxCalculation calculate(List<TaxableLine> changedLines) {
            return new SaleTaxCalculator(settings, placeRates(), Optional.empty(), CURRENCY)
                    .calculate(changedLines, shipping)
                    .orElseThrow();
        }

        Sale withoutCompoundRates() {
            return new Sale(rates.stream().filter(rate -> !rate.compound()).toList(), settings, lines, shipping);
        }

        Sale with(TaxSettings.Rounding rounding) {
            return new Sale(
                    rates,
                    new TaxSettings(
                            settings.pricesIncludeTax(),
                            rounding,
                            settings.roundingMode(),
                            settings.shippingTax(),
                            settings.shippingCategory(),
                            null,
                            null,
                            null,
                            false,
                            1,
                            Instant.EPOCH),
                    lines,
                    shipping);
        }
    }

    @Property(tries = TRIES)
    void sumsAgreeToTheUnit(@ForAll("sales") Sale sale) {
        TaxCalculation result = sale.calculate();
        assertThat(result.lines()).hasSameSizeAs(sale.lines());
        allAmounts(result).forEach(amount -> {
            assertThat(sumOf(amount.taxLines())).isEqualTo(amount.tax().amount());
            assertThat(amount.includedTax().amount()).isIn(0L, amount.tax().amount());
        });
        long tax = allAmounts(result).mapToLong(amount -> amount.tax().amount()).sum();
        assertThat(sumOf(result.taxLines())).isEqualTo(tax);
        Map<String, Long> ofParts = allAmounts(result)
                .flatMap(amount -> amount.taxLines().stream())
                .collect(Collectors.groupingBy(
                        line -> line.name() + line.rate(),
                        Collectors.summingLong(line -> line.amount().amount())));
        Map<String, Long> ofOrder = result.taxLines().stream()
                .collect(Collectors.toMap(
                        line -> line.name() + line.rate(), line -> line.amount().amount()));
        assertThat(ofOrder).isEqualTo(ofParts);
    }

    @Property(tries = TRIES)
    void netAndIncludedTaxAreTheAmount(@ForAll("sales") Sale sale) {
        TaxCalculation result = sale.calculate();
        for (int index = 0; index < sale.lines().size(); index++) {
            TaxableLine line = sale.lines().get(index);
            TaxedAmount taxed = result.lines().get(index);
            assertThat(taxed.tax().amount()).isNotNegative();
            assertThat(taxed.taxLines())
                    .allMatch(tax -> tax.amount().amount() >= 0 && tax.taxable().amount() >= 0);
            if (line.includesTax()) {
                assertThat(taxed.includedTax()).isEqualTo(taxed.tax());
                assertThat(taxed.tax().amount())
                        .isLessThanOrEqualTo(line.amount().amount());
                long net = line.amount().amount() - taxed.tax().amount();
                assertThat(taxed.taxLines())
                        .filteredOn(tax -> !tax.name().startsWith("Compound"))
                        .allMatch(tax -> tax.taxable().amount() == net);
            } else {
                assertThat(taxed.includedTax().amount()).isZero();
            }
        }
    }

    @Property(tries = TRIES)
    void orderOfTheLinesChangesNoSum(@ForAll("sales") Sale sale, @ForAll Random random) {
        List<TaxableLine> shuffled = new ArrayList<>(sale.lines());
        Collections.shuffle(shuffled, random);
        TaxCalculation before = sale.calculate();
        TaxCalculation after = sale.calculate(shuffled);
        assertThat(after.taxLines()).isEqualTo(before.taxLines());
        assertThat(after.shipping()).isEqualTo(before.shipping());
        assertThat(taxesByLine(shuffled, after)).isEqualTo(taxesByLine(sale.lines(), before));
    }

    /** The taxes of equal lines, in any order. */
    private static Map<TaxableLine, List<Long>> taxesByLine(List<TaxableLine> lines, TaxCalculation result) {
        return IntStream.range(0, lines.size())
                .boxed()
                .collect(Collectors.groupingBy(
                        lines::get,
                        Collectors.mapping(
                                index -> result.lines().get(index).tax().amount(),
                                Collectors.collectingAndThen(
                                        Collectors.toList(),
                                        taxes -> taxes.stream().sorted().toList()))));
    }

    /** Compound taxes are left out: they multiply the differences of the taxes that they are taken on. */
    @Property(tries = TRIES)
    void roundingPerOrderDiffersByAtMostOneUnitPerTaxedPartAndTax(@ForAll("sales") Sale sale) {
        Sale simple = sale.withoutCompoundRates();
        long byLine = sumOf(simple.with(TaxSettings.Rounding.LINE).calculate().taxLines());
        long byOrder = sumOf(simple.with(TaxSettings.Rounding.ORDER).calculate().taxLines());
        long taxes = simple.rates().stream().map(TaxRate::name).distinct().count();
        assertThat(Math.abs(byLine - byOrder)).isLessThanOrEqualTo((sale.lines().size() + SHIPPING_PARTS) * taxes);
    }

    @Property(tries = TRIES)
    void eachTaxOnTopIsTheExactOneRoundedOncePerLine(@ForAll("sales") Sale sale) {
        TaxCalculation result = sale.with(TaxSettings.Rounding.LINE).calculate();
        for (int index = 0; index < sale.lines().size(); index++) {
            TaxableLine line = sale.lines().get(index);
            if (!line.includesTax()) {
                for (TaxLine tax : result.lines().get(index).taxLines()) {
                    BigDecimal exact =
                            BigDecimal.valueOf(tax.taxable().amount()).multiply(new BigDecimal(tax.rate()));
                    assertThat(exact.subtract(BigDecimal.valueOf(tax.amount().amount()))
                                    .abs())
                            .isLessThanOrEqualTo(new BigDecimal("0.5"));
                }
            }
        }
    }

    @Property(tries = TRIES)
    void includedTaxIsTheExactOneRoundedOncePerLine(@ForAll("sales") Sale sale) {
        TaxCalculation result = sale.with(TaxSettings.Rounding.LINE).calculate();
        for (int index = 0; index < sale.lines().size(); index++) {
            TaxableLine line = sale.lines().get(index);
            if (line.includesTax()) {
                RateSet rates = sale.placeRates().of(line.category());
                BigDecimal exact = BigDecimal.valueOf(line.amount().amount())
                        .multiply(rates.factor().subtract(BigDecimal.ONE))
                        .divide(rates.factor(), MathContext.DECIMAL128);
                assertThat(exact.subtract(BigDecimal.valueOf(
                                        result.lines().get(index).tax().amount()))
                                .abs())
                        .isLessThanOrEqualTo(new BigDecimal("0.5000000000001"));
            }
        }
    }

    @Property
    void exemptCustomerOwesNoTaxAndPaysNoIncludedTax(@ForAll("sales") Sale sale) {
        SaleTaxCalculator exempt = new SaleTaxCalculator(
                sale.settings(), sale.placeRates(), Optional.of(TaxExemption.REVERSE_CHARGE), CURRENCY);
        TaxCalculation result = exempt.calculate(sale.lines(), sale.shipping()).orElseThrow();
        assertThat(result.taxLines()).isEmpty();
        assertThat(allAmounts(result)).allMatch(amount -> amount.tax().amount() == 0);
        for (TaxableLine line : sale.lines()) {
            Money net = exempt.effectivePrice(line.amount(), line.category(), line.includesTax());
            assertThat(net.amount()).isBetween(0L, line.amount().amount());
            assertThat(line.includesTax() || net.equals(line.amount())).isTrue();
        }
    }

    @Test
    void amountBeyondTheLargestOneIsRefused() {
        Sale sale = new Sale(
                List.of(TaxFixture.rate("VAT", null, List.of(), "standard", "0.2")),
                TaxFixture.settings("excl order"),
                List.of(),
                Money.zero(CURRENCY));
        TaxableLine largest = new TaxableLine("standard", Money.of(Money.MAX_AMOUNT, CURRENCY), false);
        assertThat(sumOf(sale.calculate(List.of(largest)).taxLines())).isEqualTo(1_801_439_850_948_198L);
        assertThatThrownBy(() -> sale.calculate(List.of(largest, largest))).isInstanceOf(ArithmeticException.class);
        TaxableLine larger = new TaxableLine("standard", Money.of(Money.MAX_AMOUNT + 1, CURRENCY), false);
        assertThatThrownBy(() -> sale.calculate(List.of(larger))).isInstanceOf(ArithmeticException.class);
        TaxableLine negative = new TaxableLine("standard", Money.of(-1, CURRENCY), false);
        assertThatThrownBy(() -> sale.calculate(List.of(negative))).isInstanceOf(IllegalArgumentException.class);
        TaxableLine foreign = new TaxableLine("standard", Money.of(1, "USD"), false);
        assertThatThrownBy(() -> sale.calculate(List.of(foreign))).isInstanceOf(IllegalArgumentException.class);
    }

    private static Stream<TaxedAmount> allAmounts(TaxCalculation result) {
        return Stream.concat(result.lines().stream(), Stream.of(result.shipping()));
    }

    private static long sumOf(List<TaxLine> taxLines) {
        return taxLines.stream().mapToLong(line -> line.amount().amount()).sum();
    }

    @Provide
    Arbitrary<Sale> sales() {
        return Combinators.combine(rates(), settings(), lines(), amounts())
                .as((rates, settings, lines, shipping) ->
                        new Sale(rates, settings, lines, Money.of(shipping, CURRENCY)));
    }

    /** Up to four taxes, the last two of them compound, each with a standard and perhaps a reduced rate. */
    private static Arbitrary<List<TaxRate>> rates() {
        Arbitrary<String> fractions = Arbitraries.frequencyOf(
                Tuple.of(5, Arbitraries.of("0.19", "0.07", "0.2", "0.05", "0.09975", "0.0625", "0")),
                Tuple.of(3, Arbitraries.integers().between(0, 1_000_000).map(millionths -> BigDecimal.valueOf(
                                millionths, 6)
                        .toPlainString())));
        return fractions.list().ofMinSize(8).ofMaxSize(8).flatMap(all -> Arbitraries.integers()
                .between(0, 255)
                .map(mask -> IntStream.range(0, 8)
                        .filter(bit -> ((mask >> bit) & 1) == 1)
                        .mapToObj(bit -> TaxFixture.rate(new TaxRateDraft(
                                (bit / 2 < 2 ? "Tax " : "Compound tax ") + bit / 2,
                                "US",
                                null,
                                List.of(),
                                bit % 2 == 0 ? "standard" : "reduced",
                                all.get(bit),
                                bit / 2 >= 2,
                                null,
                                null)))
                        .toList()));
    }

    private static Arbitrary<TaxSettings> settings() {
        return Combinators.combine(
                        Arbitraries.of("incl", "excl"),
                        Arbitraries.of("line", "order"),
                        Arbitraries.of("half_up", "half_even"),
                        Arbitraries.of("ship=category", "ship=main_rate", "ship=pro_rata"))
                .as((included, rounding, mode, shipping) ->
                        TaxFixture.settings(String.join(" ", included, rounding, mode, shipping)));
    }

    private static Arbitrary<List<TaxableLine>> lines() {
        return Combinators.combine(
                        Arbitraries.of("standard", "reduced", "zero", "exempt"), amounts(), Arbitraries.of(true, false))
                .as((category, amount, includesTax) ->
                        new TaxableLine(category, Money.of(amount, CURRENCY), includesTax))
                .list()
                .ofMaxSize(12);
    }

    private static Arbitrary<Long> amounts() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(0, 20),
                Arbitraries.longs().between(0, 100_000),
                Arbitraries.longs().between(0, 1_000_000_000_000L));
    }
}
