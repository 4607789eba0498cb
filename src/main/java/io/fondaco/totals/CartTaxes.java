package io.fondaco.totals;

import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxCalculation;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.TaxExemption;
import io.fondaco.tax.TaxLine;
import java.util.List;
import java.util.Optional;

/**
 * The taxes of a cart. Those of its lines are in the lines.
 *
 * @param exemption why the customer owes no tax to the seller
 * @param pricesIncludeTax whether prices include tax, where their price list does not say
 * @param taxLines of lines and shipping together
 * @param shipping the tax of shipping
 * @param includedTax the part of {@code tax} that prices include
 * @param available whether the taxes are known; if not, there are none, and the cart cannot be completed
 */
public record CartTaxes(
        Optional<TaxExemption> exemption,
        boolean pricesIncludeTax,
        List<TaxLine> taxLines,
        TaxedAmount shipping,
        Money tax,
        Money includedTax,
        boolean available) {
    /** The code of the problem of a cart whose taxes are not known, because a tax provider does not answer. */
    public static final String UNAVAILABLE = "tax_unavailable";

    public CartTaxes {
        taxLines = List.copyOf(taxLines);
    }

    /** The taxes before their calculation. */
    static CartTaxes none(Money zero) {
        return new CartTaxes(Optional.empty(), false, List.of(), noTax(zero), zero, zero, true);
    }

    /** An amount that is not taxed. */
    static TaxedAmount noTax(Money zero) {
        return new TaxedAmount(List.of(), zero, zero);
    }

    CartTaxes withRules(Optional<TaxExemption> newExemption, boolean newPricesIncludeTax) {
        return new CartTaxes(newExemption, newPricesIncludeTax, taxLines, shipping, tax, includedTax, available);
    }

    CartTaxes withCalculation(TaxCalculation calculation) {
        Money newTax = calculation.shipping().tax();
        Money newIncludedTax = calculation.shipping().includedTax();
        for (TaxedAmount line : calculation.lines()) {
            newTax = newTax.plus(line.tax());
            newIncludedTax = newIncludedTax.plus(line.includedTax());
        }
        return new CartTaxes(
                exemption,
                pricesIncludeTax,
                calculation.taxLines(),
                calculation.shipping(),
                newTax,
                newIncludedTax,
                true);
    }

    CartTaxes withoutCalculation() {
        return new CartTaxes(exemption, pricesIncludeTax, taxLines, shipping, tax, includedTax, false);
    }
}
