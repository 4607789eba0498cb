package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fondaco.customer.CustomerId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The current state of an order.
 *
 * @param number the order number for people; counts up from 1001
 * @param discounts the discounts of the coupons when the order was placed
 * @param cancelledAmount the part of the total that was cancelled and is not charged
 */
public record Order(
        OrderId id,

        @Schema(description = "The order number for people; counts up from 1001.", examples = "1001")
        long number,

        OrderStatus status,
        PaymentStatus paymentStatus,
        FulfillmentStatus fulfillmentStatus,
        CustomerId customerId,
        String email,
        List<OrderLine> lines,
        Addresses addresses,
        @Nullable String shippingMethod,
        Totals totals,
        List<Discount> discounts,

        @Schema(description = "The part of the total that was cancelled.")
        Money cancelledAmount,

        Instant createdAt,
        Instant updatedAt,
        @JsonIgnore long version) {

    public Order {
        lines = List.copyOf(lines);
        discounts = List.copyOf(discounts);
    }

    /**
     * @throws ApiException 422 {@code unknown_line}
     */
    public OrderLine line(OrderLineId id) {
        return lines.stream()
                .filter(line -> line.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiException.invalid("/lines", "unknown_line", "The order has no line " + id));
    }

    /** The total less the cancelled amount: what is to be paid or was paid. */
    public Money currentTotal() {
        return totals.total().minus(cancelledAmount);
    }
}
