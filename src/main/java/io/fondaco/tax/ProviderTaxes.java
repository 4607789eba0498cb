package io.fondaco.tax;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.postal.Regions;
import io.fondaco.platform.remote.RemoteAnswers;
import io.fondaco.platform.remote.RemoteAnswers.Answer;
import io.fondaco.platform.remote.RemoteAnswers.Capacity;
import io.fondaco.platform.transactions.OutsideTransaction;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.TaxProvider.TaxAnswer;
import io.fondaco.tax.TaxProvider.TaxRequest;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The taxes of a provider. Its answers are checked and kept in the pod, so what is charged is what was shown. What is
 * exempt or costs nothing is not sent to it and has no taxes.
 */
final class ProviderTaxes implements AutoCloseable {
    /** Tax lines of one line. */
    static final int MAX_TAX_LINES = 20;

    /** Lines of all kept requests together, with their taxes: some 50 MB. */
    private static final long MAX_KEPT_LINES = 100_000;

    private static final Pattern FRACTION = Pattern.compile("0(\\.[0-9]{1,12})?|1(\\.0{1,12})?");
    private static final Pattern PRINTABLE = Pattern.compile(PostalAddress.PRINTABLE);

    private final TaxProvider provider;
    private final RemoteAnswers<TaxRequest, TaxAnswer> answers;

    ProviderTaxes(TaxProvider provider, OutsideTransaction outsideTransaction) {
        this.provider = provider;
        this.answers = new RemoteAnswers<>(
                "tax provider " + provider.name(),
                request -> verified(provider.calculate(request), request),
                new Capacity<>(request -> 1 + request.lines().size(), MAX_KEPT_LINES),
                outsideTransaction);
    }

    @Override
    public void close() {
        answers.close();
    }

    /**
     * @param place the destination, or the place of the seller
     * @param builtIn by the rates of the shop; it decides exemptions and the prices of exempt customers
     */
    SaleTaxation taxationOf(TaxedSale sale, TaxPlace place, TaxSettings settings, SaleTaxation builtIn) {
        return builtIn.exemption().isPresent() ? builtIn : new ProviderTaxation(sale, place, settings, builtIn);
    }

    private final class ProviderTaxation implements SaleTaxation {
        private final TaxedSale sale;
        private final TaxPlace place;
        private final TaxSettings settings;
        private final SaleTaxation builtIn;

        ProviderTaxation(TaxedSale sale, TaxPlace place, TaxSettings settings, SaleTaxation builtIn) {
            this.sale = sale;
            this.place = place;
            this.settings = settings;
            this.builtIn = builtIn;
        }

        @Override
        public boolean pricesIncludeTax() {
            return builtIn.pricesIncludeTax();
        }

        @Override
        public Optional<TaxExemption> exemption() {
            return builtIn.exemption();
        }

        @Override
        public Money effectivePrice(Money price, String category, boolean includesTax) {
            return builtIn.effectivePrice(price, category, includesTax);
        }

        @Override
        public Money effectiveShippingPrice(Money price) {
            return builtIn.effectiveShippingPrice(price);
        }

        @Override
        public Optional<TaxCalculation> calculate(List<TaxableLine> lines, Money shipping) {
            TaxableLine shippingLine =
                    new TaxableLine(settings.shippingCategory(), shipping, settings.pricesIncludeTax());
            TaxRequest request = requestOf(lines, shippingLine);
            if (request.lines().isEmpty() && request.shipping().isEmpty()) {
                return builtIn.calculate(lines, shipping);
            }
            return switch (answers.get(request)) {
                case Answer.Known<TaxAnswer>(TaxAnswer answer) ->
                    Optional.of(toCalculation(answer, lines, shippingLine));
                case Answer.Unavailable<TaxAnswer> _ ->
                    switch (provider.fallback()) {
                        case BUILT_IN -> builtIn.calculate(lines, shipping);
                        case REFUSE -> Optional.empty();
                    };
            };
        }

        private TaxRequest requestOf(List<TaxableLine> lines, TaxableLine shipping) {
            return new TaxRequest(
                    sale.currency(),
                    LocalDate.ofInstant(sale.at(), provider.timeZone()),
                    new TaxPlace(
                            place.country(),
                            place.region().map(region -> Regions.normalize(place.country(), region)),
                            place.postalCode()),
                    sale.taxId(),
                    lines.stream().filter(this::isTaxable).toList(),
                    Optional.of(shipping).filter(this::isTaxable));
        }

