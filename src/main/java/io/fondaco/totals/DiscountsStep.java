package io.fondaco.totals;

import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.promotion.DiscountRequest;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import io.fondaco.promotion.Discounts;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Calculates the discounts of the cart: of its coupons and of automatic promotions. */
final class DiscountsStep implements TotalsStep {
    private final Function<DiscountRequest, Discounts> discountQuery;

    DiscountsStep(Function<DiscountRequest, Discounts> discountQuery) {
        this.discountQuery = discountQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<String> codes = draft.cart().couponCodes();
        if (codes.isEmpty() && draft.lines().isEmpty()) {
            return draft;
        }
        List<DiscountableLine> lines = draft.lines().stream()
                .map(line -> new DiscountableLine(
                        line.cartLine().sku(),
                        line.cartLine().quantity(),
                        line.unitPrice().orElse(draft.zero()),
                        line.variant()))
                .toList();
        // Only customers with an account have groups.
        return draft.withDiscounts(discountQuery.apply(new DiscountRequest(
                lines,
                draft.shipping(),
                codes,
                draft.at(),
                draft.cart().shippingAddress().map(PostalAddress::country),
                Set.of(),
                Set.of())));
    }
}
