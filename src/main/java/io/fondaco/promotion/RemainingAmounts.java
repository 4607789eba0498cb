package io.fondaco.promotion;

import io.fondaco.platform.money.ProportionalAllocation;
import io.fondaco.promotion.DiscountAction.Reduction;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * What earlier discounts have left of the prices of the lines and of shipping, in minor units. No amount falls below
 * zero. Lines are named by their index.
 */
final class RemainingAmounts {
    private final List<DiscountableLine> lines;
    private final String currency;
    private final long[] lineAmounts;
    private long shipping;

    private RemainingAmounts(DiscountRequest request) {
        this.lines = request.lines();
        this.currency = request.currency();
        this.lineAmounts =
                lines.stream().mapToLong(line -> line.total().amount()).toArray();
        this.shipping = request.shipping().amount();
    }

    /** The prices before any discount. */
    static RemainingAmounts of(DiscountRequest request) {
        return new RemainingAmounts(request);
    }

    /** The part of a discount that each line has, and shipping. */
    record Parts(List<Long> lines, long shipping) {
        Parts {
            lines = List.copyOf(lines);
        }

        long total() {
            return lines.stream().reduce(shipping, Math::addExact);
        }
    }

    /**
     * Splits a reduction over the lines.
     *
     * @param maximum of the reduction
     */
    Parts split(Reduction reduction, long maximum) {
        long[] shares = ProportionalAllocation.allocate(
                Math.min(reduction.amount(), maximum),
                reduction.weights().stream().mapToLong(Long::longValue).toArray());
        return new Parts(Arrays.stream(shares).boxed().toList(), Math.min(reduction.shipping(), maximum));
    }

    void subtract(Parts parts) {
        for (int index = 0; index < lineAmounts.length; index++) {
            lineAmounts[index] -= parts.lines().get(index);
        }
        shipping -= parts.shipping();
    }

    String currency() {
        return currency;
    }

    long shipping() {
        return shipping;
    }

    long line(int index) {
        return lineAmounts[index];
    }

    /** What is left of the price of some units of a line, rounded down; all units together have what the line has. */
    long valueOfUnits(int index, int units) {
        int quantity = quantity(index);
        long wholeUnits = lineAmounts[index] / quantity * units;
        return wholeUnits + lineAmounts[index] % quantity * units / quantity;
    }

    int quantity(int index) {
        return lines.get(index).quantity();
    }

    String sku(int index) {
        return lines.get(index).sku();
    }

    long quantity(List<Integer> selected) {
        return selected.stream().mapToLong(this::quantity).sum();
    }

    /** The prices of the lines before any discount. */
    long subtotalBefore(List<Integer> selected) {
        return selected.stream().map(index -> lines.get(index).total().amount()).reduce(0L, Math::addExact);
    }

    /** The lines by what is left of the price of one of their units, the cheapest first. */
    List<Integer> cheapestFirst(List<Integer> selected) {
        return selected.stream().sorted(this::compareUnitValues).toList();
    }

    /** The lines by what is left of the price of one of their units, the most expensive first. */
    List<Integer> mostExpensiveFirst(List<Integer> selected) {
        Comparator<Integer> cheapestFirst = this::compareUnitValues;
        return selected.stream().sorted(cheapestFirst.reversed()).toList();
    }

    /** Compares fractions without rounding. The products fit, because remainders are less than the quantities. */
    private int compareUnitValues(int one, int other) {
        int whole = Long.compare(lineAmounts[one] / quantity(one), lineAmounts[other] / quantity(other));
        return whole != 0
                ? whole
                : Long.compare(
                        lineAmounts[one] % quantity(one) * quantity(other),
                        lineAmounts[other] % quantity(other) * quantity(one));
    }

    /** A weight for each line: that of the function for the selected ones, else zero. */
    List<Long> weigh(List<Integer> selected, IntToLongFunction weight) {
        long[] weights = new long[lineAmounts.length];
        selected.forEach(index -> weights[index] = weight.applyAsLong(index));
        return Arrays.stream(weights).boxed().toList();
    }

    /** The lines with this SKU. */
    List<Integer> linesWithSku(String sku) {
        return IntStream.range(0, lineAmounts.length)
                .filter(index -> sku(index).equals(sku))
                .boxed()
                .toList();
    }
}
