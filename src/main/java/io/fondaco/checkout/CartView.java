package io.fondaco.checkout;

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

/** A cart as its owner sees it: with prices, totals, and what stands in the way of completing it. */
@Schema(name = "Cart")
record CartView(
        CartId id,

        @Schema(description = "Opens the cart. Told once, when it is created.")
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
                description =
                        "The method chosen; while none is and the address is known, the cheapest that delivers there.")
        @Nullable
        String shippingMethod,

        @Schema(description = "As they are compared: in capitals.")
        List<String> couponCodes,

        @Schema(description = "What each coupon that applies takes off; why another does not is among the problems.")
        List<Discount> discounts,

        Totals totals,

        @Schema(description = "What stands in the way of completing the cart; empty when nothing does.")
        List<Violation> problems) {

    /**
     * @param title null when the variant is gone
     * @param unitPrice null when there is none in the cart's currency
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
