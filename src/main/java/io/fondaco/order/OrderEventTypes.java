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
import java.util.Map;

/** Declares and creates the events of orders. */
@ApplicationScoped
class OrderEventTypes implements EventTypeRegistry.EventTypeProvider {
    /** Free text of the staff, which may contain personal data; it is not published. */
    private static final String REASON = "reason";

    private static final String LINES = "lines";

    /** Maximum lines of an event. At 68 characters each they fit into the 16 KiB of an event. */
    private static final int MAX_LINES = 200;

    /** The constructor of an event record. */
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

    @Override
    public Class<OrderEventPayload> events() {
        return OrderEventPayload.class;
    }

    /** @param event the event name in the order's history */
    static NewEvent newEvent(String event, Order order, Map<String, Object> facts) {
        Map<String, Object> published = new HashMap<>(facts);
        published.remove(REASON);
        if (published.get(LINES) instanceof List<?> lines) {
            published.put("line_count", lines.size());
            if (lines.size() > MAX_LINES) {
                published.put(LINES, List.copyOf(lines.subList(0, MAX_LINES)));
                published.put("lines_truncated", true);
            }
        }
        OrderEventPayload payload = constructor(event)
                .construct(
                        order.id(),
                        order.number(),
                        order.status(),
                        order.paymentStatus(),
                        order.fulfillmentStatus(),
                        order.totals().total(),
                        published);
        return new NewEvent(order.id().toString(), order.version(), payload);
    }

    private static Constructor constructor(String event) {
        return switch (event) {
            case "placed" -> OrderPlaced::new;
            case "paid" -> OrderPaid::new;
            case "captured" -> OrderCaptured::new;
            case "authorization_lost" -> OrderAuthorizationLost::new;
            case "cancelled" -> OrderCancelled::new;
            case "fulfilled" -> OrderFulfilled::new;
            case "refunded" -> OrderRefunded::new;
            case "refund_failed" -> OrderRefundFailed::new;
            case "returned" -> OrderReturned::new;
            default -> throw new IllegalArgumentException("Unknown order event: " + event);
        };
    }
}
