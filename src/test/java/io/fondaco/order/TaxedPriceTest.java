package io.fondaco.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Parts of prices with their taxes. */
class TaxedPriceTest {
    private static final String EUR = "EUR";

    @Property
    void growingPartsAddUpAndNoTaxShrinks(
            @ForAll @From("prices") TaxedPrice price, @ForAll @Size(max = 8) List<@LongRange(max = 500) Long> steps) {
        long taken = 0;
        TaxedPrice sum = TaxedPrice.zero(EUR);
        for (long step : steps) {
            long next = Math.min(taken + step, price.amount().amount());
            TaxedPrice part = price.firstPart(euros(next)).minus(price.firstPart(euros(taken)));
            assertIsPrice(part);
            sum = sum.plus(part);
            taken = next;
        }
        TaxedPrice last = price.firstPart(price.amount()).minus(price.firstPart(euros(taken)));
        assertIsPrice(last);
        assertThat(sum.plus(last)).isEqualTo(price);
    }

    @Property
    void takenAmountsAddUpToThePriceWhateverIsTaken(
            @ForAll @From("prices") TaxedPrice price,
            @ForAll @Size(max = 8) List<@LongRange(min = 1, max = 500) Long> steps) {
        TaxedPrice left = price;
        TaxedPrice sum = TaxedPrice.zero(EUR);
        for (long step : steps) {
            Money amount = euros(Math.min(step, left.amount().amount()));
            if (amount.amount() > 0) {
                TaxedPrice taken = left.take(amount, TaxedPrice.zero(EUR));
                assertIsPrice(taken);
                sum = sum.plus(taken);
                left = left.minus(taken);
                assertIsPrice(left);
            }
        }
        if (left.amount().amount() > 0) {
            sum = sum.plus(left.take(left.amount(), TaxedPrice.zero(EUR)));
        }
        if (price.amount().amount() > 0) {
            assertThat(sum.amount()).isEqualTo(price.amount());
            assertThat(amounts(sum.plus(price.minus(price)))).isEqualTo(amounts(price));
        }
    }

    @Example
    void unitsTakeTheirOwnTaxes() {
        TaxedPrice order = new TaxedPrice(euros(2_260), List.of(tax("0.19", 1_000, 190), tax("0.07", 1_000, 70)));
        TaxedPrice book = new TaxedPrice(euros(1_070), List.of(tax("0.07", 1_000, 70)));
        assertThat(order.take(euros(1_070), book)).isEqualTo(book);
        assertThat(order.minus(book).take(euros(1_190), TaxedPrice.zero(EUR)))
                .isEqualTo(new TaxedPrice(euros(1_190), List.of(tax("0.19", 1_000, 190))));
    }

    /** The example of docs/selling.md. */
    @Example
    void amountAndRestTakeWhatEarlierCreditsLeft() {
        TaxedPrice order = new TaxedPrice(euros(2_618), List.of(tax("0.19", 2_200, 418)));
        TaxedPrice lamps = new TaxedPrice(euros(2_142), List.of(tax("0.19", 1_800, 342)));
        TaxedPrice lamp = order.take(euros(1_071), lamps.firstPart(euros(1_071)));
        assertThat(lamp.taxLines()).containsExactly(tax("0.19", 900, 171));
        TaxedPrice courtesy = order.minus(lamp).take(euros(500), TaxedPrice.zero(EUR));
        assertThat(courtesy.taxLines()).containsExactly(tax("0.19", 421, 80));
        TaxedPrice rest = order.minus(lamp).minus(courtesy).take(euros(1_047), TaxedPrice.zero(EUR));
        assertThat(rest.taxLines()).containsExactly(tax("0.19", 879, 167));
    }

    @Example
    void otherAmountTakesAShareOfEachTax() {
        TaxedPrice order = new TaxedPrice(euros(2_260), List.of(tax("0.19", 1_000, 190), tax("0.07", 1_000, 70)));
        assertThat(order.take(euros(226), TaxedPrice.zero(EUR)))
                .isEqualTo(new TaxedPrice(euros(226), List.of(tax("0.19", 100, 19), tax("0.07", 100, 7))));
    }

    @Example
    void unitsTakeFromOtherTaxesWhatIsNotLeftOfTheirs() {
        TaxedPrice left = new TaxedPrice(euros(1_000), List.of(tax("0.19", 500, 95), tax("0.07", 100, 7)));
        TaxedPrice book = new TaxedPrice(euros(535), List.of(tax("0.07", 500, 35)));
        TaxedPrice taken = left.take(euros(535), book);
        assertThat(taken.taxLines()).contains(tax("0.07", 100, 7));
        assertIsPrice(taken);
        assertIsPrice(left.minus(taken));
    }

    static void assertIsPrice(TaxedPrice price) {
        assertThat(price.amount().amount()).isNotNegative();
        assertThat(price.taxLines())
                .allSatisfy(line -> assertThat(line.amount().amount()).isNotNegative())
                .allSatisfy(line -> assertThat(line.taxable().amount()).isNotNegative());
        assertThat(price.taxLines().stream()
                        .mapToLong(line -> line.amount().amount())
                        .sum())
                .as("the taxes in %s", price)
                .isLessThanOrEqualTo(price.amount().amount());
    }

    private static List<TaxLine> amounts(TaxedPrice price) {
        return price.taxLines().stream()
                .filter(line -> line.amount().amount() != 0 || line.taxable().amount() != 0)
                .sorted(java.util.Comparator.comparing(TaxLine::rate))
                .toList();
    }

    private static TaxLine tax(String rate, long taxable, long amount) {
        return new TaxLine("VAT", rate, euros(taxable), euros(amount));
    }

    private static Money euros(long cents) {
        return Money.of(cents, EUR);
    }

    /** Prices with up to four taxes, also small ones that are mostly tax. */
    @Provide
    Arbitrary<TaxedPrice> prices() {
        Arbitrary<List<Long>> taxes = Arbitraries.longs().between(0, 400).list().ofMaxSize(4);
        return Combinators.combine(taxes, Arbitraries.longs().between(0, 2_000)).as((amounts, net) -> {
            long sum = amounts.stream().mapToLong(Long::longValue).sum();
            return new TaxedPrice(
                    euros(sum + net),
                    IntStream.range(0, amounts.size())
                            .mapToObj(index -> tax("0." + (index + 1), net, amounts.get(index)))
                            .toList());
        });
    }
}
