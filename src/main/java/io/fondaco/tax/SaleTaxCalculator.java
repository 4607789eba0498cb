package io.fondaco.tax;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.money.ProportionalAllocation;
import io.fondaco.tax.CountryRates.AppliedRate;
import io.fondaco.tax.CountryRates.PlaceRates;
import io.fondaco.tax.CountryRates.RateSet;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.TaxSettings.Rounding;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Calculates the taxes of one sale. What is rounded together is a group: with {@link Rounding#LINE} each line is one,
 * with {@link Rounding#ORDER} all lines with the same rates, shipping among them. The tax of a group is rounded once,
 * and distributed to its lines by the largest-remainder method. Intermediate results are exact.
 */
final class SaleTaxCalculator implements SaleTaxation {
    private static final String SHIPPING = "";

    /** Largest first, shipping last, so that the order of the lines decides only between equal ones. */
    private static final Comparator<Part> LARGEST_FIRST = Comparator.comparingLong(Part::amount)
            .reversed()
            .thenComparing(Part::isShipping)
            .thenComparing(Part::category);

    private static final Comparator<RateSet> BY_RATES =
            Comparator.comparing(RateSet::factor).reversed().thenComparing(RateSet::toString);

    private final TaxSettings settings;
    private final PlaceRates rates;
    private final Optional<TaxExemption> exemption;
    private final String currency;

    SaleTaxCalculator(TaxSettings settings, PlaceRates rates, Optional<TaxExemption> exemption, String currency) {
        this.settings = settings;
        this.rates = rates;
        this.exemption = exemption;
        this.currency = currency;
    }

    /**
     * An amount that is taxed by one set of rates: a line, or a part of shipping.
     *
     * @param line index of the line; the number of lines for shipping
     * @param category of the line; {@link #SHIPPING} for shipping
     */
    private record Part(int line, String category, long amount, RateSet rates, boolean includesTax) {
        boolean isShipping() {
            return category.equals(SHIPPING);
        }
    }

    /** @param line index of the line, or -1 for all lines with these rates */
    private record GroupKey(int line, RateSet rates, boolean includesTax) {}

    /** The taxes of a group, of each part by its index, for one rate. */
    private record GroupTax(AppliedRate rate, List<Long> taxable, List<Long> amounts) {}

    @Override
    public boolean pricesIncludeTax() {
        return settings.pricesIncludeTax();
    }

    @Override
    public Optional<TaxExemption> exemption() {
        return exemption;
    }

    @Override
    public Money effectivePrice(Money price, String category, boolean includesTax) {
        if (exemption.isEmpty() || !includesTax) {
            return price;
        }
        long net = BigDecimal.valueOf(price.amount())
                .divide(rates.of(category).factor(), 0, RoundingMode.HALF_UP)
                .longValueExact();
        return Money.of(net, price.currency());
    }

    @Override
    public Money effectiveShippingPrice(Money price) {
        return effectivePrice(price, settings.shippingCategory(), settings.pricesIncludeTax());
    }

    @Override
    public Optional<TaxCalculation> calculate(List<TaxableLine> lines, Money shipping) {
        List<Part> parts = new ArrayList<>();
        Map<String, RateSet> ratesByCategory = new HashMap<>();
        for (int index = 0; index < lines.size(); index++) {
            TaxableLine line = lines.get(index);
            parts.add(new Part(
                    index,
                    line.category(),
                    amountOf(line.amount(), currency),
                    ratesByCategory.computeIfAbsent(line.category(), this::ratesOf),
                    line.includesTax()));
        }
        parts.addAll(shippingParts(parts, amountOf(shipping, currency)));
        List<List<TaxLine>> taxLines = new ArrayList<>();
        for (int index = 0; index <= lines.size(); index++) {
            taxLines.add(new ArrayList<>());
        }
        group(parts).values().forEach(group -> addTaxes(group, taxLines));
        List<TaxedAmount> taxedLines = new ArrayList<>();
        for (int index = 0; index < lines.size(); index++) {
            taxedLines.add(
                    taxedAmount(currency, taxLines.get(index), lines.get(index).includesTax()));
        }
        return Optional.of(new TaxCalculation(
                taxedLines,
                taxedAmount(currency, taxLines.getLast(), settings.pricesIncludeTax()),
                summarize(taxLines.stream().flatMap(List::stream).toList())));
    }

    private RateSet ratesOf(String category) {
        return exemption.isPresent() ? RateSet.EMPTY : rates.of(category);
    }

    /** @throws ArithmeticException if it exceeds the largest amount */
    static long amountOf(Money money, String currency) {
        if (!money.currency().equals(currency) || money.amount() < 0) {
            throw new IllegalArgumentException("Cannot tax %s in a sale in %s".formatted(money, currency));
        }
        return requireSupported(money.amount());
    }

    private List<Part> shippingParts(List<Part> lines, long shipping) {
        int index = lines.size();
        boolean includesTax = settings.pricesIncludeTax();
        // Added up by equality first: comparing sets of rates is expensive, and most carts have one.
        Map<RateSet, BigInteger> sums = new HashMap<>();
        lines.stream()
                .filter(line -> line.amount() > 0)
                .forEach(line -> sums.merge(line.rates(), BigInteger.valueOf(line.amount()), BigInteger::add));
        Map<RateSet, BigInteger> values = new TreeMap<>(BY_RATES);
        values.putAll(sums);
        Function<RateSet, List<Part>> all = set -> List.of(new Part(index, SHIPPING, shipping, set, includesTax));
        if (values.isEmpty()) {
            return all.apply(ratesOf(settings.shippingCategory()));
        }
        return switch (settings.shippingTax()) {
            case CATEGORY -> all.apply(ratesOf(settings.shippingCategory()));
            case MAIN_RATE -> {
                BigInteger largest = values.values().stream().reduce(BigInteger.ZERO, BigInteger::max);
                yield all.apply(values.keySet().stream()
                        .filter(set -> largest.equals(values.get(set)))
                        .findFirst()
                        .orElseThrow());
            }
            case PRO_RATA -> {
                List<RateSet> sets = List.copyOf(values.keySet());
                long[] shares = ProportionalAllocation.allocateByWeights(
                        shipping, values.values().toArray(BigInteger[]::new));
                List<Part> parts = new ArrayList<>();
                for (int set = 0; set < shares.length; set++) {
                    parts.add(new Part(index, SHIPPING, shares[set], sets.get(set), includesTax));
                }
                yield parts;
            }
        };
    }

    private Map<GroupKey, List<Part>> group(List<Part> parts) {
        Map<GroupKey, List<Part>> groups = new LinkedHashMap<>();
        parts.stream().filter(part -> part.amount() > 0).sorted(LARGEST_FIRST).forEach(part -> groups.computeIfAbsent(
                        keyOf(part), _ -> new ArrayList<>())
                .add(part));
        return groups;
    }

    private GroupKey keyOf(Part part) {
        int line = settings.rounding() == Rounding.LINE ? part.line() : -1;
        return new GroupKey(line, part.rates(), part.includesTax());
    }

    private void addTaxes(List<Part> group, List<List<TaxLine>> taxLines) {
        RateSet set = group.getFirst().rates();
        if (set.rates().isEmpty()) {
            return;
        }
        long[] amounts = group.stream().mapToLong(Part::amount).toArray();
        List<GroupTax> taxes = group.getFirst().includesTax() ? includedTaxes(set, amounts) : addedTaxes(set, amounts);
        for (GroupTax tax : taxes) {
            for (int index = 0; index < amounts.length; index++) {
                taxLines.get(group.get(index).line())
                        .add(new TaxLine(
                                tax.rate().name(),
                                TaxRateValidator.plain(tax.rate().rate()),
                                money(tax.taxable().get(index)),
                                money(tax.amounts().get(index))));
            }
        }
    }

    /** Taxes on top of amounts without tax. Each tax is rounded by itself; compound ones are taken on rounded taxes. */
    private List<GroupTax> addedTaxes(RateSet set, long[] amounts) {
        List<GroupTax> taxes = new ArrayList<>();
        long[] totals = amounts.clone();
        for (AppliedRate rate : set.rates()) {
            long[] taxable = rate.compound() ? totals.clone() : amounts;
            BigInteger base = sum(taxable);
            long tax = round(new BigDecimal(base).multiply(rate.rate()), BigDecimal.ONE);
            long[] shares = ProportionalAllocation.allocate(tax, taxable);
            addTo(totals, shares);
            taxes.add(new GroupTax(rate, listOf(taxable), listOf(shares)));
        }
        return taxes;
    }

    /**
     * Taxes that the amounts include. Their sum is rounded once, so that it and the net amounts add up to the amounts,
     * and is split by the rates. No line has more tax than its amount.
     */
    private List<GroupTax> includedTaxes(RateSet set, long[] amounts) {
        BigDecimal factor = set.factor();
        BigDecimal gross = new BigDecimal(sum(amounts));
        long total = round(gross.multiply(factor.subtract(BigDecimal.ONE)), factor);
        long[] byRate = ProportionalAllocation.allocateByWeights(total, weights(set.shares()));
        long[] left = ProportionalAllocation.allocate(total, amounts);
        long[] taxable = amounts.clone();
        for (int index = 0; index < taxable.length; index++) {
            taxable[index] -= left[index];
        }
        List<Long> net = listOf(taxable);
        List<GroupTax> taxes = new ArrayList<>();
        for (int index = 0; index < byRate.length; index++) {
            AppliedRate rate = set.rates().get(index);
            long[] shares = ProportionalAllocation.allocate(byRate[index], left);
            taxes.add(new GroupTax(rate, rate.compound() ? listOf(taxable) : net, listOf(shares)));
            addTo(taxable, shares);
            for (int part = 0; part < left.length; part++) {
                left[part] -= shares[part];
            }
        }
        return taxes;
    }

    private long round(BigDecimal dividend, BigDecimal divisor) {
        return requireSupported(
                dividend.divide(divisor, 0, settings.roundingMode().mode()).toBigIntegerExact());
    }

    private static long requireSupported(BigInteger amount) {
        return requireSupported(amount.longValueExact());
    }

    private static long requireSupported(long amount) {
        if (amount > Money.MAX_AMOUNT) {
            throw new ArithmeticException("%d exceeds the largest amount %d".formatted(amount, Money.MAX_AMOUNT));
        }
        return amount;
    }

    private static void addTo(long[] sums, long[] amounts) {
        for (int index = 0; index < sums.length; index++) {
            sums[index] = Math.addExact(sums[index], amounts[index]);
        }
    }

    private static BigInteger sum(long[] amounts) {
        BigInteger sum = BigInteger.ZERO;
        for (long amount : amounts) {
            sum = sum.add(BigInteger.valueOf(amount));
        }
        requireSupported(sum);
        return sum;
    }

    /** Whole numbers in the same proportion. */
    private static BigInteger[] weights(List<BigDecimal> shares) {
        int scale = shares.stream().mapToInt(BigDecimal::scale).max().orElse(0);
        return shares.stream()
                .map(share -> share.setScale(scale, RoundingMode.UNNECESSARY).unscaledValue())
                .toArray(BigInteger[]::new);
    }

    private static List<Long> listOf(long[] amounts) {
        List<Long> list = new ArrayList<>(amounts.length);
        for (long amount : amounts) {
            list.add(amount);
        }
        return list;
    }

    private Money money(long amount) {
        return Money.of(amount, currency);
    }

    static TaxedAmount taxedAmount(String currency, Collection<TaxLine> taxLines, boolean includesTax) {
        Money zero = Money.zero(currency);
        Money tax = taxLines.stream().map(TaxLine::amount).reduce(zero, Money::plus);
        return new TaxedAmount(summarize(taxLines), tax, includesTax ? tax : zero);
    }

    /** One line for each name and rate, in this order. */
    static List<TaxLine> summarize(Collection<TaxLine> taxLines) {
        Map<SummaryKey, TaxLine> byRate = new TreeMap<>();
        taxLines.forEach(line -> byRate.merge(SummaryKey.of(line), line, SaleTaxCalculator::add));
        return List.copyOf(byRate.values());
    }

    private static TaxLine add(TaxLine one, TaxLine other) {
        return new TaxLine(
                one.name(),
                one.rate(),
                one.taxable().plus(other.taxable()),
                one.amount().plus(other.amount()));
    }

    private record SummaryKey(String name, BigDecimal rate) implements Comparable<SummaryKey> {
        static SummaryKey of(TaxLine line) {
            return new SummaryKey(line.name(), new BigDecimal(line.rate()));
        }

        @Override
        public int compareTo(SummaryKey other) {
            int byName = name.compareTo(other.name);
            return byName == 0 ? rate.compareTo(other.rate) : byName;
        }
    }
}
