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
 * What an event tells of an order: where it stands after it, and nothing about who bought it.
 *
 * @param facts what belongs to the event alone: {@code fulfillment_id}, {@code refund_id}, {@code amount}, {@code lines} with
 *     {@code line_count}. An event names at most 200 lines; if there are more, {@code lines_truncated} is true, and the order
 *     has the rest in its history
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

    /** The events of orders. */
    @ApplicationScoped
    static class OrderEventTypes implements EventType.EventTypeProvider {
        /** Free text of the staff: it may be about persons. */
        private static final String REASON = "reason";

        private static final String LINES = "lines";

        /** Lines that an event names: with 68 characters for each they leave room in the 16 KiB of an event. */
        private static final int MAX_LINES = 200;

        private static final Map<String, EventType> BY_NAME = Stream.of(
                        eventType(
                                "placed", "An order was placed. Its status says whether its payment is still pending."),
                        eventType("paid", "A payment that was pending went through."),
                        eventType("captured", "The money of an authorised payment was taken."),
                        eventType(
                                "authorization_lost",
                                "An authorised payment was voided at its provider, or ran out: it will not be captured."),
                        eventType("cancelled", "An order, or some of its lines, will not be fulfilled."),
                        eventType("fulfilled", "Units of an order were sent or handed over."),
                        eventType("refunded", "Money is going back to the customer."),
                        eventType("refund_failed", "The provider refused a refund: the money is still with the shop."),
                        eventType("returned", "Units of an order came back."))
                .collect(Collectors.toUnmodifiableMap(EventType::name, Function.identity()));

        private static EventType eventType(String name, String summary) {
            return new EventType("order." + name, summary, OrderEventPayload.class);
        }

        @Override
        public List<EventType> eventTypes() {
            return BY_NAME.values().stream().toList();
        }

        /** @param event as in the order's history */
        static NewEvent newEvent(String event, Order after, Map<String, Object> facts) {
            EventType type = BY_NAME.get("order." + event);
            if (type == null) {
                throw new IllegalArgumentException("Orders have no event " + event);
            }
            Map<String, Object> told = new HashMap<>(facts);
            told.remove(REASON);
            if (told.get(LINES) instanceof List<?> lines) {
                told.put("line_count", lines.size());
                if (lines.size() > MAX_LINES) {
                    told.put(LINES, List.copyOf(lines.subList(0, MAX_LINES)));
                    told.put("lines_truncated", true);
                }
            }
            return new NewEvent(
                    type,
                    after.id().toString(),
                    after.version(),
                    new OrderEventPayload(
                            after.id(),
                            after.number(),
                            after.status(),
                            after.paymentStatus(),
                            after.fulfillmentStatus(),
                            after.totals().total(),
                            told));
        }
    }
}
