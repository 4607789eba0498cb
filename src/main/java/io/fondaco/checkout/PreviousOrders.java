package io.fondaco.checkout;

import io.fondaco.order.Orders;
import io.fondaco.promotion.Promotions;
import jakarta.enterprise.context.ApplicationScoped;

/** Answers promotions for first orders whether a customer has ordered before. */
@ApplicationScoped
class PreviousOrders implements Promotions.OrderHistory {
    private final Orders orders;

    PreviousOrders(Orders orders) {
        this.orders = orders;
    }

    @Override
    public boolean hasOrders(String email) {
        return orders.hasOrders(email);
    }
}
