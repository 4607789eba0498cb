package io.fondaco.totals;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.cart.CartId;
import io.fondaco.cart.CartLineId;
import io.fondaco.cart.CartStatus;
import io.fondaco.catalog.VariantId;
import io.fondaco.order.Discount;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.tax.TaxExemption;
import io.fondaco.tax.TaxLine;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The shopper's view of a cart: prices, totals, and the problems that prevent its completion. */
@Schema(name = "Cart")
public record CartView(
        CartId id,

        @Schema(description = "Authorizes requests for the cart. Returned only when the cart is created.")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable
        String cartToken,

        CartStatus status,
        String currency,
        @Nullable String email,
        List<CartLineView> lines,
        @Nullable PostalAddress shippingAddress,
        @Nullable PostalAddress billingAddress,

        @Schema(
                description = "The chosen method; if none is chosen and the address is known, the cheapest that"
                        + " delivers there.")
        @Nullable
        String shippingMethod,

        @Schema(description = "Normalized to capitals.") List<String> couponCodes,

        @Schema(
                description = "The tax id of a business customer, in capitals without separators.",
                examples = "DE136695976")
        @Nullable
        String taxId,

        @Schema(description = "Why the customer owes no tax to the seller; null if tax is charged.") @Nullable
        TaxExemption taxExemption,

        @Schema(description = "Whether prices include tax, unless a line says otherwise.")
        boolean pricesIncludeTax,

        @Schema(
                description =
                        "The taxes of lines and shipping together; their amounts add up to the tax of the totals.")
        List<TaxLine> taxLines,

        @Schema(description = "The discount of each promotion that applies; the problems say why a coupon does not.")
        List<Discount> discounts,

        Totals totals,

        @Schema(description = "The reasons why the cart cannot be completed; empty if it can.")
        List<Violation> problems) {

    /**
     * @param title null if the variant was deleted
     * @param unitPrice null if the variant has no price in the cart's currency that applies to the quantity
     * @param total before discounts
     * @param tax of all units, after discounts
     */
    @Schema(name = "CartLine")
    record CartLineView(
            CartLineId id,
            String sku,
            VariantId variantId,
            @Nullable String title,
            int quantity,
            @Nullable Money unitPrice,

            @Schema(description = "Whether the unit price and the total include tax.")
            boolean priceIncludesTax,

            @Schema(
                    description = "The id of the price list that the unit price is from; null for the base price.",
                    examples = "plist_01m86x2tq9f4v8m3k7b1d5c0za")
            @Nullable
            String priceList,

            @Nullable String priceListName,

            @Schema(description = "The price of all units before discounts.") @Nullable
            Money total,

            @Schema(description = "The part of the discounts that applies to this line.")
            Money discount,

            List<TaxLine> taxLines,

            @Schema(description = "The tax of all units, after discounts.")
            Money tax,

            @Schema(description = "The part of the tax that the price includes.")
            Money includedTax,

            @Schema(description = "What all units cost after discounts, without tax.") @Nullable
            Money totalWithoutTax,

            @Schema(description = "What all units cost after discounts, with tax.") @Nullable
            Money totalWithTax) {}
}
