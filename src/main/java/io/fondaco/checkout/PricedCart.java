package io.fondaco.checkout;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartLine;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.inventory.StockDemand;
import io.fondaco.inventory.StockQuantity;
import io.fondaco.order.Discount;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.Discounts;
import io.fondaco.shipping.ShippingQuote;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cart with the prices of this moment.
 *
 * @param methods on offer, cheapest first; none when nothing is delivered
 * @param method the one that counts: chosen, or the cheapest that delivers to the address
 * @param discounts what its coupons come to, and why some of them do not
 * @param problems what stands in the way of an order, but for stock
 */
record PricedCart(
        Cart cart,
        List<Line> lines,
        List<ShippingQuote> methods,
        Optional<ShippingQuote> method,
        Discounts discounts,
        Totals totals,
        List<Violation> problems) {

    /** A line; its variant may be gone, its price may be missing. */
    record Line(CartLine line, Optional<SellableVariant> variant, Optional<Money> unitPrice) {
        Optional<Money> total() {
            return unitPrice.map(price -> price.times(line.quantity()));
        }

        boolean stockChecked() {
            return variant.map(SellableVariant::stockChecked).orElse(false);
        }
    }

    /** What is taken off a line; null for nothing. */
    @Nullable
    Money discountOfLine(int index) {
        Money discount = discounts.ofLine(index, cart.currency());
        return discount.amount() == 0 ? null : discount;
    }

    /** What an order is told of its coupons: those that take something off. */
    List<Discount> effectiveDiscounts() {
        return discounts.effective().stream().map(PricedCart::view).toList();
    }

    private static Discount view(Discounts.Applied discount) {
        return new Discount(discount.code(), discount.title(), discount.kind().column(), discount.amount());
    }

    List<StockQuantity> stock() {
        return lines.stream()
                .filter(Line::stockChecked)
                .map(line -> new StockQuantity(line.line().sku(), line.line().quantity()))
                .toList();
    }

    /** The stock, and where it is to go: nowhere when it is collected. */
    StockDemand demand() {
        return new StockDemand(
                stock(),
                method.filter(ShippingQuote::needsAddress)
                        .flatMap(_ -> cart.shippingAddress())
                        .map(PostalAddress::country)
                        .orElse(null));
    }

    /**
     * @param token null but for a new cart
     * @param stockProblems what is out of stock just now
     */
    CartView view(@Nullable String token, List<Violation> stockProblems) {
        return new CartView(
                cart.id(),
                token,
                cart.status(),
                cart.currency(),
                cart.email().orElse(null),
                lines.stream().map(PricedCart::view).toList(),
                cart.shippingAddress().orElse(null),
                cart.billingAddress().orElse(null),
                method.map(ShippingQuote::code).or(cart::shippingMethod).orElse(null),
                cart.couponCodes(),
                discounts.applied().stream().map(PricedCart::view).toList(),
                totals,
                Stream.concat(problems.stream(), stockProblems.stream()).toList());
    }

    private static CartView.Line view(Line line) {
        return new CartView.Line(
                line.line().id(),
                line.line().sku(),
                line.line().variantId(),
                line.variant().map(SellableVariant::title).orElse(null),
                line.line().quantity(),
                line.unitPrice().orElse(null),
                line.total().orElse(null));
    }
}
