package io.fondaco.checkout;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.platform.money.Money;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.shipping.ShippingQuote.DeliveryEstimate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The shipping methods that are available for a cart. */
record ShippingMethods(List<Method> data) {
    record Method(
            String code,
            String name,
            Money price,
            boolean needsAddress,

            @Schema(description = "When goods that are ordered now arrive, if the shop says so.")
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Nullable
            DeliveryEstimate estimate,

            @Schema(description = "The code of the stock location where the customer collects the goods.")
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Nullable
            String pickupLocation) {

        private static Method of(ShippingQuote quote) {
            return new Method(
                    quote.code(),
                    quote.name(),
                    quote.price(),
                    quote.needsAddress(),
                    quote.estimate().orElse(null),
                    quote.pickupLocation().orElse(null));
        }
    }

    static ShippingMethods of(List<ShippingQuote> quotes) {
        return new ShippingMethods(quotes.stream().map(Method::of).toList());
    }
}
