package io.fondaco.order;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.money.ProportionalAllocation;
import io.fondaco.tax.TaxLine;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * An amount with the taxes that it contains: the price of a line or an order, or a part of it that is given back.
 *
 * @param amount what the customer pays, with all taxes
 * @param taxLines one for each name and rate; together not more than the amount
 */
public record TaxedPrice(Money amount, List<TaxLine> taxLines) {
    public TaxedPrice {
        taxLines = List.copyOf(taxLines);
    }

    /** What makes two tax lines those of one tax. */
    private record TaxKey(String name, String rate) {
        private static TaxKey of(TaxLine line) {
            return new TaxKey(line.name(), line.rate());
        }
    }

    static TaxedPrice zero(String currency) {
        return new TaxedPrice(Money.zero(currency), List.of());
    }

    TaxedPrice plus(TaxedPrice other) {
        return combine(other, Money::plus);
    }

    public TaxedPrice minus(TaxedPrice other) {
        return combine(other, Money::minus);
    }

    private TaxedPrice combine(TaxedPrice other, BinaryOperator<Money> operator) {
        Map<TaxKey, TaxLine> combined = new LinkedHashMap<>();
        taxLines.forEach(line -> combined.merge(TaxKey.of(line), line, (one, two) -> combine(one, two, Money::plus)));
        for (TaxLine line : other.taxLines) {
            TaxLine present = combined.getOrDefault(TaxKey.of(line), withAmounts(line, 0, 0));
            combined.put(TaxKey.of(line), combine(present, line, operator));
        }
        return new TaxedPrice(operator.apply(amount, other.amount), List.copyOf(combined.values()));
    }

    private static TaxLine combine(TaxLine one, TaxLine two, BinaryOperator<Money> operator) {
        return new TaxLine(
                one.name(),
                one.rate(),
                operator.apply(one.taxable(), two.taxable()),
                operator.apply(one.amount(), two.amount()));
    }

    private static TaxLine withAmounts(TaxLine line, long taxable, long tax) {
        String currency = line.amount().currency();
        return new TaxLine(line.name(), line.rate(), Money.of(taxable, currency), Money.of(tax, currency));
    }

    /**
     * The first part of this price with its share of each tax. If the part grows by some units, the taxes and what is
     * left of it without them grow by as many units together, and none of them shrinks: so the differences of growing
     * parts are prices again, which add up to this one, and so do their taxes.
     *
     * @param part zero or more, at most the amount
     */
    TaxedPrice firstPart(Money part) {
        long remainingTax = tax();
        long remainingShare = Math.min(share(remainingTax, part.amount(), amount.amount()), part.amount());
        List<TaxLine> shares = new ArrayList<>();
        for (TaxLine line : taxLines) {
            long tax = share(line.amount().amount(), remainingShare, remainingTax);
            shares.add(withAmounts(line, share(line.taxable().amount(), part.amount(), amount.amount()), tax));
            remainingShare -= tax;
            remainingTax -= line.amount().amount();
        }
        return new TaxedPrice(part, shares);
    }

    /**
     * Takes an amount from this price, which is what earlier credits left of an order. An amount that is the price of
     * units takes their taxes, as far as they are left; any other amount, and what was not left, takes a share of each
     * tax and of the rest in proportion. So no tax is ever taken twice, and what takes the whole amount takes the rest
     * of each tax.
     *
     * @param taken above zero; what exceeds this price contains no tax
     * @param units the price of the units that the amount pays for; zero if there are none
     */
    TaxedPrice take(Money taken, TaxedPrice units) {
        if (taken.amount() >= amount.amount()) {
            return new TaxedPrice(taken, withoutZeros(taxLines));
        }
        boolean paysForUnits = units.amount.equals(taken) && units.tax() <= taken.amount();
        long[] left = parts(this);
        long[] parts = paysForUnits ? smaller(left, parts(units)) : new long[left.length];
        long[] open = new long[left.length];
        for (int index = 0; index < left.length; index++) {
            open[index] = left[index] - parts[index];
        }
        long[] more = ProportionalAllocation.allocate(
                taken.amount() - Arrays.stream(parts).sum(), open);
        List<TaxLine> taxes = new ArrayList<>();
        for (int index = 0; index < taxLines.size(); index++) {
            TaxLine line = taxLines.get(index);
            long tax = parts[index] + more[index];
            taxes.add(withAmounts(line, taxableOf(line, tax, taken, units), tax));
        }
        return new TaxedPrice(taken, withoutZeros(taxes));
    }

    /** The part of the taxable amount of a tax line that belongs to a part of its tax. */
    private long taxableOf(TaxLine line, long tax, Money taken, TaxedPrice units) {
        long left = line.taxable().amount();
        Optional<TaxLine> unitTax = units.find(line);
        if (units.amount.equals(taken)
                && unitTax.map(found -> found.amount().amount()).orElse(0L) == tax) {
            return Math.min(left, unitTax.map(found -> found.taxable().amount()).orElse(0L));
        }
        long leftTax = line.amount().amount();
        return leftTax > 0 ? share(left, tax, leftTax) : share(left, taken.amount(), amount.amount());
    }

    /** The taxes of this price, in the order of its tax lines, and at the end what it has without them. */
    private long[] parts(TaxedPrice price) {
        long[] parts = new long[taxLines.size() + 1];
        for (int index = 0; index < taxLines.size(); index++) {
            parts[index] = price.find(taxLines.get(index))
                    .map(line -> line.amount().amount())
                    .orElse(0L);
        }
        parts[taxLines.size()] = Math.max(0, price.amount.amount() - price.tax());
        return parts;
    }

    private Optional<TaxLine> find(TaxLine same) {
        return taxLines.stream()
                .filter(line -> TaxKey.of(line).equals(TaxKey.of(same)))
                .findFirst();
    }

    /** The sum of the taxes, in minor units. */
    public long tax() {
        return taxLines.stream().mapToLong(line -> line.amount().amount()).sum();
    }

    private static long[] smaller(long[] some, long[] others) {
        long[] smaller = new long[some.length];
        for (int index = 0; index < some.length; index++) {
            smaller[index] = Math.min(some[index], others[index]);
        }
        return smaller;
    }

    /** Without taxes of which nothing is left; a rate of zero is kept, because its taxable amount is not zero. */
    public static List<TaxLine> withoutZeros(List<TaxLine> lines) {
        return lines.stream()
                .filter(line -> line.amount().amount() != 0 || line.taxable().amount() != 0)
                .toList();
    }

    /** The value times numerator divided by denominator, rounded half up; zero if the denominator is zero. */
    private static long share(long value, long numerator, long denominator) {
        return denominator == 0
                ? 0
                : BigInteger.valueOf(value)
                        .multiply(BigInteger.valueOf(2 * numerator))
                        .add(BigInteger.valueOf(denominator))
                        .divide(BigInteger.valueOf(denominator).shiftLeft(1))
                        .longValueExact();
    }
}
