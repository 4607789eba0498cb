package io.fondaco.totals;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.pricing.SelectedPrice.SelectedList;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.tax.SaleTaxation;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the rules by which the cart is taxed, and whether each price includes tax. If the customer owes no tax, prices
 * that include it are reduced by it. It runs after items and shipping, which the destination depends on, and before
 * discounts, which are calculated from the reduced prices.
 */
final class TaxationStep implements TotalsStep {
    private final Function<TaxedSale, SaleTaxation> taxationQuery;

    TaxationStep(Function<TaxedSale, SaleTaxation> taxationQuery) {
        this.taxationQuery = taxationQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        if (draft.lines().isEmpty()) {
            return draft;
        }
        SaleTaxation taxation = taxationQuery.apply(new TaxedSale(
                destination(draft).map(TaxPlace::of),
                draft.cart().taxId(),
                draft.cart().currency(),
                draft.at()));
        List<PricedLine> lines =
                draft.lines().stream().map(line -> withTaxation(line, taxation)).toList();
        Money subtotal = lines.stream().flatMap(line -> line.total().stream()).reduce(draft.zero(), Money::plus);
        return draft.withTaxation(taxation, lines, subtotal)
                .withShipping(
                        draft.shippingMethods().stream()
                                .map(method -> withTaxation(method, taxation))
                                .toList(),
                        draft.shippingMethod().map(method -> withTaxation(method, taxation)),
                        taxation.effectiveShippingPrice(draft.shipping()));
    }

    /**
     * Where the goods are delivered; for services and downloads the address of the customer. Empty for goods that are
     * collected, and while the address is not known.
     */
    private static Optional<PostalAddress> destination(TotalsDraft draft) {
        if (!draft.requiresShipping()) {
            return draft.cart().billingAddress().or(draft.cart()::shippingAddress);
        }
        boolean collected =
                draft.shippingMethod().filter(method -> !method.needsAddress()).isPresent();
        return collected ? Optional.empty() : draft.cart().shippingAddress();
    }

    private static PricedLine withTaxation(PricedLine line, SaleTaxation taxation) {
        boolean includesTax =
                line.priceList().flatMap(SelectedList::taxIncluded).orElseGet(taxation::pricesIncludeTax);
        return line.withPrice(
                line.unitPrice().map(price -> taxation.effectivePrice(price, line.taxCategory(), includesTax)),
                includesTax && taxation.exemption().isEmpty());
    }

    private static ShippingQuote withTaxation(ShippingQuote method, SaleTaxation taxation) {
        return method.withPrice(taxation.effectiveShippingPrice(method.price()));
    }
}
