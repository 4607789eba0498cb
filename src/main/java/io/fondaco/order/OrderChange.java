package io.fondaco.order;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Map;

/**
 * The effect of one action on an order.
 *
 * @param status the current status or an allowed next one
 * @param cancelledAmount the amount by which the cancelled part of the total grows
 * @param event the event of the history entry: {@code "cancelled"}, {@code "refunded"}, …
 * @param actor the name of an API key, {@code "customer"} or {@code "system"}
 * @param facts details for the history entry
 */
public record OrderChange(
        OrderStatus status,
        PaymentStatus paymentStatus,
        FulfillmentStatus fulfillmentStatus,
        Money cancelledAmount,
        List<OrderLineChange> lines,
        String event,
        String actor,
        Map<String, Object> facts) {

    public OrderChange {
        lines = List.copyOf(lines);
        facts = Map.copyOf(facts);
    }
}
