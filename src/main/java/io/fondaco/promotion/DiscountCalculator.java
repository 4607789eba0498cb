package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.money.ProportionalAllocation;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Calculates the discounts of coupons. Percentages are applied first, then amounts, then free shipping, each to what
 * the earlier discounts left; so the order of the codes makes no difference. A percentage is rounded once, half up, and
 * then allocated to the lines.
 */
final class DiscountCalculator {
    private static final BigDecimal BASIS_POINTS_PER_UNIT = BigDecimal.valueOf(10_000);

    private final DiscountRequest discountRequest;
    private final long[] remainingLineAmounts;
    private long remainingShipping;

    private DiscountCalculator(DiscountRequest discountRequest) {
        this.discountRequest = discountRequest;
        this.remainingLineAmounts = discountRequest.lines().stream()
                .mapToLong(discountableLine -> discountableLine.total().amount())
                .toArray();
        this.remainingShipping = discountRequest.shipping().amount();
    }

    /**
     * The promotion of a coupon code, with what depends on the time.
     *
     * @param usedUp whether the usage limit in total is reached
     */
    record CouponCandidate(Promotion promotion, boolean started, boolean ended, boolean usedUp) {
        /** By the clock of the pod. What charges is checked by the clock of the database when it is redeemed. */
        static CouponCandidate at(Instant now, Promotion promotion) {
            return new CouponCandidate(
                    promotion,
                    promotion.startsAt() == null || !promotion.startsAt().isAfter(now),
                    promotion.endsAt() != null && !promotion.endsAt().isAfter(now),
                    promotion.usageLimit() != null && promotion.used() >= promotion.usageLimit());
        }
    }

    /** @param candidates by code */
    static Discounts calculate(DiscountRequest discountRequest, Map<String, CouponCandidate> candidates) {
        List<Violation> problems = new ArrayList<>();
        List<Promotion> accepted = new ArrayList<>();
        for (int index = 0; index < discountRequest.codes().size(); index++) {
            String code = discountRequest.codes().get(index);
            Optional<CouponCandidate> candidate = Optional.ofNullable(candidates.get(code));
            findProblem(discountRequest, code, candidate, accepted, "/coupon_codes/" + index)
                    .ifPresentOrElse(
                            problems::add,
                            () -> accepted.add(candidate.orElseThrow().promotion()));
        }
        accepted.sort(Comparator.comparing(Promotion::kind).thenComparing(Promotion::code));
        DiscountCalculator calculator = new DiscountCalculator(discountRequest);
        return new Discounts(accepted.stream().map(calculator::apply).toList(), problems);
    }

    private static Optional<Violation> findProblem(
            DiscountRequest discountRequest,
            String code,
            Optional<CouponCandidate> candidate,
            List<Promotion> accepted,
            String pointer) {
        if (candidate.isEmpty()) {
            return couponProblem(pointer, Discounts.UNKNOWN_COUPON, code, "Coupon %s does not exist.");
        }
        CouponCandidate coupon = candidate.get();
        Promotion promotion = coupon.promotion();
        if (!coupon.started()) {
            return couponProblem(pointer, "coupon_not_started", code, "Coupon %s is not valid yet.");
        }
        if (coupon.ended()) {
            return couponProblem(pointer, "coupon_expired", code, "Coupon %s has expired.");
        }
        if (coupon.usedUp()) {
            return Optional.of(CouponUsedUp.of(pointer, code));
        }
        if (!isApplicable(discountRequest, promotion)) {
            return couponProblem(pointer, "coupon_not_applicable", code, "Coupon %s does not apply to this cart.");
        }
        Optional<Money> minimum = Promotion.findByCurrency(discountRequest.currency(), promotion.minimumSubtotals());
        Money subtotal = subtotal(discountRequest, promotion);
        if (minimum.isPresent() && subtotal.amount() < minimum.get().amount()) {
            return Optional.of(new Violation(
                    pointer,
                    "coupon_minimum_not_reached",
                    "Coupon %s needs a subtotal of at least %s.".formatted(code, minimum.get()),
                    Map.of("coupon", code, "minimum_subtotal", minimum.get(), "subtotal", subtotal)));
        }
        boolean combinable = accepted.isEmpty()
                || (promotion.combinable() && accepted.stream().allMatch(Promotion::combinable));
        return combinable
                ? Optional.empty()
                : couponProblem(
                        pointer, "coupon_not_combinable", code, "Coupon %s cannot be combined with the other coupons.");
    }

