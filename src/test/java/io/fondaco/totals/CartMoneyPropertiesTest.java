package io.fondaco.totals;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartLine;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.TaxLine;
import io.fondaco.totals.CartView.CartLineView;
import io.fondaco.totals.PricedCart.PricedLine;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * What holds for the money of every cart, to the unit: for prices with and without tax, every number of decimals of a
 * currency, and every way of combining promotions. {@code -Pfaults} tries ten times as many carts.
 */
class CartMoneyPropertiesTest {
    @Property
    void totalIsTheSumOfItsParts(@ForAll("carts") CartCase given) {
        PricedCart priced = given.price();
        long lines = 0;
        long discount = shippingDiscount(priced);
        long tax = priced.taxes().shipping().tax().amount();
        long includedTax = priced.taxes().shipping().includedTax().amount();
        for (int index = 0; index < priced.lines().size(); index++) {
            PricedLine line = priced.lines().get(index);
            lines += unitPrice(line) * line.cartLine().quantity();
            discount += lineDiscount(priced, index);
            tax += line.tax().tax().amount();
            includedTax += line.tax().includedTax().amount();
        }
        Totals totals = priced.totals();
        assertThat(totals.subtotal().amount()).isEqualTo(lines);
        assertThat(totals.discount().amount()).isEqualTo(discount);
        assertThat(totals.tax().amount()).isEqualTo(tax);
        assertThat(totals.includedTax().amount()).isEqualTo(includedTax);
        assertThat(totals.total().amount())
                .isEqualTo(lines
                        - discount
                        + totals.shipping().amount()
                        + tax
                        - includedTax
                        + totals.rounding().amount());
    }

    @Property
    void whatIsShownForLinesAndShippingAddsUpToTheTotal(@ForAll("carts") CartCase given) {
        PricedCart priced = given.price();
        CartView view = priced.view(null, List.of());
        TaxedAmount shippingTax = priced.taxes().shipping();
        long expected = priced.totals().shipping().amount()
                - shippingDiscount(priced)
                + shippingTax.tax().amount()
                - shippingTax.includedTax().amount()
                + priced.totals().rounding().amount();
        for (CartLineView line : view.lines()) {
            Money withTax = Objects.requireNonNull(line.totalWithTax());
            Money withoutTax = Objects.requireNonNull(line.totalWithoutTax());
            assertThat(withTax).isEqualTo(withoutTax.plus(line.tax()));
            assertThat(line.priceIncludesTax() ? withTax : withoutTax)
                    .as("the price after discounts")
                    .isEqualTo(Objects.requireNonNull(line.total()).minus(line.discount()));
            expected += withTax.amount();
        }
        assertThat(priced.totals().total().amount()).isEqualTo(expected);
    }

    @Property
    void totalGrowsByTheTaxesThatPricesDoNotInclude(@ForAll("carts") CartCase given) {
        PricedCart priced = given.price();
        priced.lines().forEach(line -> assertThat(line.tax().includedTax())
                .isEqualTo(line.priceIncludesTax() ? line.tax().tax() : Money.zero(given.currency())));
        TaxedAmount shippingTax = priced.taxes().shipping();
        assertThat(shippingTax.includedTax())
                .isEqualTo(priced.taxes().pricesIncludeTax() ? shippingTax.tax() : Money.zero(given.currency()));
    }

