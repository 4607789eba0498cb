package io.fondaco.order;

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
import io.fondaco.platform.money.Money;
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
        OrderEventPayload payload = constructor()
                .construct(
                        order.id(),
                        order.number(),
                        order.status(),
                        order.paymentStatus(),
                        order.fulfillmentStatus(),
                        order.totals().total(),
                        published(facts));
        return new NewEvent(order.id().toString(), order.version(), payload);
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
        return published;
    }

    private Constructor constructor() {
        return switch (this) {
            case PLACED -> OrderPlaced::new;
            case PAID -> OrderPaid::new;
            case CAPTURED -> OrderCaptured::new;
            case AUTHORIZATION_LOST -> OrderAuthorizationLost::new;
            case CANCELLED -> OrderCancelled::new;
            case FULFILLED -> OrderFulfilled::new;
            case REFUNDED -> OrderRefunded::new;
            case REFUND_FAILED -> OrderRefundFailed::new;
            case RETURNED -> OrderReturned::new;
        };
    }

    /** The constructor of an event's record. */
    private interface Constructor {
        OrderEventPayload construct(
                OrderId id,
                long number,
                OrderStatus status,
                PaymentStatus paymentStatus,
                FulfillmentStatus fulfillmentStatus,
                Money total,
                Map<String, Object> facts);
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
