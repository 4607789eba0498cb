package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;
import java.util.Map;

/** A coupon has reached its usage limit, in total or for this customer, or its budget. No coupon was redeemed. */
public final class CouponUsedUp extends ApiException {
    public static final String CODE = "coupon_used_up";
    static final String BUDGET = "coupon_budget_used_up";
    static final String DETAIL = "Coupon %s has reached its usage limit.";
    static final String BUDGET_DETAIL = "The budget of coupon %s is used up.";
    private static final String FIRST_ORDER = "coupon_first_order_only";
    private static final String FIRST_ORDER_DETAIL = "Coupon %s is for the first order of a customer.";

    public CouponUsedUp(List<Violation> coupons) {
        super(409, coupons.getFirst().code(), coupons.getFirst().detail(), coupons);
    }

    /** Whether a problem of a cart is that of a coupon that other orders have used up. */
    public static boolean isUsedUp(Violation problem) {
        return problem.code().equals(CODE) || problem.code().equals(BUDGET);
    }

    static Violation ofLimit(String code) {
        return violation(CODE, DETAIL, code);
    }

    static Violation ofBudget(String code) {
        return violation(BUDGET, BUDGET_DETAIL, code);
    }

    static Violation ofFirstOrder(String code) {
        return violation(FIRST_ORDER, FIRST_ORDER_DETAIL, code);
    }

    private static Violation violation(String problem, String detail, String code) {
        return new Violation("/coupon_codes", problem, detail.formatted(code), Map.of("coupon", code));
    }
}
