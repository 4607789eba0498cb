package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;
import java.util.Map;

/** A coupon has been used as often as it may be, in all or by this customer; nothing was used. */
public final class CouponUsedUp extends ApiException {
    public static final String CODE = "coupon_used_up";

    public CouponUsedUp(List<Violation> coupons) {
        super(409, CODE, coupons.getFirst().detail(), coupons);
    }

    static Violation of(String pointer, String code) {
        return new Violation(
                pointer,
                CODE,
                "Coupon %s has been used as often as it may be.".formatted(code),
                Map.of("coupon", code));
    }
}
