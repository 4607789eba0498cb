package io.fondaco.totals;

import io.fondaco.platform.money.Money;

/**
 * Adds up the total: {@code subtotal - discount + shipping + tax - included tax + rounding}. Tax may raise it
 * above the largest supported amount.
 */
final class TotalStep implements TotalsStep {
    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        Money total = draft.subtotal()
                .minus(draft.discount())
                .plus(draft.shipping())
                .plus(draft.taxes().tax())
                .minus(draft.taxes().includedTax())
                .plus(draft.rounding());
        if (total.amount() > Money.MAX_AMOUNT) {
            throw new ArithmeticException("Total exceeds the largest amount: " + total);
        }
        return draft.withTotal(total);
    }
}
