package io.fondaco.invoice;

import io.fondaco.invoice.InvoiceData.CreditedUnits;
import io.fondaco.invoice.InvoiceData.InvoiceCustomer;
import io.fondaco.invoice.InvoiceData.InvoiceDeduction;
import io.fondaco.invoice.InvoiceData.InvoiceLine;
import io.fondaco.invoice.InvoiceData.InvoiceReference;
import io.fondaco.invoice.InvoiceData.InvoiceSeller;
import io.fondaco.invoice.InvoiceData.InvoiceShipping;
import io.fondaco.invoice.InvoiceData.InvoiceTotals;
import io.fondaco.order.Order;
import io.fondaco.order.OrderLine;
import io.fondaco.order.OrderLineId;
import io.fondaco.order.TaxedPrice;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.tax.TaxExemption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What invoices and credit notes state. In an invoice, the totals of lines and shipping and the rounding of the order,
 * less what is not charged, add up to the total; the tax summary adds up to the tax of the totals.
 */
final class InvoiceContent {
    /** Article 226 (11a) of Directive 2006/112/EC, if the customer is liable for the payment of the tax. */
    private static final String REVERSE_CHARGE = "Reverse charge";

    private InvoiceContent() {}

    /**
     * @param notCharged what of the price of the order is not charged, with its taxes; zero if all of it is
     * @param suppliedAt when the last units were sent; empty if none was
     */
    static InvoiceData ofOrder(Order order, InvoiceSeller seller, TaxedPrice notCharged, Optional<Instant> suppliedAt) {
        TaxedPrice charged = order.price().minus(notCharged);
        return new InvoiceData(
                seller,
                customer(order),
                order.number(),
                order.createdAt(),
                suppliedAt.orElse(null),
                order.lines().stream().map(InvoiceContent::line).toList(),
                shipping(order),
                order.totals(),
                notCharged.amount().amount() == 0 ? null : deduction(notCharged),
                List.of(),
                TaxedPrice.withoutZeros(charged.taxLines()),
                totals(charged),
                order.taxes().taxExemption(),
                exemptionText(order),
                null);
    }

    /**
     * @param credited the amount that is given back, with its taxes
     * @param units that are given back, by line; empty for an amount
     * @param invoice of the order
     */
    static InvoiceData ofRefund(
            Order order,
            InvoiceSeller seller,
            TaxedPrice credited,
            Map<OrderLineId, Integer> units,
            InvoiceReference invoice) {
        return new InvoiceData(
                seller,
                customer(order),
                order.number(),
                order.createdAt(),
                null,
                List.of(),
                null,
                null,
                null,
                order.lines().stream()
                        .filter(line -> units.containsKey(line.id()))
                        .map(line -> new CreditedUnits(
                                line.id(), line.sku(), line.title(), units.getOrDefault(line.id(), 0)))
                        .toList(),
                TaxedPrice.withoutZeros(credited.taxLines()),
                totals(credited),
                order.taxes().taxExemption(),
                exemptionText(order),
                invoice);
    }

    private static InvoiceCustomer customer(Order order) {
        PostalAddress shipping = order.addresses().shipping();
        PostalAddress billing = Optional.ofNullable(order.addresses().billing()).orElse(shipping);
        return new InvoiceCustomer(
                billing == null ? null : billing.name(),
                order.email(),
                billing,
                shipping,
                order.taxes().taxId());
    }

    private static InvoiceLine line(OrderLine line) {
        Money total = line.total().minus(line.discount()).plus(line.tax()).minus(line.includedTax());
        return new InvoiceLine(
                line.id(),
                line.sku(),
                line.title(),
                line.quantity(),
                line.unitPrice(),
                line.priceIncludesTax(),
                line.discount(),
                line.taxLines(),
                line.tax(),
                total.minus(line.tax()),
                total);
    }

    /** Shipping has what the lines leave of the discount and of the taxes. */
    private static @Nullable InvoiceShipping shipping(Order order) {
        Totals totals = order.totals();
        if (order.shippingMethod() == null && totals.shipping().amount() == 0) {
            return null;
        }
        Money discount = totals.discount().minus(sum(order, OrderLine::discount));
        Money tax = totals.tax().minus(sum(order, OrderLine::tax));
        Money includedTax = totals.includedTax().minus(sum(order, OrderLine::includedTax));
        Money total = totals.shipping().minus(discount).plus(tax).minus(includedTax);
        return new InvoiceShipping(
                order.shippingMethod(),
                totals.shipping(),
                discount,
                order.taxes().shippingTaxLines(),
                tax,
                total.minus(tax),
                total);
    }

    private static Money sum(Order order, Function<OrderLine, Money> amount) {
        return order.lines().stream()
                .map(amount)
                .reduce(Money.zero(order.totals().total().currency()), Money::plus);
    }

    private static InvoiceDeduction deduction(TaxedPrice price) {
        InvoiceTotals totals = totals(price);
        return new InvoiceDeduction(
                TaxedPrice.withoutZeros(price.taxLines()), totals.tax(), totals.totalWithoutTax(), totals.total());
    }

    private static InvoiceTotals totals(TaxedPrice price) {
        Money tax = Money.of(price.tax(), price.amount().currency());
        return new InvoiceTotals(price.amount().minus(tax), tax, price.amount());
    }

    private static @Nullable String exemptionText(Order order) {
        TaxExemption exemption = order.taxes().taxExemption();
        return switch (exemption) {
            case null -> null;
            case REVERSE_CHARGE -> REVERSE_CHARGE;
        };
    }
}
