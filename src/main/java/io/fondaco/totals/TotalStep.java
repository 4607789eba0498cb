package io.fondaco.totals;

import io.fondaco.platform.money.Money;
import java.util.function.ToLongFunction;

/**
 * Adds up the total: {@code subtotal - discount + shipping + tax - included tax}, and rounds it by the rule of its
 * currency. Tax may raise it above the largest supported amount.
 */
final class TotalStep implements TotalsStep {
    private final ToLongFunction<Money> roundingQuery;

    /** @param roundingQuery finds what is added to a total in order to round it, in minor units; may be negative */
    TotalStep(ToLongFunction<Money> roundingQuery) {
        this.roundingQuery = roundingQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        Money exact = draft.subtotal()
                .minus(draft.discount())
                .plus(draft.shipping())
                .plus(draft.taxes().tax())
                .minus(draft.taxes().includedTax());
        Money rounding = Money.of(exact.amount() == 0 ? 0 : roundingQuery.applyAsLong(exact), exact.currency());
        Money total = exact.plus(rounding);
        if (total.amount() > Money.MAX_AMOUNT) {
            throw new ArithmeticException("Total exceeds the largest amount: " + total);
        }
        return draft.withTotal(rounding, total);
    }
}
