package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.money.Money;
import java.util.Map;

/**
 * The data of an order event. There is one record for each {@link OrderEventType}; in JSON each has the members of
 * {@link OrderAfterEvent}. The version of the order is in the envelope of the event.
 */
public sealed interface OrderEventPayload extends DomainEvent {
    OrderAfterEvent order();

    /**
     * The order after the event, without personal data of the customer.
     *
     * @param total when the order was placed
     * @param facts details of the event: {@code fulfillment_id}, {@code refund_id}, {@code amount}, {@code tax_lines}
     *     with the taxes in a refunded amount, {@code lines} with {@code line_count}. An event has at most 200 lines
     *     and ten tax lines; if there are more, {@code lines_truncated} or {@code tax_lines_truncated} is true and
     *     the order's history has all of them
     */
    record OrderAfterEvent(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts) {
        public OrderAfterEvent {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(
            name = "order.placed",
            summary = "An order was placed. Its status shows whether the payment is still pending.")
    record OrderPlaced(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(name = "order.paid", summary = "A pending payment succeeded.")
    record OrderPaid(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(name = "order.captured", summary = "An authorized payment was captured.")
    record OrderCaptured(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(
            name = "order.authorization_lost",
            summary = "An authorized payment was voided at its provider or expired. It cannot be captured.")
    record OrderAuthorizationLost(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(name = "order.cancelled", summary = "An order, or some of its lines, will not be fulfilled.")
    record OrderCancelled(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(name = "order.fulfilled", summary = "Units of an order were sent or handed over.")
    record OrderFulfilled(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(name = "order.refunded", summary = "A refund to the customer was created.")
    record OrderRefunded(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(name = "order.refund_failed", summary = "The provider rejected a refund; the shop still has the money.")
    record OrderRefundFailed(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}

    @EventType(name = "order.returned", summary = "Units of an order were returned.")
    record OrderReturned(@JsonUnwrapped OrderAfterEvent order) implements OrderEventPayload {}
}
