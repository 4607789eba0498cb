package io.fondaco.checkout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fondaco.order.StoreOrder;
import io.fondaco.payment.PaymentAction;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A new order with its token, and with the action that its payment waits for. */
record CompletedOrder(
        @JsonUnwrapped StoreOrder order,

        @Schema(description = "Authorizes requests for the order: 'Authorization: Bearer <order_token>'.")
        String orderToken,

        @Schema(description = "The action that the shopper must take; only with a 202, and only if there is one.")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable
        PaymentTask payment) {

    /** A payment that waits for the shopper. */
    record PaymentTask(@Schema(examples = "stripe") String provider, PaymentAction action) {}
}
