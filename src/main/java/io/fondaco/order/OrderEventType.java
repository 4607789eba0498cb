package io.fondaco.order;

import io.fondaco.order.OrderEventPayload.OrderAfterEvent;
import io.fondaco.order.OrderEventPayload.OrderAuthorizationLost;
import io.fondaco.order.OrderEventPayload.OrderCancelled;
import io.fondaco.order.OrderEventPayload.OrderCaptured;
import io.fondaco.order.OrderEventPayload.OrderFulfilled;
import io.fondaco.order.OrderEventPayload.OrderPaid;
import io.fondaco.order.OrderEventPayload.OrderPlaced;
import io.fondaco.order.OrderEventPayload.OrderRefundFailed;
import io.fondaco.order.OrderEventPayload.OrderRefunded;
import io.fondaco.order.OrderEventPayload.OrderReturned;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.messaging.NewEvent;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What can happen to an order. Each is an entry of its history and a published event. */
public enum OrderEventType {
    PLACED,
    PAID,
    CAPTURED,
    AUTHORIZATION_LOST,
    CANCELLED,
    FULFILLED,
    REFUNDED,
    REFUND_FAILED,
    RETURNED;

    /** Maximum lines of an event. At 68 characters each they fit into the 16 KiB of an event. */
    static final int MAX_LINES = 200;

    /** Maximum tax lines of an event. With the lines they fit into the 16 KiB of an event. */
    static final int MAX_TAX_LINES = 10;

    /** The name in the history; the name of the published event is {@code order.} and this name. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The event to publish.
     *
     * @param order the order after the event
     * @param facts as in the history
     */
    NewEvent newEvent(Order order, Map<String, Object> facts) {
        OrderAfterEvent after = new OrderAfterEvent(
                order.id(),
                order.number(),
                order.status(),
                order.paymentStatus(),
                order.fulfillmentStatus(),
                order.totals().total(),
                published(facts));
        return new NewEvent(order.id().toString(), order.version(), payload(after));
    }

    /** The facts without the reason, which is free text of the staff and may contain personal data. */
    private static Map<String, Object> published(Map<String, Object> facts) {
        Map<String, Object> published = new HashMap<>(facts);
        published.remove(OrderChange.REASON);
        if (published.get(OrderChange.LINES) instanceof List<?> lines) {
            published.put("line_count", lines.size());
            if (lines.size() > MAX_LINES) {
                published.put(OrderChange.LINES, List.copyOf(lines.subList(0, MAX_LINES)));
                published.put("lines_truncated", true);
            }
        }
        if (published.get(OrderChange.TAX_LINES) instanceof List<?> taxes && taxes.size() > MAX_TAX_LINES) {
            published.put(OrderChange.TAX_LINES, List.copyOf(taxes.subList(0, MAX_TAX_LINES)));
            published.put("tax_lines_truncated", true);
        }
        return published;
    }

    private OrderEventPayload payload(OrderAfterEvent order) {
        return switch (this) {
            case PLACED -> new OrderPlaced(order);
            case PAID -> new OrderPaid(order);
            case CAPTURED -> new OrderCaptured(order);
            case AUTHORIZATION_LOST -> new OrderAuthorizationLost(order);
            case CANCELLED -> new OrderCancelled(order);
            case FULFILLED -> new OrderFulfilled(order);
            case REFUNDED -> new OrderRefunded(order);
            case REFUND_FAILED -> new OrderRefundFailed(order);
            case RETURNED -> new OrderReturned(order);
        };
    }

    /** Registers the events of orders. */
    @ApplicationScoped
    static class Provider implements EventTypeRegistry.EventTypeProvider {
        @Override
        public Class<OrderEventPayload> events() {
            return OrderEventPayload.class;
        }
    }
}
