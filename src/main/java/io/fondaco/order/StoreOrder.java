package io.fondaco.order;

import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An order as the store shows it to who has its token. It names each member, so that what is for the back office does
 * not get out by being added to {@link Order}: a guest's {@code customer_id} is the same for all orders with one e-mail
 * address, and anybody can order with anybody's address.
 */
public record StoreOrder(
        OrderId id,

        @Schema(description = "For people; counts from 1001.", examples = "1001")
        long number,

        OrderStatus status,
        PaymentStatus paymentStatus,
        FulfillmentStatus fulfillmentStatus,
        String email,
        List<OrderLine> lines,
        Addresses addresses,
        @Nullable String shippingMethod,
        Totals totals,
        List<Discount> discounts,

        @Schema(description = "What of the total was cancelled.")
        Money cancelledAmount,

        Instant createdAt,
        Instant updatedAt) {

    public StoreOrder {
        lines = List.copyOf(lines);
        discounts = List.copyOf(discounts);
    }

    public static StoreOrder of(Order order) {
        return new StoreOrder(
                order.id(),
                order.number(),
                order.status(),
                order.paymentStatus(),
                order.fulfillmentStatus(),
                order.email(),
                order.lines(),
                order.addresses(),
                order.shippingMethod(),
                order.totals(),
                order.discounts(),
                order.cancelledAmount(),
                order.createdAt(),
                order.updatedAt());
    }
}
