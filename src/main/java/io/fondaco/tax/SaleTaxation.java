package io.fondaco.tax;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Optional;

/**
 * The rules by which one sale is taxed. Immutable; calculations cause no statement. If the shop has a {@link
 * TaxProvider}, only {@link #calculate} calls it.
 */
public interface SaleTaxation {
    /** Whether prices include tax, where their price list does not say. */
    boolean pricesIncludeTax();

    /** Why the customer owes no tax to the seller; empty if tax is charged. */
    Optional<TaxExemption> exemption();

    /**
     * The price of one unit, or of shipping, that this customer pays: a price that includes tax is reduced by it, half
     * up, if the customer is exempt. Any other price is returned as it is.
     *
     * @param category tax category
     * @param includesTax whether the price includes tax
     */
    Money effectivePrice(Money price, String category, boolean includesTax);

    /** {@link #effectivePrice} of the price of shipping, by the settings of taxes on shipping. */
    Money effectiveShippingPrice(Money price);

    /**
     * Calculates the tax. The result does not depend on the order of the lines: equal lines may swap a rounded unit,
     * and every sum stays the same.
     *
     * <p>The answer of a {@link TaxProvider} is kept for a while, so that equal sales have equal taxes. If it is
     * missing, it is requested, within a time limit. In a transaction that {@link
     * io.fondaco.platform.transactions.RetriedWrites} began, this throws {@link
     * io.fondaco.platform.transactions.CallOutsideTransaction}, so that the request is made after the rollback. In any
     * other transaction the provider is not called, as if it did not answer.
     *
     * @param lines with their amounts after discounts and {@link #effectivePrice}
     * @param shipping after discounts and {@link #effectiveShippingPrice}; zero without shipping
     * @return empty if the provider of the shop does not answer, and its fallback is {@link
     *     TaxProvider.Fallback#REFUSE}
     * @throws ArithmeticException if an amount exceeds the largest supported one
     */
    Optional<TaxCalculation> calculate(List<TaxableLine> lines, Money shipping);

    /**
     * A line to tax.
     *
     * @param category tax category
     * @param amount of all units, less discounts; zero or more
     * @param includesTax whether the amount includes tax
     */
    record TaxableLine(String category, Money amount, boolean includesTax) {}
}
