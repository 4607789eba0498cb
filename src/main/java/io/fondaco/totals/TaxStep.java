package io.fondaco.totals;

import io.fondaco.platform.money.Money;
import io.fondaco.tax.SaleTaxation;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxCalculation;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Calculates the tax of each line, of shipping and of the cart, from their prices less discounts. {@link TaxationStep}
 * has found the rules; without lines there are none and no tax. If the taxes cannot be known now, the cart has none and
 * cannot be completed.
 */
final class TaxStep implements TotalsStep {
    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        return draft.taxation().map(taxation -> applyTaxes(draft, taxation)).orElse(draft);
    }

    private static TotalsDraft applyTaxes(TotalsDraft draft, SaleTaxation taxation) {
        List<TaxableLine> taxable = new ArrayList<>();
        String currency = draft.cart().currency();
        for (int index = 0; index < draft.lines().size(); index++) {
            PricedLine line = draft.lines().get(index);
            Money discount = draft.discounts().lineDiscount(index, currency);
            taxable.add(new TaxableLine(
                    line.taxCategory(), line.total().orElse(draft.zero()).minus(discount), line.priceIncludesTax()));
        }
        return taxation.calculate(
                        taxable, draft.shipping().minus(draft.discounts().shippingDiscount(currency)))
                .map(calculation -> applyTaxes(draft, calculation))
                .orElseGet(() -> draft.withTaxes(draft.lines(), draft.taxes().withoutCalculation()));
    }

    private static TotalsDraft applyTaxes(TotalsDraft draft, TaxCalculation calculation) {
        List<PricedLine> lines = IntStream.range(0, draft.lines().size())
                .mapToObj(index ->
                        draft.lines().get(index).withTax(calculation.lines().get(index)))
                .toList();
        return draft.withTaxes(lines, draft.taxes().withCalculation(calculation));
    }
}
