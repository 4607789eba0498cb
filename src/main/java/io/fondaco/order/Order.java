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
 * An order as it stands.
 *
 * @param number for people; counts from 1001
 * @param discounts what coupons took off when it was placed
 * @param cancelledAmount what of the total will not be asked for, because it was cancelled
 */
public record Order(
        OrderId id,

        @Schema(description = "For people; counts from 1001.", examples = "1001")
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

        @Schema(description = "What of the total was cancelled.")
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

    /** What is still to be paid for, or was paid: the total less what was cancelled. */
    public Money currentTotal() {
        return totals.total().minus(cancelledAmount);
    }
}
