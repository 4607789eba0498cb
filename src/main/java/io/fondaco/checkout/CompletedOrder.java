package io.fondaco.checkout;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fondaco.order.Order;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A new order with the token that opens it. */
record CompletedOrder(
        @JsonUnwrapped Order order,

        @Schema(description = "Opens the order: 'Authorization: Bearer <order_token>'.")
        String orderToken) {}