        private boolean isTaxable(TaxableLine line) {
            return SaleTaxCalculator.amountOf(line.amount(), sale.currency()) > 0
                    && !line.category().equals(Taxes.EXEMPT_CATEGORY);
        }

        private TaxCalculation toCalculation(TaxAnswer answer, List<TaxableLine> lines, TaxableLine shipping) {
            Iterator<List<TaxLine>> answered = answer.lines().iterator();
            List<TaxedAmount> taxedLines = new ArrayList<>();
            for (TaxableLine line : lines) {
                taxedLines.add(taxedAmount(isTaxable(line) ? answered.next() : List.of(), line));
            }
            return new TaxCalculation(
                    taxedLines,
                    taxedAmount(answer.shipping(), shipping),
                    SaleTaxCalculator.summarize(allTaxLines(answer).toList()));
        }

        private TaxedAmount taxedAmount(List<TaxLine> taxLines, TaxableLine line) {
            return SaleTaxCalculator.taxedAmount(sale.currency(), taxLines, line.includesTax());
        }
    }

    private static Stream<TaxLine> allTaxLines(TaxAnswer answer) {
        return Stream.concat(answer.lines().stream().flatMap(List::stream), answer.shipping().stream());
    }

    /**
     * The answer in its normal form.
     *
     * @throws RuntimeException if it does not match the request
     */
    static TaxAnswer verified(TaxAnswer answer, TaxRequest request) {
        require(
                answer.lines().size() == request.lines().size(),
                "%d lines were taxed instead of %d"
                        .formatted(answer.lines().size(), request.lines().size()));
        require(request.shipping().isPresent() || answer.shipping().isEmpty(), "there is no shipping to tax");
        TaxAnswer normalized = new TaxAnswer(
                IntStream.range(0, request.lines().size())
                        .mapToObj(index -> verified(
                                answer.lines().get(index), request.lines().get(index)))
                        .toList(),
                request.shipping()
                        .map(shipping -> verified(answer.shipping(), shipping))
                        .orElse(List.of()),
                answer.tax());
        Money sum = sumOf(allTaxLines(normalized), request.currency());
        require(
                answer.tax().equals(sum) && sum.amount() <= Money.MAX_AMOUNT,
                "the tax is %s, but the tax lines add up to %s".formatted(answer.tax(), sum));
        return normalized;
    }

    private static List<TaxLine> verified(List<TaxLine> taxLines, TaxableLine line) {
        require(taxLines.size() <= MAX_TAX_LINES, "a line has %d taxes".formatted(taxLines.size()));
        String currency = line.amount().currency();
        List<TaxLine> normalized =
                taxLines.stream().map(tax -> verified(tax, currency)).toList();
        Money tax = sumOf(normalized.stream(), currency);
        require(
                !line.includesTax() || tax.amount() <= line.amount().amount(),
                "%s includes a tax of %s".formatted(line.amount(), tax));
        return normalized;
    }

    private static TaxLine verified(TaxLine tax, String currency) {
        String name = tax.name().strip();
        require(
                !name.isEmpty()
                        && name.length() <= TaxRateDraft.MAX_NAME
                        && PRINTABLE.matcher(name).matches(),
                "a tax has no name, or one with control characters or of more than %d characters"
                        .formatted(TaxRateDraft.MAX_NAME));
        require(FRACTION.matcher(tax.rate()).matches(), "a rate is not a decimal from 0 to 1");
        Stream.of(tax.taxable(), tax.amount()).forEach(amount -> requireAmount(amount, currency));
        return new TaxLine(name, TaxRateValidator.plain(new BigDecimal(tax.rate())), tax.taxable(), tax.amount());
    }

    private static void requireAmount(Money amount, String currency) {
        require(
                amount.currency().equals(currency) && amount.amount() >= 0 && amount.amount() <= Money.MAX_AMOUNT,
                "%s is not an amount in %s of zero or more".formatted(amount, currency));
    }

    private static Money sumOf(Stream<TaxLine> taxLines, String currency) {
        return taxLines.map(TaxLine::amount).reduce(Money.zero(currency), Money::plus);
    }

    private static void require(boolean valid, String problem) {
        if (!valid) {
            throw new IllegalStateException("Wrong answer: " + problem);
        }
    }
}
