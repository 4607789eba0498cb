package io.fondaco.checkout;

import io.fondaco.order.NewOrder;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.CouponUsedUp;
import io.fondaco.promotion.Promotions;
import io.fondaco.totals.PricedCart;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * Redeems the promotions of an order in the transaction that reserves its stock, and releases them in the transaction
 * that ends the checkout attempt without an order. A redemption does not expire by itself: every attempt is finalized,
 * so a coupon cannot expire before a successful payment. An order without discounts costs no statement.
 */
@ApplicationScoped
public class CouponRedemptions {
    private final Promotions promotions;

    CouponRedemptions(Promotions promotions) {
        this.promotions = promotions;
    }

    /**
     * Requires that used-up coupons are not the only problem of the cart. They are reported with the same conflict as a
     * coupon that another order redeems concurrently.
     *
     * @throws CouponUsedUp with the used-up coupons, if the cart has no other problem
     */
    static void requireUsable(PricedCart priced) {
        List<Violation> problems = priced.problems();
        if (!problems.isEmpty() && problems.stream().allMatch(CouponUsedUp::isUsedUp)) {
            throw new CouponUsedUp(problems);
        }
    }

    /**
     * Redeems the promotions whose discount is not zero, if all promotions still are what the cart was priced with.
     *
     * @throws CouponUsedUp if a concurrent order reached the usage limit first
     * @throws io.fondaco.promotion.PromotionsChanged if the cart must be priced again; nothing was redeemed
     */
    void redeem(NewOrder order, PricedCart priced) {
        promotions.redeem(order.id().value(), order.email(), priced.discounts().applied());
    }

    /** Releases the redemptions of a checkout attempt that ends without an order. */
    void release(NewOrder order) {
        release(order.id(), order.discounts());
    }

    /** Releases the redemptions of an order that is cancelled as a whole. */
    public void release(Order order) {
        release(order.id(), order.discounts());
    }

    private void release(OrderId order, List<?> discounts) {
        if (!discounts.isEmpty()) {
            promotions.releaseRedemptions(order.value());
        }
    }
}
