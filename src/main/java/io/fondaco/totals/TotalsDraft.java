package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.promotion.Discounts;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.tax.SaleTaxation;
import io.fondaco.totals.PricedCart.PricedLine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A cart while its totals are calculated. Each {@link TotalsStep} adds its part; the amounts of steps that have not run
 * yet are zero.
 *
 * @param at the moment at which the cart is priced; prices, promotions and rates that start or end by time are those of
 *     this moment
 * @param taxation the rules by which the cart is taxed; empty while they are not known, and if the cart is empty
 * @param discount the sum of the discounts of lines and shipping
 * @param shipping the price of the shipping method that applies; zero without one
 * @param rounding what the rounding of cash totals adds; may be negative
 */
record TotalsDraft(
        Cart cart,
        Instant at,
        List<PricedLine> lines,
        List<ShippingQuote> shippingMethods,
        Optional<ShippingQuote> shippingMethod,
        Discounts discounts,
        Optional<SaleTaxation> taxation,
        CartTaxes taxes,
        Money subtotal,
        Money discount,
        Money shipping,
        Money rounding,
        Money total) {

    static TotalsDraft of(Cart cart, Instant at) {
        Money zero = Money.zero(cart.currency());
        return new TotalsDraft(
                cart,
                at,
                List.of(),
                List.of(),
                Optional.empty(),
                Discounts.NONE,
                Optional.empty(),
                CartTaxes.none(zero),
                zero,
                zero,
                zero,
                zero,
                zero);
    }

    Money zero() {
        return Money.zero(cart.currency());
    }

    boolean requiresShipping() {
        return lines.stream()
                .anyMatch(line ->
                        line.variant().map(SellableVariant::requiresShipping).orElse(false));
    }

    TotalsDraft withItems(List<PricedLine> newLines, Money newSubtotal) {
        return new TotalsDraft(
                cart,
                at,
                newLines,
                shippingMethods,
                shippingMethod,
                discounts,
                taxation,
                taxes,
                newSubtotal,
                discount,
                shipping,
                rounding,
                total);
    }

    TotalsDraft withShipping(List<ShippingQuote> newMethods, Optional<ShippingQuote> newMethod, Money price) {
        return new TotalsDraft(
                cart,
                at,
                lines,
                newMethods,
                newMethod,
                discounts,
                taxation,
                taxes,
                subtotal,
                discount,
                price,
                rounding,
                total);
    }

    /** @param taxedLines the same lines with the prices that this customer pays */
    TotalsDraft withTaxation(SaleTaxation newTaxation, List<PricedLine> taxedLines, Money newSubtotal) {
        boolean exempt = newTaxation.exemption().isPresent();
        return new TotalsDraft(
                cart,
                at,
                taxedLines,
                shippingMethods,
                shippingMethod,
                discounts,
                Optional.of(newTaxation),
                taxes.withRules(newTaxation.exemption(), newTaxation.pricesIncludeTax() && !exempt),
                newSubtotal,
                discount,
                shipping,
                rounding,
                total);
    }

    TotalsDraft withDiscounts(Discounts newDiscounts) {
        return new TotalsDraft(
                cart,
                at,
                lines,
                shippingMethods,
                shippingMethod,
                newDiscounts,
                taxation,
                taxes,
                subtotal,
                newDiscounts.total(cart.currency()),
                shipping,
                rounding,
                total);
    }

    /** @param taxedLines the same lines with their tax */
    TotalsDraft withTaxes(List<PricedLine> taxedLines, CartTaxes newTaxes) {
        return new TotalsDraft(
                cart,
                at,
                taxedLines,
                shippingMethods,
                shippingMethod,
                discounts,
                taxation,
                newTaxes,
                subtotal,
                discount,
                shipping,
                rounding,
                total);
    }

    TotalsDraft withTotal(Money newRounding, Money newTotal) {
        return new TotalsDraft(
                cart,
                at,
                lines,
                shippingMethods,
                shippingMethod,
                discounts,
                taxation,
                taxes,
                subtotal,
                discount,
                shipping,
                newRounding,
                newTotal);
    }

    /** The finished cart, after the last step. */
    PricedCart toPricedCart() {
        return new PricedCart(
                cart,
                lines,
                shippingMethods,
                shippingMethod,
                discounts,
                taxes,
                new Totals(subtotal, discount, shipping, taxes.tax(), taxes.includedTax(), rounding, total),
                CompletionChecks.findProblems(this));
    }
}
