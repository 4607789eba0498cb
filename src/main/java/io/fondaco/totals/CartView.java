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

        @Schema(description = "The discount of each promotion that applies; the problems say why a coupon does not.")
        List<Discount> discounts,

        Totals totals,

        @Schema(description = "The reasons why the cart cannot be completed; empty if it can.")
        List<Violation> problems) {

    /**
     * @param title null if the variant was deleted
     * @param unitPrice null if the variant has no price in the cart's currency
     */
    @Schema(name = "CartLine")
    record CartLineView(
            CartLineId id,
            String sku,
            VariantId variantId,
            @Nullable String title,
            int quantity,
            @Nullable Money unitPrice,
            @Nullable Money total) {}
}
