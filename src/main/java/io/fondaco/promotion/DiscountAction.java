package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.promotion.PromotionAction.Selection;
import io.fondaco.promotion.PromotionAction.Tier;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arithmetic of a promotion. It is calculated from what earlier discounts have left, and never takes off more than
 * that. A percentage is rounded once for all lines, half up.
 */
sealed interface DiscountAction {
    /**
     * What is taken off.
     *
     * @param amount off the lines, at most the sum of the weights
     * @param weights one per line, by which the amount is split; at most what is left of the line
     * @param shipping off shipping
     */
    record Reduction(long amount, List<Long> weights, long shipping) {
        public Reduction {
            weights = List.copyOf(weights);
        }

        private static Reduction ofLines(long amount, List<Long> weights) {
            return new Reduction(amount, weights, 0);
        }
    }

    /** @param selected the indexes of the lines that the promotion is about */
    Reduction reduce(RemainingAmounts remaining, List<Integer> selected);

    /** Whether the cart has what the action needs: enough units, the first tier, the gift. */
    default boolean isReached(RemainingAmounts remaining, List<Integer> selected) {
        return true;
    }

    /** Whether the action has an amount in this currency. */
    default boolean hasCurrency(String currency) {
        return true;
    }

    /** A percentage of the lines, in hundredths of a percent. */
    record Percentage(int basisPoints) implements DiscountAction {
        @Override
        public Reduction reduce(RemainingAmounts remaining, List<Integer> selected) {
            List<Long> base = remaining.weigh(selected, remaining::line);
            return Reduction.ofLines(percentage(sum(base), basisPoints), base);
        }
    }

    /** An amount off the lines. */
    record FixedAmount(List<Money> amounts) implements DiscountAction {
        @Override
        public Reduction reduce(RemainingAmounts remaining, List<Integer> selected) {
            List<Long> base = remaining.weigh(selected, remaining::line);
            return Reduction.ofLines(Math.min(amount(amounts, remaining.currency()), sum(base)), base);
        }

        @Override
        public boolean hasCurrency(String currency) {
            return Promotion.findByCurrency(currency, amounts).isPresent();
        }
    }

    /** Each unit costs the price, unless it costs less already. */
    record FixedPrice(List<Money> prices) implements DiscountAction {
        @Override
        public Reduction reduce(RemainingAmounts remaining, List<Integer> selected) {
            long price = amount(prices, remaining.currency());
            List<Long> parts = remaining.weigh(selected, index -> {
                int quantity = remaining.quantity(index);
                long line = remaining.line(index);
                return price > line / quantity ? 0 : line - price * quantity;
            });
            return Reduction.ofLines(sum(parts), parts);
        }

        @Override
        public boolean hasCurrency(String currency) {
            return Promotion.findByCurrency(currency, prices).isPresent();
        }
    }

    /** The price of shipping. */
    record FreeShipping() implements DiscountAction {
        @Override
        public Reduction reduce(RemainingAmounts remaining, List<Integer> selected) {
            return new Reduction(0, remaining.weigh(List.of(), _ -> 0), remaining.shipping());
        }
    }

    /** Of each set of {@code buy + get} units, {@code get} are discounted. Units that are no whole set are not. */
    record BuyAndGet(int buy, int get, int basisPoints, Selection selection, int maximumSets)
            implements DiscountAction {
        @Override
        public boolean isReached(RemainingAmounts remaining, List<Integer> selected) {
            return remaining.quantity(selected) >= setSize();
        }

        private int setSize() {
            return buy + get;
        }

        @Override
        public Reduction reduce(RemainingAmounts remaining, List<Integer> selected) {
            long sets = Math.min(remaining.quantity(selected) / setSize(), maximumSets);
            Map<Integer, Integer> units =
                    switch (selection) {
                        case CHEAPEST -> cheapestUnits(remaining, selected, sets * get);
                        case NTH -> lastUnitsOfSets(remaining, selected, sets * setSize());
                    };
            List<Long> values =
                    remaining.weigh(selected, index -> remaining.valueOfUnits(index, units.getOrDefault(index, 0)));
            return Reduction.ofLines(percentage(sum(values), basisPoints), values);
        }

        private static Map<Integer, Integer> cheapestUnits(
                RemainingAmounts remaining, List<Integer> selected, long count) {
            return takeUnits(remaining, remaining.cheapestFirst(selected), count);
        }

        /** The units at the end of each set, when all units are sorted from the most expensive to the cheapest. */
        private Map<Integer, Integer> lastUnitsOfSets(RemainingAmounts remaining, List<Integer> selected, long limit) {
            Map<Integer, Integer> units = new HashMap<>();
            long position = 0;
            for (int index : remaining.mostExpensiveFirst(selected)) {
                long end = position + remaining.quantity(index);
                units.put(
                        index,
                        Math.toIntExact(
                                discountedBefore(Math.min(end, limit)) - discountedBefore(Math.min(position, limit))));
                position = end;
            }
            return units;
        }

        private long discountedBefore(long position) {
            return position / setSize() * get + Math.max(0, position % setSize() - buy);
        }
    }

