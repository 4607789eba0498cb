package io.fondaco.totals;

/** Adds up the total: {@code subtotal - discount + shipping + tax}. */
final class TotalStep implements TotalsStep {
    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        return draft.withTotal(
                draft.subtotal().minus(draft.discount()).plus(draft.shipping()).plus(draft.tax()));
    }
}
