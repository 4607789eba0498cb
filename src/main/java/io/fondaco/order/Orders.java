package io.fondaco.order;

import io.fondaco.customer.CustomerId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Orders, for other modules. What writes joins the caller's transaction on the primary. */
public interface Orders {
    /**
     * Places an order, with its lines and the first entry of its history, and tells it. Two statements. A cart has one order: placing
     * a second one fails.
     */
    Order place(NewOrder order, CustomerId customer, OrderStatus status, PaymentStatus paymentStatus);

    /** Two statements. */
    Optional<Order> find(OrderId id);

    /**
     * Locks the order until the transaction ends. Two statements.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none
     */
    Order lock(OrderId id);

    /**
     * Changes an order that {@link #lock} answered in the same transaction, adds to its history, and tells it. Up to five
     * statements.
     *
     * @return the order as it is now
     * @throws io.fondaco.platform.web.ApiException 409 {@code invalid_order_status} if its status cannot become the new one
     */
    Order apply(Order locked, OrderChange change);

    /**
     * Writes down the units whose price a refund gives back, so that {@link #changesForFailedRefund} can tell. One statement.
     *
     * @param changes that the refund comes with
     */
    void recordRefundedUnits(UUID refund, List<OrderLineChange> changes);

    /** What becomes of the lines of a locked order when a refund of it fails, for {@link #apply}. One statement. */
    List<OrderLineChange> changesForFailedRefund(Order locked, UUID refund);

    /** Writes down anew how many units of which SKU were not there when they were bought. Three statements. */
    Order updateBackorders(OrderId order, Map<String, Integer> units);

    /** Writes down that units were sent; the counts come with {@link #apply}. One statement. */
    void addFulfillment(OrderId order, Fulfillment fulfillment);

    /** One statement. */
    List<Fulfillment> fulfillments(OrderId id);

    /** An entry of the history, with what orders it among those of the same instant. */
    record OrderHistoryRow(long id, OrderEvent event) {}

    /**
     * What happened after that entry, in order. One statement.
     *
     * @param at of the entry after which to begin
     * @param after its id
     */
    List<OrderHistoryRow> history(OrderId id, Instant at, long after, int limit);

    /** Everything that happened, in order. One statement. */
    List<OrderEvent> history(OrderId id);
}
