package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.money.Money;
import java.util.Map;

/**
 * The data of an order event: the order's state after the event, without personal data of the customer. There is one
 * record for each {@link OrderEventType}. The version of the order is in the envelope of the event.
 *
 * <p>The facts are details of the event: {@code fulfillment_id}, {@code refund_id}, {@code amount}, {@code lines} with
 * {@code line_count}. An event has at most 200 lines; if there are more, {@code lines_truncated} is true and the
 * order's history has all of them.
 *
 * <p>Unknown members are ignored, so that a listener can read the events of a newer release during an upgrade.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public sealed interface OrderEventPayload extends DomainEvent {
    OrderId id();

    long number();

    OrderStatus status();

    PaymentStatus paymentStatus();

    FulfillmentStatus fulfillmentStatus();

    /** The total when the order was placed. */
    Money total();

    Map<String, Object> facts();

    @EventType(
            name = "order.placed",
            summary = "An order was placed. Its status shows whether the payment is still pending.")
    record OrderPlaced(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderPlaced {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(name = "order.paid", summary = "A pending payment succeeded.")
    record OrderPaid(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderPaid {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(name = "order.captured", summary = "An authorized payment was captured.")
    record OrderCaptured(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderCaptured {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(
            name = "order.authorization_lost",
            summary = "An authorized payment was voided at its provider or expired. It cannot be captured.")
    record OrderAuthorizationLost(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderAuthorizationLost {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(name = "order.cancelled", summary = "An order, or some of its lines, will not be fulfilled.")
    record OrderCancelled(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderCancelled {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(name = "order.fulfilled", summary = "Units of an order were sent or handed over.")
    record OrderFulfilled(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderFulfilled {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(name = "order.refunded", summary = "A refund to the customer was created.")
    record OrderRefunded(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderRefunded {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(name = "order.refund_failed", summary = "The provider rejected a refund; the shop still has the money.")
    record OrderRefundFailed(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderRefundFailed {
            facts = Map.copyOf(facts);
        }
    }

    @EventType(name = "order.returned", summary = "Units of an order were returned.")
    record OrderReturned(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            Money total,
            Map<String, Object> facts)
            implements OrderEventPayload {
        public OrderReturned {
            facts = Map.copyOf(facts);
        }
    }
}
