package io.fondaco.order;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The effect of one action on an order. The action methods of {@link Order} create it.
 *
 * @param status the current status or an allowed next one
 * @param cancelledAmount the amount by which the cancelled part of the total grows
 * @param event the type of the history entry and of the published event
 * @param actor the name of an API key, {@code "customer"} or {@code "system"}
 * @param credit what of the price the change gives back or does not collect
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
        Optional<Credit> credit,
        Map<String, Object> facts) {

    static final String REASON = "reason";
    static final String LINES = "lines";
    static final String TAX_LINES = "tax_lines";

    private static final String REFUND_ID = "refund_id";
    private static final String AMOUNT = "amount";
    private static final String REFUND_PREFIX = "refund";

    /**
     * A part of the price that is given back or not collected.
     *
     * @param refund the refund that gives it back; empty if it is not collected
     * @param amount above zero
     */
    record Credit(Optional<UUID> refund, Money amount) {}

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

    /** A copy with the refund that the action created. */
    public OrderChange withRefund(UUID refund, Money amount) {
        return new OrderChange(
                        status,
                        paymentStatus,
                        fulfillmentStatus,
                        cancelledAmount,
                        lines,
                        event,
                        actor,
                        Optional.of(new Credit(Optional.of(refund), amount)),
                        facts)
                .withRefundFacts(refund, amount);
    }

    /** A copy that states the refund that failed. */
    public OrderChange withFailedRefund(UUID refund, Money amount) {
        return withRefundFacts(refund, amount);
    }

    private OrderChange withRefundFacts(UUID refund, Money amount) {
        return withFacts(Map.of(REFUND_ID, TypeId.format(REFUND_PREFIX, refund), AMOUNT, amount));
    }

    /** A copy that states what of the refund is tax; unchanged if nothing is. */
    OrderChange withTaxLines(List<TaxLine> taxes) {
        return taxes.isEmpty() ? this : withFacts(Map.of(TAX_LINES, taxes));
    }

    /**
     * The credit with the taxes in it. They are the taxes of the units that are refunded, or else a part of what
     * earlier credits left of each tax.
     *
     * @param order before the change
     * @param credited the sum of the earlier credits
     */
    TaxedPrice taxedCredit(Order order, TaxedPrice credited) {
        Credit added = credit.orElseThrow();
        TaxedPrice units = lines.stream()
                .map(change -> price(order.line(change.line()), change, added))
                .reduce(TaxedPrice.zero(added.amount().currency()), TaxedPrice::plus);
        return order.price().minus(credited).take(added.amount(), units);
    }

    private static TaxedPrice price(OrderLine line, OrderLineChange change, Credit credit) {
        return credit.refund().isPresent()
                ? line.refundPrice(change.refunded())
                : line.cancelledPrice(change.cancelled());
    }

    OrderChange withStatus(OrderStatus other) {
        return new OrderChange(
                other, paymentStatus, fulfillmentStatus, cancelledAmount, lines, event, actor, credit, facts);
    }

    private OrderChange withFacts(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(facts);
        all.putAll(more);
        return new OrderChange(
                status, paymentStatus, fulfillmentStatus, cancelledAmount, lines, event, actor, credit, all);
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
        private Optional<Credit> credit = Optional.empty();

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

        /** States the part of the price that is not collected, if there is one. */
        Builder uncollected(Money amount) {
            credit = amount.amount() > 0 ? Optional.of(new Credit(Optional.empty(), amount)) : Optional.empty();
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
                    status, paymentStatus, fulfillmentStatus, cancelledAmount, lines, event, actor, credit, facts);
        }
    }
}
