package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.promotion.Discounts;
import io.fondaco.shipping.ShippingQuote;
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
 * @param discount the sum of the discounts of lines and shipping
 * @param shipping the price of the shipping method that applies; zero without one
 */
record TotalsDraft(
        Cart cart,
        Instant at,
        List<PricedLine> lines,
        List<ShippingQuote> shippingMethods,
        Optional<ShippingQuote> shippingMethod,
        Discounts discounts,
        Money subtotal,
        Money discount,
        Money shipping,
        Money tax,
        Money total) {

    static TotalsDraft of(Cart cart, Instant at) {
        Money zero = Money.zero(cart.currency());
        return new TotalsDraft(
                cart, at, List.of(), List.of(), Optional.empty(), Discounts.NONE, zero, zero, zero, zero, zero);
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
                newSubtotal,
                discount,
                shipping,
                tax,
                total);
    }

    TotalsDraft withShipping(List<ShippingQuote> newMethods, Optional<ShippingQuote> newMethod, Money price) {
        return new TotalsDraft(
                cart, at, lines, newMethods, newMethod, discounts, subtotal, discount, price, tax, total);
    }

    TotalsDraft withDiscounts(Discounts newDiscounts) {
        return new TotalsDraft(
                cart,
                at,
                lines,
                shippingMethods,
                shippingMethod,
                newDiscounts,
                subtotal,
                newDiscounts.total(cart.currency()),
                shipping,
                tax,
                total);
    }

    /** @param taxedLines the same lines with their tax */
    TotalsDraft withTax(List<PricedLine> taxedLines, Money newTax) {
        return new TotalsDraft(
                cart,
                at,
                taxedLines,
                shippingMethods,
                shippingMethod,
                discounts,
                subtotal,
                discount,
                shipping,
                newTax,
                total);
    }

    TotalsDraft withTotal(Money newTotal) {
        return new TotalsDraft(
                cart,
                at,
                lines,
                shippingMethods,
                shippingMethod,
                discounts,
                subtotal,
                discount,
                shipping,
                tax,
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
                new Totals(subtotal, discount, shipping, tax, total),
                CompletionChecks.findProblems(this));
    }
}
