package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The store's view of an order, for clients that have its token. It lists each member, so that a new member of
 * {@link Order} does not become public by accident. It has no {@code customer_id}: a guest's id is the same for all
 * orders with one e-mail address, and anybody can order with any address.
 */
public record StoreOrder(
        OrderId id,

        @Schema(description = "The order number for people; counts up from 1001.", examples = "1001")
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
        @JsonUnwrapped OrderTaxes taxes,

        @Schema(description = "The part of the total that was cancelled.")
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
                order.taxes(),
                order.cancelledAmount(),
                order.createdAt(),
                order.updatedAt());
    }
}
