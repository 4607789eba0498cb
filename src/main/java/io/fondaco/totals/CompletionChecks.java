package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.platform.web.Violation;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds the reasons why a cart cannot be completed, without stock problems, in the order of the checks. */
final class CompletionChecks {
    private static final List<Function<TotalsDraft, Stream<Violation>>> CHECKS = List.of(
            CompletionChecks::cartHasLines,
            CompletionChecks::linesAreForSale,
            CompletionChecks::emailIsKnown,
            CompletionChecks::shippingIsKnown,
            CompletionChecks::taxesAreKnown,
            CompletionChecks::couponsApply);

    private CompletionChecks() {}

    static List<Violation> findProblems(TotalsDraft draft) {
        return CHECKS.stream().flatMap(check -> check.apply(draft)).toList();
    }

    private static Stream<Violation> cartHasLines(TotalsDraft draft) {
        return draft.lines().isEmpty()
                ? Stream.of(new Violation("/lines", "empty_cart", "The cart is empty."))
                : Stream.empty();
    }

    private static Stream<Violation> linesAreForSale(TotalsDraft draft) {
        return IntStream.range(0, draft.lines().size())
                .boxed()
                .flatMap(index -> lineIsForSale("/lines/" + index, draft.lines().get(index), draft.cart()));
    }

    private static Stream<Violation> lineIsForSale(String pointer, PricedLine line, Cart cart) {
        String sku = line.cartLine().sku();
        if (!line.variant().map(SellableVariant::forSale).orElse(false)) {
            return Stream.of(new Violation(pointer, "not_for_sale", sku + " is not for sale."));
        }
        if (line.unitPrice().isEmpty()) {
            return Stream.of(new Violation(
                    pointer, "no_price_in_currency", "%s has no price in %s.".formatted(sku, cart.currency())));
        }
        return Stream.empty();
    }

    private static Stream<Violation> emailIsKnown(TotalsDraft draft) {
        return draft.cart().email().isEmpty()
                ? Stream.of(new Violation("/email", "missing_email", "An order needs an e-mail address."))
                : Stream.empty();
    }

    private static Stream<Violation> shippingIsKnown(TotalsDraft draft) {
        return draft.requiresShipping() && draft.shippingMethod().isEmpty()
                ? Stream.of(shippingProblem(draft.cart()))
                : Stream.empty();
    }

    private static Violation shippingProblem(Cart cart) {
        if (cart.shippingAddress().isEmpty()) {
            return new Violation(
                    "/shipping_address",
                    "missing_shipping_address",
                    "Add a shipping address, or choose a shipping method that needs no address.");
        }
        if (cart.shippingMethod().isEmpty()) {
            return new Violation("/shipping_method", "missing_shipping_method", "Choose a shipping method.");
        }
        return new Violation(
                "/shipping_method",
                "shipping_method_unavailable",
                "'%s' is not offered for this address."
                        .formatted(cart.shippingMethod().get()));
    }

    private static Stream<Violation> taxesAreKnown(TotalsDraft draft) {
        return draft.taxes().available()
                ? Stream.empty()
                : Stream.of(new Violation(
                        "/totals/tax",
                        CartTaxes.UNAVAILABLE,
                        "The taxes cannot be calculated now. Try again in some seconds."));
    }

    private static Stream<Violation> couponsApply(TotalsDraft draft) {
        return draft.discounts().problems().stream();
    }
}
