package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.shipping.ShippingQuote;
import java.util.List;
import java.util.Optional;

/** Finds the available shipping methods, the one that applies and its price. */
final class ShippingStep implements TotalsStep {
    private final QuoteQuery quoteQuery;

    /** Finds the shipping methods for a country, which may be unknown, and a subtotal; the cheapest first. */
    interface QuoteQuery {
        List<ShippingQuote> listQuotes(Optional<String> country, Money subtotal);
    }

    ShippingStep(QuoteQuery quoteQuery) {
        this.quoteQuery = quoteQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<ShippingQuote> methods = draft.requiresShipping()
                ? quoteQuery.listQuotes(draft.cart().shippingAddress().map(PostalAddress::country), draft.subtotal())
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
