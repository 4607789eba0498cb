package io.fondaco.invoice;

import io.fondaco.order.OrderLineId;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.tax.TaxExemption;
import io.fondaco.tax.TaxLine;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a document states, as it was when the document was written. It converts to JSON and back without loss.
 *
 * @param lines of an invoice: as they were ordered; none in a credit note
 * @param shipping null if nothing is sent or collected by a method, and in a credit note
 * @param orderTotals null in a credit note
 * @param notCharged what of the order is not charged; null if all of it is, and in a credit note
 * @param creditedUnits the units that a credit note gives back; none if it is about an amount, and in an invoice
 * @param taxSummary one for each name and rate
 * @param invoice the invoice that a credit note corrects; null in an invoice
 */
record InvoiceData(
        InvoiceSeller seller,
        InvoiceCustomer customer,

        @Schema(description = "The order number for people.", examples = "1001")
        long orderNumber,

        Instant orderedAt,

        @Schema(description = "When the last units were sent before the invoice was written; null if none was.")
        @Nullable
        Instant suppliedAt,

        @Schema(description = "The lines of an invoice, as they were ordered; none in a credit note.")
        List<InvoiceLine> lines,

        @Nullable InvoiceShipping shipping,

        @Schema(description = "The totals of the order when it was placed; null in a credit note.") @Nullable
        Totals orderTotals,

        @Schema(
                description = "What of the order is not charged: units that were cancelled before the payment was "
                        + "captured, and what a partial capture left out. Null if all of it is charged.")
        @Nullable
        InvoiceDeduction notCharged,

        @Schema(description = "The units that a credit note gives back; none if it gives back an amount.")
        List<CreditedUnits> creditedUnits,

        @Schema(description = "The taxes by name and rate; their amounts add up to the tax of the totals.")
        List<TaxLine> taxSummary,

        InvoiceTotals totals,

        @Schema(description = "Why the customer owes no tax to the seller; null if tax was charged.") @Nullable
        TaxExemption taxExemption,

        @Schema(description = "The text that the document must have for the exemption.", examples = "Reverse charge")
        @Nullable
        String exemptionText,

        @Schema(description = "The invoice that a credit note corrects; null in an invoice.") @Nullable
        InvoiceReference invoice) {

    InvoiceData {
        lines = List.copyOf(lines);
        creditedUnits = List.copyOf(creditedUnits);
        taxSummary = List.copyOf(taxSummary);
    }

    /** A copy of the {@link SellerSettings}. */
    record InvoiceSeller(
            String name,
            List<String> addressLines,
            @Nullable String postalCode,
            String city,
            @Nullable String region,
            String country,
            @Nullable String taxId,
            @Nullable String registration) {
        InvoiceSeller {
            addressLines = List.copyOf(addressLines);
        }
    }

    /**
     * @param name of the billing address; null if the order has no address
     * @param billingAddress null if the order has no address
     */
    record InvoiceCustomer(
            @Nullable String name,
            String email,
            @Nullable PostalAddress billingAddress,
            @Nullable PostalAddress shippingAddress,
            @Nullable String taxId) {}

    /**
     * @param discount on all units
     * @param totalWithoutTax of all units, after the discount
     * @param total with tax
     */
    record InvoiceLine(
            OrderLineId lineId,
            String sku,
            String title,
            int quantity,
            Money unitPrice,

            @Schema(description = "Whether the unit price and the discount include tax.")
            boolean priceIncludesTax,

            @Schema(description = "On all units.") Money discount,
            List<TaxLine> taxLines,
            Money tax,

            @Schema(description = "What all units cost after the discount, without tax.")
            Money totalWithoutTax,

            @Schema(description = "What all units cost after the discount, with tax.")
            Money total) {
        InvoiceLine {
            taxLines = List.copyOf(taxLines);
        }
    }

    /** @param price before discounts */
    record InvoiceShipping(
            @Schema(description = "The code of the shipping method.", examples = "standard") @Nullable
            String method,

            Money price,
            Money discount,
            List<TaxLine> taxLines,
            Money tax,
            Money totalWithoutTax,
            Money total) {
        InvoiceShipping {
            taxLines = List.copyOf(taxLines);
        }
    }

    /** A part of the order's total with its taxes. */
    record InvoiceDeduction(List<TaxLine> taxLines, Money tax, Money totalWithoutTax, Money total) {
        InvoiceDeduction {
            taxLines = List.copyOf(taxLines);
        }
    }

    record CreditedUnits(OrderLineId lineId, String sku, String title, int quantity) {}

    /** {@code total = totalWithoutTax + tax}. */
    record InvoiceTotals(Money totalWithoutTax, Money tax, Money total) {}

    record InvoiceReference(InvoiceId id, String fullNumber, Instant issuedAt) {}
}
