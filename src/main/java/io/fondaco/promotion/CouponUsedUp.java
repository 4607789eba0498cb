package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;
import java.util.Map;

/** A coupon has reached its usage limit, in total or for this customer. No coupon was redeemed. */
public final class CouponUsedUp extends ApiException {
    public static final String CODE = "coupon_used_up";

    public CouponUsedUp(List<Violation> coupons) {
        super(409, CODE, coupons.getFirst().detail(), coupons);
    }

    static Violation of(String pointer, String code) {
        return new Violation(
                pointer, CODE, "Coupon %s has reached its usage limit.".formatted(code), Map.of("coupon", code));
    }
}