    @Property
    void taxLinesAddUpByNameAndRate(@ForAll("carts") CartCase given) {
        PricedCart priced = given.price();
        Map<String, Long> byRate =
                taxedAmounts(priced).flatMap(taxed -> taxed.taxLines().stream()).collect(sumByRate());
        assertThat(priced.taxes().taxLines().stream().collect(sumByRate())).isEqualTo(byRate);
        assertThat(byRate.values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(priced.totals().tax().amount());
        taxedAmounts(priced).forEach(taxed -> assertThat(taxed.taxLines().stream()
                        .mapToLong(line -> line.amount().amount())
                        .sum())
                .isEqualTo(taxed.tax().amount()));
    }

    @Property
    void noAmountIsNegative(@ForAll("carts") CartCase given) {
        PricedCart priced = given.price();
        Totals totals = priced.totals();
        assertThat(Stream.of(
                        totals.subtotal(),
                        totals.discount(),
                        totals.shipping(),
                        totals.tax(),
                        totals.includedTax(),
                        totals.total()))
                .allMatch(money -> money.amount() >= 0);
        assertThat(shippingDiscount(priced)).isBetween(0L, totals.shipping().amount());
        for (int index = 0; index < priced.lines().size(); index++) {
            PricedLine line = priced.lines().get(index);
            long price = unitPrice(line) * line.cartLine().quantity();
            long discount = lineDiscount(priced, index);
            assertThat(discount).isBetween(0L, price);
            assertThat(line.tax().includedTax().amount()).isBetween(0L, price - discount);
        }
        assertThat(taxedAmounts(priced).flatMap(taxed -> taxed.taxLines().stream()))
                .allMatch(line -> line.amount().amount() >= 0 && line.taxable().amount() >= 0);
    }

    @Property
    void orderOfTheLinesChangesNothing(@ForAll("carts") CartCase given, @ForAll Random random) {
        List<CartLine> shuffled = new ArrayList<>(given.cart().lines());
        Collections.shuffle(shuffled, random);
        PricedCart before = given.price();
        PricedCart after = given.price(given.withLines(shuffled));
        assertThat(after.totals()).isEqualTo(before.totals());
        assertThat(after.taxes()).isEqualTo(before.taxes());
        assertThat(after.discounts().problems()).isEqualTo(before.discounts().problems());
        assertThat(discountsByPromotion(after)).isEqualTo(discountsByPromotion(before));
        assertThat(discountsBySku(after)).isEqualTo(discountsBySku(before));
        assertThat(taxesByPrice(after)).isEqualTo(taxesByPrice(before));
    }

    @Property
    void pricingAgainGivesTheSame(@ForAll("carts") CartCase given) {
        Cart cart = given.cart();
        PricedCart first = given.price(cart);
        assertThat(given.price(cart)).isEqualTo(first);
        assertThat(given.price(first.cart())).isEqualTo(first);
    }

    @Provide
    Arbitrary<CartCase> carts() {
        return CartCase.arbitrary();
    }

    private static long unitPrice(PricedLine line) {
        return line.unitPrice().orElseThrow().amount();
    }

    private static long lineDiscount(PricedCart priced, int index) {
        return priced.discounts().lineDiscount(index, priced.cart().currency()).amount();
    }

    private static long shippingDiscount(PricedCart priced) {
        return priced.discounts().applied().stream()
                .mapToLong(discount -> discount.shippingAmount().amount())
                .sum();
    }

    private static Stream<TaxedAmount> taxedAmounts(PricedCart priced) {
        return Stream.concat(
                priced.lines().stream().map(PricedLine::tax),
                Stream.of(priced.taxes().shipping()));
    }

    private static Collector<TaxLine, ?, Map<String, Long>> sumByRate() {
        return Collectors.groupingBy(
                line -> line.name() + " " + new BigDecimal(line.rate()).stripTrailingZeros(),
                Collectors.summingLong(line -> line.amount().amount()));
    }

    private static List<List<Object>> discountsByPromotion(PricedCart priced) {
        return priced.discounts().applied().stream()
                .map(discount -> List.<Object>of(discount.title(), discount.amount(), discount.shippingAmount()))
                .toList();
    }

    private static Map<String, Long> discountsBySku(PricedCart priced) {
        return IntStream.range(0, priced.lines().size())
                .boxed()
                .collect(Collectors.toMap(
                        index -> priced.lines().get(index).cartLine().sku(), index -> lineDiscount(priced, index)));
    }

    /** What decides the tax of a line. Lines that agree in it may swap a rounded unit. */
    private record Taxable(String category, long amount, boolean includesTax) {}

    private static Taxable taxable(PricedCart priced, int index) {
        PricedLine line = priced.lines().get(index);
        long amount = unitPrice(line) * line.cartLine().quantity() - lineDiscount(priced, index);
        return new Taxable(line.taxCategory(), amount, line.priceIncludesTax());
    }

    private static Map<Taxable, List<Long>> taxesByPrice(PricedCart priced) {
        return IntStream.range(0, priced.lines().size())
                .boxed()
                .collect(Collectors.groupingBy(
                        index -> taxable(priced, index),
                        Collectors.mapping(
                                index -> priced.lines().get(index).tax().tax().amount(),
                                Collectors.collectingAndThen(
                                        Collectors.toList(),
                                        taxes -> taxes.stream().sorted().toList()))));
    }
}
