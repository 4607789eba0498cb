package io.fondaco.pricing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The prices that one unit of a variant had for everyone, and the lowest one before a reduction (Directive 98/6/EC,
 * article 6a). Between two changes nothing differs, so the price that applied is selected once for each such period, by
 * the same rules as the current price.
 */
final class PriceHistory {
    /** The time before a reduction of which the lowest price is shown. */
    static final Duration REFERENCE_PERIOD = Duration.ofDays(30);

    private static final Comparator<PastPrice> BEST_FIRST = PriceLists.bestFirst(
            PastPrice::priority, PastPrice::amount, PastPrice::listCreatedAt, price -> requireNonNull(price.list()));

    private final List<PastPrice> prices;

    /** @param prices of one variant in one currency */
    PriceHistory(List<PastPrice> prices) {
        this.prices = List.copyOf(prices);
    }

    /**
     * A price that everyone could get.
     *
     * @param list null for a base price
     * @param amount in minor units
     * @param compareAt of a base price
     * @param priority of the list; 0 for a base price
     * @param listCreatedAt when the list was created; {@link Instant#EPOCH} for a base price
     * @param until exclusive; null for a price that has no end
     */
    record PastPrice(
            @Nullable PriceListId list,
            long amount,
            @Nullable Long compareAt,
            int priority,
            Instant listCreatedAt,
            Instant from,
            @Nullable Instant until) {
        private boolean isValidAt(Instant at) {
            return !from.isAfter(at) && (until == null || until.isAfter(at));
        }

        private Stream<Instant> changes() {
            return Stream.concat(Stream.of(from), Stream.ofNullable(until));
        }
    }

    /**
     * The price from an instant until the next one.
     *
     * @param amount empty if there was no price
     */
    private record Period(Instant from, Instant until, Optional<Long> amount, boolean reduced) {}

    /**
     * Whether a price is a reduced one: below the price that it is compared with, or a list price below the base price.
     *
     * @param base the base price; null without one
     * @param compareAt the price that the base price is compared with; null without one
     */
    static boolean isReduced(long amount, @Nullable Long base, @Nullable Long compareAt) {
        return (compareAt != null && amount < compareAt) || (base != null && amount < base);
    }

    /**
     * The lowest price that applied in the 30 days before the reduction of this instant began. Reductions that follow
     * each other without a time between them are one.
     *
     * @param at the price is a reduced one then
     * @return empty if there was no price in these days
     */
    Optional<Long> lowestBeforeReduction(Instant at) {
        Deque<Period> latestFirst = new ArrayDeque<>(periodsUntil(at));
        Instant reducedSince = at;
        while (!latestFirst.isEmpty() && latestFirst.getFirst().reduced()) {
            reducedSince = latestFirst.removeFirst().from();
        }
        Instant begin = reducedSince.minus(REFERENCE_PERIOD);
        return latestFirst.stream()
                .takeWhile(period -> period.until().isAfter(begin))
                .flatMap(period -> period.amount().stream())
                .min(Comparator.naturalOrder());
    }

    /** The periods before this instant, the latest first. */
    private List<Period> periodsUntil(Instant at) {
        NavigableSet<Instant> changes =
                new TreeSet<>(prices.stream().flatMap(PastPrice::changes).toList()).headSet(at, false);
        Deque<Period> periods = new ArrayDeque<>();
        Instant until = at;
        for (Instant from : changes.descendingSet()) {
            periods.addLast(period(from, until));
            until = from;
        }
        return List.copyOf(periods);
    }

    private Period period(Instant from, Instant until) {
        Optional<PastPrice> base = prices.stream()
                .filter(price -> price.list() == null && price.isValidAt(from))
                .findFirst();
        Optional<PastPrice> applied = prices.stream()
                .filter(price -> price.list() != null && price.isValidAt(from))
                .min(BEST_FIRST)
                .or(() -> base);
        Long baseAmount = base.map(PastPrice::amount).orElse(null);
        Long compareAt =
                base.flatMap(price -> Optional.ofNullable(price.compareAt())).orElse(null);
        return new Period(
                from,
                until,
                applied.map(PastPrice::amount),
                applied.filter(price -> isReduced(price.amount(), baseAmount, compareAt))
                        .isPresent());
    }
}