    private static Optional<Violation> couponProblem(String pointer, String problem, String code, String detail) {
        return Optional.of(new Violation(pointer, problem, detail.formatted(code), Map.of("coupon", code)));
    }

    /** Whether the promotion applies to at least one line and has amounts in the currency of the cart. */
    private static boolean isApplicable(DiscountRequest discountRequest, Promotion promotion) {
        Predicate<String> scope = promotion.skuFilter();
        return discountRequest.lines().stream()
                        .map(DiscountRequest.DiscountableLine::sku)
                        .anyMatch(scope)
                && (promotion.kind() != PromotionKind.AMOUNT || hasCurrency(discountRequest, promotion.amounts()))
                && (promotion.minimumSubtotals().isEmpty()
                        || hasCurrency(discountRequest, promotion.minimumSubtotals()))
                && (promotion.maximumDiscounts().isEmpty()
                        || hasCurrency(discountRequest, promotion.maximumDiscounts()));
    }

    private static boolean hasCurrency(DiscountRequest discountRequest, List<Money> list) {
        return Promotion.findByCurrency(discountRequest.currency(), list).isPresent();
    }

    private static Money subtotal(DiscountRequest discountRequest, Promotion promotion) {
        Predicate<String> scope = promotion.skuFilter();
        return discountRequest.lines().stream()
                .filter(discountableLine -> scope.test(discountableLine.sku()))
                .map(DiscountRequest.DiscountableLine::total)
                .reduce(Money.zero(discountRequest.currency()), Money::plus);
    }

    private AppliedDiscount apply(Promotion promotion) {
        Predicate<String> scope = promotion.skuFilter();
        long[] base = new long[remainingLineAmounts.length];
        for (int index = 0; index < remainingLineAmounts.length; index++) {
            base[index] = scope.test(discountRequest.lines().get(index).sku()) ? remainingLineAmounts[index] : 0;
        }
        long[] shares = new long[remainingLineAmounts.length];
        long shipping = 0;
        long sum = Arrays.stream(base).reduce(0, Math::addExact);
        switch (promotion.kind()) {
            case PERCENTAGE ->
                shares = ProportionalAllocation.allocate(capAtMaximum(promotion, percentage(promotion, sum)), base);
            case AMOUNT -> {
                long amount = Promotion.findByCurrency(discountRequest.currency(), promotion.amounts())
                        .orElseThrow()
                        .amount();
                shares = ProportionalAllocation.allocate(capAtMaximum(promotion, Math.min(amount, sum)), base);
            }
            case FREE_SHIPPING -> shipping = capAtMaximum(promotion, remainingShipping);
        }
        for (int index = 0; index < remainingLineAmounts.length; index++) {
            remainingLineAmounts[index] -= shares[index];
        }
        remainingShipping -= shipping;
        return new AppliedDiscount(
                promotion.id(),
                promotion.version(),
                promotion.code(),
                promotion.title(),
                promotion.kind(),
                money(Math.addExact(Arrays.stream(shares).sum(), shipping)),
                Arrays.stream(shares).mapToObj(this::money).toList(),
                money(shipping));
    }

    private static long percentage(Promotion promotion, long sum) {
        Integer basisPoints = promotion.basisPoints();
        if (basisPoints == null) {
            throw new IllegalStateException("A percentage promotion has no basis points: " + promotion.id());
        }
        return BigDecimal.valueOf(sum)
                .multiply(BigDecimal.valueOf(basisPoints))
                .divide(BASIS_POINTS_PER_UNIT, 0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    private long capAtMaximum(Promotion promotion, long amount) {
        return Promotion.findByCurrency(discountRequest.currency(), promotion.maximumDiscounts())
                .map(maximum -> Math.min(maximum.amount(), amount))
                .orElse(amount);
    }

    private Money money(long amount) {
        return Money.of(amount, discountRequest.currency());
    }
}