    /** The last tier that the lines reach, by their subtotal before discounts or by their units. */
    record Tiers(List<Tier> tiers) implements DiscountAction {
        @Override
        public boolean isReached(RemainingAmounts remaining, List<Integer> selected) {
            return findReached(remaining, selected).isPresent();
        }

        private Optional<Tier> findReached(RemainingAmounts remaining, List<Integer> selected) {
            long subtotal = remaining.subtotalBefore(selected);
            long quantity = remaining.quantity(selected);
            return tiers.reversed().stream()
                    .filter(tier -> tier.minimumQuantity() == null
                            ? tier.minimumSubtotal(remaining.currency())
                                    .filter(minimum -> minimum.amount() <= subtotal)
                                    .isPresent()
                            : tier.minimumQuantity() <= quantity)
                    .findFirst();
        }

        @Override
        public Reduction reduce(RemainingAmounts remaining, List<Integer> selected) {
            return findReached(remaining, selected)
                    .map(Tiers::actionOf)
                    .map(action -> action.reduce(remaining, selected))
                    .orElseGet(() -> Reduction.ofLines(0, remaining.weigh(List.of(), _ -> 0)));
        }

        private static DiscountAction actionOf(Tier tier) {
            Integer basisPoints = tier.basisPoints();
            return basisPoints == null
                    ? new FixedAmount(PromotionAction.orEmpty(tier.amounts()))
                    : new Percentage(basisPoints);
        }

        @Override
        public boolean hasCurrency(String currency) {
            return tiers.stream()
                    .allMatch(tier -> (tier.minimumQuantity() != null
                                    || tier.minimumSubtotal(currency).isPresent())
                            && actionOf(tier).hasCurrency(currency));
        }
    }

    /** Units of one SKU are free. The other lines decide whether the promotion applies. */
    record Gift(String sku, int quantity) implements DiscountAction {
        @Override
        public boolean isReached(RemainingAmounts remaining, List<Integer> selected) {
            return !remaining.linesWithSku(sku).isEmpty();
        }

        @Override
        public Reduction reduce(RemainingAmounts remaining, List<Integer> selected) {
            List<Integer> gifts = remaining.linesWithSku(sku);
            Map<Integer, Integer> units = takeUnits(remaining, gifts, quantity);
            List<Long> values =
                    remaining.weigh(gifts, index -> remaining.valueOfUnits(index, units.getOrDefault(index, 0)));
            return Reduction.ofLines(sum(values), values);
        }
    }

    /** The first units of the lines, as a quantity per line. */
    private static Map<Integer, Integer> takeUnits(RemainingAmounts remaining, List<Integer> ordered, long count) {
        Map<Integer, Integer> units = new HashMap<>();
        long left = count;
        for (int index : ordered) {
            int taken = (int) Math.min(left, remaining.quantity(index));
            units.put(index, taken);
            left -= taken;
        }
        return Collections.unmodifiableMap(units);
    }

    private static long amount(List<Money> amounts, String currency) {
        return Promotion.findByCurrency(currency, amounts).map(Money::amount).orElse(0L);
    }

    private static long sum(List<Long> amounts) {
        return amounts.stream().reduce(0L, Math::addExact);
    }

    private static long percentage(long amount, int basisPoints) {
        return BigDecimal.valueOf(amount)
                .multiply(BigDecimal.valueOf(basisPoints))
                .divide(BigDecimal.valueOf(PromotionAction.ALL_BASIS_POINTS), 0, RoundingMode.HALF_UP)
                .longValueExact();
    }
}
