package io.fondaco.tax;

import io.fondaco.platform.money.Money;
import java.util.List;

/**
 * The tax of a cart or an order.
 *
 * @param lines in the order of the lines that were taxed
 * @param shipping the tax of shipping
 * @param taxLines one for each tax and rate, of lines and shipping together, in the order of their names; their amounts
 *     add up to the tax of lines and shipping
 */
public record TaxCalculation(List<TaxedAmount> lines, TaxedAmount shipping, List<TaxLine> taxLines) {
    public TaxCalculation {
        lines = List.copyOf(lines);
        taxLines = List.copyOf(taxLines);
    }

    /**
     * The tax of one line or of shipping.
     *
     * @param tax the sum of the tax lines
     * @param includedTax the part of {@code tax} that the amount includes: all of it or nothing
     */
    public record TaxedAmount(List<TaxLine> taxLines, Money tax, Money includedTax) {
        public TaxedAmount {
            taxLines = List.copyOf(taxLines);
        }
    }
}
