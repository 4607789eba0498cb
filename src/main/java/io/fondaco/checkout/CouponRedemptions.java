package io.fondaco.checkout;

import io.fondaco.order.Discount;
import io.fondaco.order.NewOrder;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.CouponUsedUp;
import io.fondaco.promotion.Promotions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * Coupons on their way from a cart to an order: used with the transaction that sets the stock aside, given back with the one
 * that ends in no order. Between the two they are held by the completion, which always ends, so that they never expire under a
 * payment that goes through. An order without coupons costs no statement.
 */
@ApplicationScoped
class CouponRedemptions {
    private final Promotions promotions;

    CouponRedemptions(Promotions promotions) {
        this.promotions = promotions;
    }

    /**
     * When nothing else stands in the way of an order, a coupon that is used up is the same conflict as one that is lost to
     * another order a moment later.
     *
     * @throws CouponUsedUp naming the coupons
     */
    static void requireUsable(PricedCart priced) {
        List<Violation> problems = priced.problems();
        if (!problems.isEmpty()
                && problems.stream().allMatch(problem -> problem.code().equals(CouponUsedUp.CODE))) {
            throw new CouponUsedUp(problems);
        }
    }

    /**
     * Uses what the order takes discounts from.
     *
     * @throws CouponUsedUp if another order was faster
     */
    void redeem(NewOrder order, PricedCart priced) {
        if (!order.discounts().isEmpty()) {
            promotions.redeem(
                    order.id().value(), order.email(), priced.discounts().nonZero());
        }
    }

    /** Gives back what was used for an order that did not come to be. */
    void release(NewOrder order) {
        release(order.id(), order.discounts());
    }

    /** Gives back what was used for an order that is cancelled as a whole. */
    void release(Order order) {
        release(order.id(), order.discounts());
    }

    private void release(OrderId order, List<Discount> discounts) {
        if (!discounts.isEmpty()) {
            promotions.releaseRedemptions(order.value());
        }
    }
}
