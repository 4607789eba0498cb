package io.fondaco.totals;

import io.fondaco.promotion.DiscountRequest;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import io.fondaco.promotion.Discounts;
import java.util.List;
import java.util.function.Function;

/** Calculates the discounts of the cart's coupons. */
final class DiscountsStep implements TotalsStep {
    private final Function<DiscountRequest, Discounts> discountQuery;

    DiscountsStep(Function<DiscountRequest, Discounts> discountQuery) {
        this.discountQuery = discountQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<String> codes = draft.cart().couponCodes();
        if (codes.isEmpty()) {
            return draft;
        }
        List<DiscountableLine> lines = draft.lines().stream()
                .map(line ->
                        new DiscountableLine(line.cartLine().sku(), line.total().orElse(draft.zero())))
                .toList();
        return draft.withDiscounts(discountQuery.apply(new DiscountRequest(lines, draft.shipping(), codes)));
    }
}
