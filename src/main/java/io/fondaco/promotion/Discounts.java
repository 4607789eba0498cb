package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The discounts of a cart.
 *
 * @param applied in the order of calculation; together they never exceed the prices of the lines and of shipping
 * @param problems one for each code that does not apply, at {@code /coupon_codes/n}: {@code unknown_coupon},
 *     {@code coupon_not_started}, {@code coupon_expired}, {@code coupon_used_up}, {@code coupon_budget_used_up},
 *     {@code coupon_not_applicable}, {@code coupon_minimum_not_reached}, {@code coupon_conditions_not_met},
 *     {@code coupon_not_combinable}, {@code coupon_excluded}
 */
public record Discounts(List<AppliedDiscount> applied, List<Violation> problems) {
    public static final Discounts NONE = new Discounts(List.of(), List.of());
    public static final String UNKNOWN_COUPON = "unknown_coupon";

    public Discounts {
        applied = List.copyOf(applied);
        problems = List.copyOf(problems);
    }

    /**
     * The discount of one promotion.
     *
     * @param promotionVersion the version of the promotion that it is calculated from; {@link Promotions#redeem}
     *     accepts no other
     * @param code the code that the customer entered; null for an automatic promotion
     * @param amount the sum of the line amounts and the shipping amount; zero for free shipping if shipping costs
     *     nothing
     * @param lineAmounts the discount of each line, in the order of the cart
     * @param singleUse whether the code is a generated one, for one order
     * @param firstOrderOnly whether the customer must have no earlier order
     */
    public record AppliedDiscount(
            PromotionId promotion,
            long promotionVersion,
            @Nullable String code,
            String title,
            PromotionKind kind,
            Money amount,
            List<Money> lineAmounts,
            Money shippingAmount,
            boolean singleUse,
            boolean firstOrderOnly) {

        public AppliedDiscount {
            lineAmounts = List.copyOf(lineAmounts);
            if (!lineAmounts.stream().reduce(shippingAmount, Money::plus).equals(amount)) {
                throw new IllegalArgumentException("Discount %s is not the sum of its parts".formatted(amount));
            }
        }

        /** A promotion without a discount is not redeemed. */
        boolean isZero() {
            return amount.amount() == 0;
        }

        /** The generated code that the order uses up; empty if the code is not a generated one. */
        String singleUseCode() {
            return (singleUse && code != null) ? code : "";
        }

        /** What a customer knows it by. */
        String label() {
            return code == null ? title : code;
        }
    }

    /** The discounts that are not zero: an order redeems only these. */
    public List<AppliedDiscount> nonZero() {
        return applied.stream().filter(discount -> !discount.isZero()).toList();
    }

    /** The sum of all discounts of one line. */
    public Money lineDiscount(int index, String currency) {
        return applied.stream()
                .map(discount -> discount.lineAmounts().get(index))
                .reduce(Money.zero(currency), Money::plus);
    }

    /** The sum of all discounts of shipping. */
    public Money shippingDiscount(String currency) {
        return applied.stream().map(AppliedDiscount::shippingAmount).reduce(Money.zero(currency), Money::plus);
    }

    /** The sum of all discounts of lines and shipping. */
    public Money total(String currency) {
        return applied.stream().map(AppliedDiscount::amount).reduce(Money.zero(currency), Money::plus);
    }
}
