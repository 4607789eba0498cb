package io.fondaco.ordermanagement;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fondaco.inventory.Inventory;
import io.fondaco.order.Fulfillment;
import io.fondaco.order.Order;
import io.fondaco.order.Orders.OrderEvent;
import io.fondaco.payment.Payment;
import io.fondaco.payment.Refund;
import io.fondaco.tax.TaxLine;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An order with its payments, refunds, fulfillments, history and backorders. */
@Schema(name = "AdminOrder")
record AdminOrderView(
        @JsonUnwrapped Order order,
        List<Payment> payments,
        List<OrderRefund> refunds,
        List<Fulfillment> fulfillments,
        List<OrderEvent> history,

        @Schema(
                description =
                        "Units that were not in stock when they were sold, and how many of them have not arrived yet.")
        List<Inventory.Backorder> backorders) {

    /** A refund with the taxes in it. */
    @Schema(name = "Refund")
    record OrderRefund(
            @JsonUnwrapped Refund refund,

            @Schema(description = "What of the amount is tax, by name and rate.")
            List<TaxLine> taxLines) {}
}
