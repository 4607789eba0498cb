package io.fondaco.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.pricing.PriceHistory.PastPrice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The lowest price in the 30 days before a reduction. Times are days before now. */
class PriceHistoryTest {
    private static final Instant NOW = Instant.parse("2027-06-30T00:00:00Z");

    @Test
    void lowestPriceBeforeTheReductionIsShown() {
        assertLowest(800, base(90, 25, 1000), base(25, 20, 800), base(20, 2, 1000), reducedBase(2, 700, 1000));
    }

    @Test
    void thirtyDaysAreCountedFromTheStartOfTheReductionAndNotFromToday() {
        // The reduction began 40 days ago; 60 days ago is within the 30 days before it, 75 days ago is not.
        assertLowest(
                850,
                base(100, 74, 500),
                base(74, 62, 1000),
                base(62, 58, 850),
                base(58, 40, 1000),
                reducedBase(40, 700, 1000));
        assertLowest(500, base(100, 69, 500), base(69, 40, 1000), reducedBase(40, 700, 1000));
        assertLowest(1000, base(100, 70, 500), base(70, 40, 1000), reducedBase(40, 700, 1000));
    }

    @Test
    void progressiveReductionWithoutInterruptionIsOneReduction() {
        assertLowest(1000, base(50, 10, 1000), reducedBase(10, 5, 900, 1000), reducedBase(5, 700, 1000));
    }

    @Test
    void interruptedReductionIsAnotherReduction() {
        assertLowest(
                900, base(50, 10, 1000), reducedBase(10, 5, 900, 1000), base(5, 4, 1000), reducedBase(4, 950, 1000));
    }

    @Test
    void windowOfAListBelowTheBasePriceIsAReduction() {
        assertLowest(1000, base(50, null, 1000), list(1, 0, 3, null, 800));
        assertLowest(750, base(50, null, 1000), list(1, 0, 20, 15, 750), list(1, 0, 3, null, 800));
    }

    @Test
    void priceOfAListThatAnotherListHidWasNeverValid() {
        assertLowest(
                1000, base(50, null, 1000), list(1, 9, 50, 3, 1000), list(2, 1, 50, 3, 100), list(1, 9, 3, null, 800));
    }

    @Test
    void raisedPriceOfAListBeforeTheReductionCounts() {
        assertLowest(1200, base(50, null, 1000), list(1, 0, 50, 2, 1200), list(2, 0, 2, null, 900));
    }

    @Test
    void withoutAnEarlierPriceThereIsNoLowestPrice() {
        assertThat(new PriceHistory(List.of(reducedBase(10, 700, 1000))).lowestBeforeReduction(NOW))
                .isEmpty();
        assertThat(new PriceHistory(List.of()).lowestBeforeReduction(NOW)).isEmpty();
        // The earlier price ended more than 30 days before the reduction began.
        assertThat(new PriceHistory(List.of(base(90, 45, 1000), reducedBase(10, 700, 1000))).lowestBeforeReduction(NOW))
                .isEmpty();
    }

    @Test
    void priceThatBeginsAtThisInstantIsTheReductionItself() {
        assertLowest(1000, base(50, 0, 1000), reducedBase(0, 700, 1000));
    }

    /** The lowest price is that of the days before the reduction, if each day has one price. */
    @Property
    void dailyPricesGiveTheMinimumOfThirtyDays(@ForAll("dailyPrices") List<Long> amounts) {
        List<PastPrice> history = LongStream.range(0, amounts.size())
                .mapToObj(index -> base(amounts.size() - index, amounts.size() - index - 1, amounts.get((int) index)))
                .toList();
        long lowest = amounts.stream()
                .skip(Math.max(0, amounts.size() - 30))
                .mapToLong(amount -> amount)
                .min()
                .orElseThrow();
        PastPrice reduction = new PastPrice(null, 1, 5_000L, 0, Instant.EPOCH, NOW, null);
        assertThat(new PriceHistory(concat(history, reduction)).lowestBeforeReduction(NOW))
                .contains(lowest);
    }

    @Provide
    Arbitrary<List<Long>> dailyPrices() {
        return Arbitraries.longs().between(100, 4_000).list().ofMinSize(1).ofMaxSize(80);
    }

    /** What was shown does not depend on the order of the rows. */
    @Property
    void orderOfRowsMakesNoDifference(@ForAll("histories") List<PastPrice> history) {
        assertThat(new PriceHistory(history.reversed()).lowestBeforeReduction(NOW))
                .isEqualTo(new PriceHistory(history).lowestBeforeReduction(NOW));
    }

    @Provide
    Arbitrary<List<PastPrice>> histories() {
        Arbitrary<Integer> days = Arbitraries.integers().between(0, 60);
        Arbitrary<PastPrice> prices = Combinators.combine(
                        Arbitraries.integers().between(1, 3),
                        days,
                        days,
                        Arbitraries.longs().between(1, 2_000))
                .as((number, one, other, amount) ->
                        list(number, number % 2, Math.max(one, other) + 1, Math.min(one, other), amount));
        return prices.list().ofMaxSize(8).map(lists -> concat(lists, base(60, null, 1_000)));
    }

    private static List<PastPrice> concat(List<PastPrice> prices, PastPrice last) {
        List<PastPrice> all = new ArrayList<>(prices);
        all.add(last);
        return all;
    }

    private static void assertLowest(long expected, PastPrice... prices) {
        assertThat(new PriceHistory(List.of(prices)).lowestBeforeReduction(NOW)).isEqualTo(Optional.of(expected));
    }

    private static PastPrice base(long from, @Nullable Integer until, long amount) {
        return base(from, until == null ? -1 : until, amount, null);
    }

    private static PastPrice base(long from, long until, long amount) {
        return base(from, until, amount, null);
    }

    private static PastPrice reducedBase(long from, long amount, long compareAt) {
        return base(from, -1, amount, compareAt);
    }

    private static PastPrice reducedBase(long from, long until, long amount, long compareAt) {
        return base(from, until, amount, compareAt);
    }

    /** @param until negative for a price that has no end */
    private static PastPrice base(long from, long until, long amount, @Nullable Long compareAt) {
        return new PastPrice(
                null, amount, compareAt, 0, Instant.EPOCH, daysAgo(from), until < 0 ? null : daysAgo(until));
    }

    private static PastPrice list(int number, int priority, long from, @Nullable Integer until, long amount) {
        return new PastPrice(
                new PriceListId(new UUID(0, number)),
                amount,
                null,
                priority,
                NOW.minus(Duration.ofDays(365L - number)),
                daysAgo(from),
                until == null ? null : daysAgo(until));
    }

    private static Instant daysAgo(long days) {
        return NOW.minus(Duration.ofDays(days));
    }
}
