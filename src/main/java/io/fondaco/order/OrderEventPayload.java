package io.fondaco.order;

import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The payload of an order event: the order's state after the event, without personal data of the customer.
 *
 * @param facts details of this event: {@code fulfillment_id}, {@code refund_id}, {@code amount}, {@code lines} with
 *     {@code line_count}. An event has at most 200 lines; if there are more, {@code lines_truncated} is true and the
 *     order's history has all of them
 */
public record OrderEventPayload(
        OrderId id,
        long number,
        OrderStatus status,
        PaymentStatus paymentStatus,
        FulfillmentStatus fulfillmentStatus,
        Money total,
        Map<String, Object> facts) {

    public OrderEventPayload {
        facts = Map.copyOf(facts);
    }

    /** The event types of orders. */
    @ApplicationScoped
    static class OrderEventTypes implements EventType.EventTypeProvider {
        /** Free text of the staff, which may contain personal data; it is not published. */
        private static final String REASON = "reason";

        private static final String LINES = "lines";

        /** Maximum lines of an event. At 68 characters each they fit into the 16 KiB of an event. */
        private static final int MAX_LINES = 200;

        private static final Map<String, EventType> BY_NAME = Stream.of(
                        eventType(
                                "placed",
                                "An order was placed. Its status shows whether the payment is still pending."),
                        eventType("paid", "A pending payment succeeded."),
                        eventType("captured", "An authorized payment was captured."),
                        eventType(
                                "authorization_lost",
                                "An authorized payment was voided at its provider or expired. It cannot be captured."),
                        eventType("cancelled", "An order, or some of its lines, will not be fulfilled."),
                        eventType("fulfilled", "Units of an order were sent or handed over."),
                        eventType("refunded", "A refund to the customer was created."),
                        eventType("refund_failed", "The provider rejected a refund; the shop still has the money."),
                        eventType("returned", "Units of an order were returned."))
                .collect(Collectors.toUnmodifiableMap(EventType::name, Function.identity()));

        private static EventType eventType(String name, String summary) {
            return new EventType("order." + name, summary, OrderEventPayload.class);
        }

        @Override
        public List<EventType> eventTypes() {
            return BY_NAME.values().stream().toList();
        }

        /** @param event the event name in the order's history */
        static NewEvent newEvent(String event, Order order, Map<String, Object> facts) {
            EventType type = BY_NAME.get("order." + event);
            if (type == null) {
                throw new IllegalArgumentException("Unknown order event: " + event);
            }
            Map<String, Object> published = new HashMap<>(facts);
            published.remove(REASON);
            if (published.get(LINES) instanceof List<?> lines) {
                published.put("line_count", lines.size());
                if (lines.size() > MAX_LINES) {
                    published.put(LINES, List.copyOf(lines.subList(0, MAX_LINES)));
                    published.put("lines_truncated", true);
                }
            }
            return new NewEvent(
                    type,
                    order.id().toString(),
                    order.version(),
                    new OrderEventPayload(
                            order.id(),
                            order.number(),
                            order.status(),
                            order.paymentStatus(),
                            order.fulfillmentStatus(),
                            order.totals().total(),
                            published));
        }
    }
}
