package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.shipping.Shipping;
import io.fondaco.shipping.ShippingQuote;
import java.util.List;
import java.util.Optional;

/**
 * Finds the available shipping methods, the one that applies and its price. One statement, none if no line requires
 * shipping.
 */
final class ShippingStep implements TotalsStep {
    private final Shipping shippingQuotes;

    ShippingStep(Shipping shippingQuotes) {
        this.shippingQuotes = shippingQuotes;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<ShippingQuote> methods = draft.requiresShipping()
                ? shippingQuotes.listQuotes(
                        draft.cart().shippingAddress().map(PostalAddress::country), draft.subtotal())
                : List.of();
        Optional<ShippingQuote> method = selectMethod(draft.cart(), methods);
        Money price = method.map(ShippingQuote::price).orElse(draft.zero());
        if (draft.subtotal().plus(price).amount() > Money.MAX_AMOUNT) {
            throw new ArithmeticException("Total exceeds the largest amount: " + draft.subtotal());
        }
        return draft.withShipping(methods, method, price);
    }

    private static Optional<ShippingQuote> selectMethod(Cart cart, List<ShippingQuote> methods) {
        if (cart.shippingMethod().isPresent()) {
            return methods.stream()
                    .filter(quote -> quote.code().equals(cart.shippingMethod().get()))
                    .findFirst();
        }
        return cart.shippingAddress()
                .flatMap(_ ->
                        methods.stream().filter(ShippingQuote::needsAddress).findFirst());
    }
}
