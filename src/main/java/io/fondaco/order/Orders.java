package io.fondaco.order;

import io.fondaco.customer.CustomerId;
import java.util.List;
import java.util.Optional;

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
    Order change(Order locked, OrderChange change);

    /** Writes down that units were sent; the counts come with {@link #change}. One statement. */
    void addFulfillment(OrderId order, Fulfillment fulfillment);

    /** One statement. */
    List<Fulfillment> fulfillments(OrderId id);

    /** Everything that happened, in order. One statement. */
    List<OrderEvent> history(OrderId id);
}
