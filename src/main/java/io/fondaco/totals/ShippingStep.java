package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.platform.money.Money;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.shipping.ShippingRequest;
import io.fondaco.shipping.ShippingRequest.ShippableLine;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.List;
import java.util.Optional;

/** Finds the available shipping methods, the one that applies and its price. */
final class ShippingStep implements TotalsStep {
    private final QuoteQuery quoteQuery;

    /** Finds the available shipping methods; the cheapest first. */
    interface QuoteQuery {
        List<ShippingQuote> listQuotes(ShippingRequest request);
    }

    ShippingStep(QuoteQuery quoteQuery) {
        this.quoteQuery = quoteQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<ShippableLine> lines = shippableLines(draft);
        List<ShippingQuote> methods = lines.isEmpty()
                ? List.of()
                : quoteQuery.listQuotes(
                        new ShippingRequest(draft.cart().shippingAddress(), draft.subtotal(), lines, draft.at()));
        Optional<ShippingQuote> method = selectMethod(draft.cart(), methods);
        Money price = method.map(ShippingQuote::price).orElse(draft.zero());
        if (draft.subtotal().plus(price).amount() > Money.MAX_AMOUNT) {
            throw new ArithmeticException("Total exceeds the largest amount: " + draft.subtotal());
        }
        return draft.withShipping(methods, method, price);
    }

    private static List<ShippableLine> shippableLines(TotalsDraft draft) {
        return draft.lines().stream()
                .flatMap(line -> shippableLine(line, draft.zero()).stream())
                .toList();
    }

    private static Optional<ShippableLine> shippableLine(PricedLine line, Money zero) {
        return line.variant()
                .filter(SellableVariant::requiresShipping)
                .map(variant -> new ShippableLine(
                        variant.shippingProfile(),
                        variant.weightGrams(),
                        line.cartLine().quantity(),
                        line.total().orElse(zero)));
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
