package io.fondaco.order;

import io.fondaco.customer.CustomerId;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Orders, for other modules. Writing methods join the caller's transaction on the primary. */
public interface Orders {
    /**
     * Places an order with its lines and the first entry of its history, and publishes its event. Two statements. A
     * cart has at most one order: placing a second one fails.
     */
    Order place(NewOrder order, CustomerId customer, OrderStatus status, PaymentStatus paymentStatus);

    /** Two statements. */
    Optional<Order> find(OrderId id);

    /**
     * Whether there is an order with this e-mail address, without regard to case, that was not cancelled. One
     * statement.
     */
    boolean hasOrders(String email);

    /**
     * Locks the order until the transaction ends. Two statements.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none
     */
    Order lock(OrderId id);

    /**
     * Changes an order that {@link #lock} returned in the same transaction, adds a history entry and publishes its
     * event. Up to five statements. If the change refunds a part of an order that has taxes, it also records what of
     * the refund is tax; two more statements.
     *
     * @return the changed order
     * @throws io.fondaco.platform.web.ApiException 409 {@code invalid_order_status} if the status transition is not
     *     allowed
     */
    Order apply(Order locked, OrderChange change);

    /**
     * Records the units of a refund, for {@link #revertRefund}. One statement.
     *
     * @param changes the line changes of the refund
     */
    void recordRefundedUnits(UUID refund, List<OrderLineChange> changes);

    /**
     * The line changes of a locked order when a refund of it fails, for {@link #apply}. Its taxes can be refunded
     * again. One statement.
     */
    List<OrderLineChange> revertRefund(Order locked, UUID refund);

    /** Records what of a refund is tax, if the refund does not change the order. Up to two statements. */
    void recordRefund(Order locked, UUID refund, Money amount);

    /** The taxes in each refund of an order, by the id of the refund. One statement; none for an order without tax. */
    Map<UUID, List<TaxLine>> listRefundTaxes(Order order);

    /**
     * What of the price of an order is not collected, with the taxes in it: units that were cancelled before the
     * payment was captured, and what a partial capture left out. One statement. For an order without tax nothing is
     * recorded: zero, without a statement.
     */
    TaxedPrice findUncollected(Order order);

    /** The units that a refund pays back, by line; empty if it is one of an amount. One statement. */
    Map<OrderLineId, Integer> listRefundedUnits(UUID refund);

    /** Replaces the backordered units by SKU. Three statements. */
    Order updateBackorders(OrderId order, Map<String, Integer> units);

    /** Adds a fulfillment; {@link #apply} updates the quantities of the lines. One statement. */
    void addFulfillment(OrderId order, Fulfillment fulfillment);

    /** One statement. */
    List<Fulfillment> fulfillments(OrderId id);

    /** An entry of an order's history. */
    record OrderEvent(String event, String actor, String requestId, Instant at, Map<String, Object> facts) {
        public OrderEvent {
            facts = Map.copyOf(facts);
        }
    }

    /** An entry of the history, with the id that orders entries of the same instant. */
    record OrderHistoryRow(long id, OrderEvent event) {}

    /**
     * The history after an entry, oldest first. One statement.
     *
     * @param at the time of the entry
     * @param after the id of the entry
     */
    List<OrderHistoryRow> history(OrderId id, Instant at, long after, int limit);

    /** The whole history, oldest first. One statement. */
    List<OrderEvent> history(OrderId id);
}
