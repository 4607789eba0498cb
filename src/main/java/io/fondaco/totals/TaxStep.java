package io.fondaco.totals;

import io.fondaco.platform.money.Money;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.List;

/**
 * Calculates the tax of each line and of the cart. No tax is configured: zero. It runs after items, shipping and
 * discounts, so that a calculation of tax can use all of them.
 */
final class TaxStep implements TotalsStep {
    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<PricedLine> lines =
                draft.lines().stream().map(line -> line.withTax(draft.zero())).toList();
        return draft.withTax(lines, lines.stream().map(PricedLine::tax).reduce(draft.zero(), Money::plus));
    }
}
