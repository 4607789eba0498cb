package io.fondaco.order;

import io.fondaco.tax.TaxExemption;
import io.fondaco.tax.TaxLine;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The taxes of an order, as they were when it was placed. Those of its lines are in the lines.
 *
 * @param taxId the tax id of a business customer, normalized
 * @param taxLines of lines and shipping together
 */
public record OrderTaxes(
        @Schema(
                description = "The tax id of a business customer, in capitals without separators.",
                examples = "DE136695976")
        @Nullable
        String taxId,

        @Schema(description = "Why the customer owes no tax to the seller; null if tax was charged.") @Nullable
        TaxExemption taxExemption,

        @Schema(description = "Whether prices include tax, unless a line says otherwise.")
        boolean pricesIncludeTax,

        @Schema(
                description =
                        "The taxes of lines and shipping together; their amounts add up to the tax of the totals.")
        List<TaxLine> taxLines,

        @Schema(description = "The taxes of shipping.") List<TaxLine> shippingTaxLines) {

    /** The taxes of an order that is free of tax. */
    public static final OrderTaxes NONE = new OrderTaxes(null, null, false, List.of(), List.of());

    public OrderTaxes {
        taxLines = List.copyOf(taxLines);
        shippingTaxLines = List.copyOf(shippingTaxLines);
    }
}
