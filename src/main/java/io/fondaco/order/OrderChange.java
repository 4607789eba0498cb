package io.fondaco.order;

import io.fondaco.platform.money.Money;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The effect of one action on an order. The action methods of {@link Order} create it.
 *
 * @param status the current status or an allowed next one
 * @param cancelledAmount the amount by which the cancelled part of the total grows
 * @param event the type of the history entry and of the published event
 * @param actor the name of an API key, {@code "customer"} or {@code "system"}
 * @param facts details for the history entry
 */
public record OrderChange(
        OrderStatus status,
        PaymentStatus paymentStatus,
        FulfillmentStatus fulfillmentStatus,
        Money cancelledAmount,
        List<OrderLineChange> lines,
        OrderEventType event,
        String actor,
        Map<String, Object> facts) {

    static final String REASON = "reason";
    static final String LINES = "lines";

    private static final String REFUND_ID = "refund_id";
    private static final String AMOUNT = "amount";

    public OrderChange {
        lines = List.copyOf(lines);
        facts = Map.copyOf(facts);
    }

    /** Starts with a change that only adds a history entry. */
    static Builder builder(Order order, OrderEventType event, String actor) {
        return new Builder(order, event, actor);
    }

    /** A copy that states the reason of the staff; unchanged if there is none. */
    public OrderChange withReason(@Nullable String reason) {
        return reason == null ? this : withFacts(Map.of(REASON, reason));
    }

    /** A copy that states the refund that the action created. */
    public OrderChange withRefund(String refundId, Money amount) {
        return withFacts(Map.of(REFUND_ID, refundId, AMOUNT, amount));
    }

    OrderChange withStatus(OrderStatus other) {
        return new OrderChange(other, paymentStatus, fulfillmentStatus, cancelledAmount, lines, event, actor, facts);
    }

    private OrderChange withFacts(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(facts);
        all.putAll(more);
        return new OrderChange(status, paymentStatus, fulfillmentStatus, cancelledAmount, lines, event, actor, all);
    }

    /** Collects what the action changes. */
    static final class Builder {
        private final OrderEventType event;
        private final String actor;
        private final Map<String, Object> facts = new HashMap<>();
        private OrderStatus status;
        private PaymentStatus paymentStatus;
        private FulfillmentStatus fulfillmentStatus;
        private Money cancelledAmount;
        private List<OrderLineChange> lines = List.of();

        private Builder(Order order, OrderEventType event, String actor) {
            this.event = event;
            this.actor = actor;
            status = order.status();
            paymentStatus = order.paymentStatus();
            fulfillmentStatus = order.fulfillmentStatus();
            cancelledAmount = Money.zero(order.currentTotal().currency());
        }

        Builder status(OrderStatus next) {
            status = next;
            return this;
        }

        Builder paymentStatus(PaymentStatus next) {
            paymentStatus = next;
            return this;
        }

        Builder fulfillmentStatus(FulfillmentStatus next) {
            fulfillmentStatus = next;
            return this;
        }

        Builder cancelledAmount(Money amount) {
            cancelledAmount = amount;
            return this;
        }

        Builder lines(List<OrderLineChange> changes) {
            lines = changes;
            return this;
        }

        /** States the units in the facts, if there are any. */
        Builder factsOf(UnitSelection units) {
            if (!units.isEmpty()) {
                facts.put(LINES, units.lines());
            }
            return this;
        }

        Builder amount(Money amount) {
            return fact(AMOUNT, amount);
        }

        Builder fact(String name, Object value) {
            facts.put(name, value);
            return this;
        }

        OrderChange build() {
            return new OrderChange(
                    status, paymentStatus, fulfillmentStatus, cancelledAmount, lines, event, actor, facts);
        }
    }
}
