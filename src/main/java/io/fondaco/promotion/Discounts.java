package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Violation;
import java.util.List;

/**
 * What the coupons of a basket come to.
 *
 * @param applied in the order in which they were reckoned; together they never take off more than lines and delivery cost
 * @param problems one for each code that does not apply, at {@code /coupon_codes/n}: {@code unknown_coupon},
 *     {@code coupon_not_started}, {@code coupon_expired}, {@code coupon_used_up}, {@code coupon_not_applicable},
 *     {@code coupon_minimum_not_reached}, {@code coupon_not_combinable}
 */
public record Discounts(List<AppliedDiscount> applied, List<Violation> problems) {
    public static final Discounts NONE = new Discounts(List.of(), List.of());
    public static final String UNKNOWN_COUPON = "unknown_coupon";

    public Discounts {
        applied = List.copyOf(applied);
        problems = List.copyOf(problems);
    }

    /**
     * What one promotion takes off.
     *
     * @param amount the sum of the lines' shares and of delivery's; zero for free delivery of what costs nothing to deliver
     * @param lineAmounts each line's share, in the order of the basket
     */
    public record AppliedDiscount(
            PromotionId promotion,
            String code,
            String title,
            PromotionKind kind,
            Money amount,
            List<Money> lineAmounts,
            Money shippingAmount) {

        public AppliedDiscount {
            lineAmounts = List.copyOf(lineAmounts);
            if (!lineAmounts.stream().reduce(shippingAmount, Money::plus).equals(amount)) {
                throw new IllegalArgumentException("Discount %s does not add up".formatted(amount));
            }
        }
    }

    /** Those that take something off: only they are used up by an order. */
    public List<AppliedDiscount> nonZero() {
        return applied.stream()
                .filter(discount -> discount.amount().amount() > 0)
                .toList();
    }

    /** What is taken off one line by all of them. */
    public Money lineDiscount(int index, String currency) {
        return applied.stream()
                .map(discount -> discount.lineAmounts().get(index))
                .reduce(Money.zero(currency), Money::plus);
    }

    /** What is taken off lines and delivery by all of them. */
    public Money total(String currency) {
        return applied.stream().map(AppliedDiscount::amount).reduce(Money.zero(currency), Money::plus);
    }
}
