package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.Discounts.Applied;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reckons what coupons come to. Percentages first, then amounts, then delivery, each of what those before it left, so that the
 * order in which a customer names them makes no difference. A percentage is rounded half up, once, and then split.
 */
final class Discounting {
    private static final BigDecimal BASIS = BigDecimal.valueOf(10_000);

    private final Basket basket;
    private final long[] left;
    private long shippingLeft;

    private Discounting(Basket basket) {
        this.basket = basket;
        this.left =
                basket.lines().stream().mapToLong(line -> line.total().amount()).toArray();
        this.shippingLeft = basket.shipping().amount();
    }

    /**
     * A promotion that a code names, as the database judges it.
     *
     * @param usedUp in all, or by this customer
     */
    record Candidate(Promotion promotion, boolean started, boolean ended, boolean usedUp) {}

    /** @param candidates by code */
    static Discounts of(Basket basket, Map<String, Candidate> candidates) {
        List<Violation> problems = new ArrayList<>();
        List<Promotion> accepted = new ArrayList<>();
        for (int index = 0; index < basket.codes().size(); index++) {
            String code = basket.codes().get(index);
            Optional<Candidate> candidate = Optional.ofNullable(candidates.get(code));
            problem(basket, code, candidate, accepted, "/coupon_codes/" + index)
                    .ifPresentOrElse(
                            problems::add,
                            () -> accepted.add(candidate.orElseThrow().promotion()));
        }
        accepted.sort(Comparator.comparing(Promotion::kind).thenComparing(Promotion::code));
        Discounting reckoning = new Discounting(basket);
        return new Discounts(accepted.stream().map(reckoning::apply).toList(), problems);
    }

    private static Optional<Violation> problem(
            Basket basket, String code, Optional<Candidate> candidate, List<Promotion> accepted, String pointer) {
        if (candidate.isEmpty()) {
            return because(pointer, Discounts.UNKNOWN, code, "There is no coupon %s.");
        }
        Candidate found = candidate.get();
        Promotion promotion = found.promotion();
        if (!found.started()) {
            return because(pointer, "coupon_not_started", code, "Coupon %s is not valid yet.");
        }
        if (found.ended()) {
            return because(pointer, "coupon_expired", code, "Coupon %s has expired.");
        }
        if (found.usedUp()) {
            return Optional.of(CouponUsedUp.of(pointer, code));
        }
        if (!applies(basket, promotion)) {
            return because(pointer, "coupon_not_applicable", code, "Coupon %s is not for what is in the cart.");
        }
        Optional<Money> minimum = Promotion.in(basket.currency(), promotion.minimumSubtotals());
        Money subtotal = subtotal(basket, promotion);
        if (minimum.isPresent() && subtotal.amount() < minimum.get().amount()) {
            return Optional.of(new Violation(
                    pointer,
                    "coupon_minimum_not_reached",
                    "Coupon %s is for %s and more.".formatted(code, minimum.get()),
                    Map.of("coupon", code, "minimum_subtotal", minimum.get(), "subtotal", subtotal)));
        }
        boolean alone = accepted.isEmpty()
                || (promotion.combinable() && accepted.stream().allMatch(Promotion::combinable));
        return alone
                ? Optional.empty()
                : because(pointer, "coupon_not_combinable", code, "Coupon %s cannot be combined with the others.");
    }

    private static Optional<Violation> because(String pointer, String problem, String code, String detail) {
        return Optional.of(new Violation(pointer, problem, detail.formatted(code), Map.of("coupon", code)));
    }

    /** Whether there is a line that it is for, and it knows what to do in this currency. */
    private static boolean applies(Basket basket, Promotion promotion) {
        Predicate<String> scope = promotion.scope();
        return basket.lines().stream().map(Basket.Line::sku).anyMatch(scope)
                && (promotion.kind() != PromotionKind.AMOUNT || knows(basket, promotion.amounts()))
                && (promotion.minimumSubtotals().isEmpty() || knows(basket, promotion.minimumSubtotals()))
                && (promotion.maximumDiscounts().isEmpty() || knows(basket, promotion.maximumDiscounts()));
    }

    private static boolean knows(Basket basket, List<Money> list) {
        return Promotion.in(basket.currency(), list).isPresent();
    }

    private static Money subtotal(Basket basket, Promotion promotion) {
        Predicate<String> scope = promotion.scope();
        return basket.lines().stream()
                .filter(line -> scope.test(line.sku()))
                .map(Basket.Line::total)
                .reduce(Money.zero(basket.currency()), Money::plus);
    }

    private Applied apply(Promotion promotion) {
        Predicate<String> scope = promotion.scope();
        long[] base = new long[left.length];
        for (int index = 0; index < left.length; index++) {
            base[index] = scope.test(basket.lines().get(index).sku()) ? left[index] : 0;
        }
        long[] shares = new long[left.length];
        long shipping = 0;
        long sum = Arrays.stream(base).reduce(0, Math::addExact);
        switch (promotion.kind()) {
            case PERCENTAGE -> shares = Shares.split(capped(promotion, percentage(promotion, sum)), base);
            case AMOUNT -> {
                long amount = Promotion.in(basket.currency(), promotion.amounts())
                        .orElseThrow()
                        .amount();
                shares = Shares.split(capped(promotion, Math.min(amount, sum)), base);
            }
            case FREE_SHIPPING -> shipping = capped(promotion, shippingLeft);
        }
        for (int index = 0; index < left.length; index++) {
            left[index] -= shares[index];
        }
        shippingLeft -= shipping;
        return new Applied(
                promotion.id(),
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
            throw new IllegalStateException("A percentage without basis points: " + promotion.id());
        }
        return BigDecimal.valueOf(sum)
                .multiply(BigDecimal.valueOf(basisPoints))
                .divide(BASIS, 0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    private long capped(Promotion promotion, long amount) {
        return Promotion.in(basket.currency(), promotion.maximumDiscounts())
                .map(most -> Math.min(most.amount(), amount))
                .orElse(amount);
    }

    private Money money(long amount) {
        return Money.of(amount, basket.currency());
    }
}
