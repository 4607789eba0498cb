package io.fondaco.order;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Map;

/**
 * What happens to an order.
 *
 * @param status the same, or one it can become
 * @param cancelledAmount how much more of the total was cancelled
 * @param event for the history: {@code "cancelled"}, {@code "refunded"}, …
 * @param actor who did it: the name of an API key, {@code "customer"}, {@code "system"}
 * @param facts for the history
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
