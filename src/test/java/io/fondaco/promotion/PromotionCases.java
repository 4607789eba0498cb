package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.promotion.CartConditions.CategoryAncestors;
import io.fondaco.promotion.DiscountCalculator.PromotionCandidate;
import io.fondaco.promotion.PromotionAction.Selection;
import io.fondaco.promotion.PromotionAction.Tier;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The discounts of any combination of promotions, for tests of other packages without an application. */
public final class PromotionCases {
    private static final int MAX_SET = 3;

    private PromotionCases() {}

    /**
     * A promotion of any kind and currency: which of the numbers are used depends on the kind.
     *
     * @param amount in minor units, like the maximum and the budget
     * @param sku the only one that it applies to, unless it is a gift: then the gift
     */
    public record PromotionCase(
            PromotionKind kind,
            int basisPoints,
            long amount,
            Optional<Long> maximumDiscount,
            Optional<Long> budget,
            Optional<String> sku,
            Combination combination) {}

    /** @param automatic or else the customer enters its code */
    public record Combination(int priority, boolean exclusive, boolean automatic, Optional<String> group) {}

    /** The codes of those of the promotions that are not automatic. */
    public static List<String> codes(List<PromotionCase> promotions) {
        return IntStream.range(0, promotions.size())
                .filter(index -> !promotions.get(index).combination().automatic())
                .mapToObj(PromotionCases::name)
                .toList();
    }

    public static Discounts calculate(DiscountRequest request, List<PromotionCase> promotions) {
        List<PromotionCandidate> candidates = IntStream.range(0, promotions.size())
                .mapToObj(index -> candidate(name(index), promotions.get(index), request.currency()))
                .toList();
        Map<String, PromotionCandidate> coupons = candidates.stream()
                .filter(candidate -> candidate.code() != null)
                .collect(Collectors.toMap(candidate -> candidate.promotion().title(), Function.identity()));
        return DiscountCalculator.calculate(
                request,
                coupons,
                candidates.stream()
                        .filter(candidate -> candidate.code() == null)
                        .toList(),
                CategoryAncestors.NONE,
                ZoneOffset.UTC);
    }

    private static String name(int index) {
        return "P" + index;
    }

    private static PromotionCandidate candidate(String name, PromotionCase given, String currency) {
        PromotionBuilder promotion =
                builder(name, given, currency).priority(given.combination().priority());
        given.maximumDiscount().ifPresent(maximum -> promotion.maximumDiscount(Money.of(maximum, currency)));
        given.budget().ifPresent(budget -> promotion.budget(Money.of(budget, currency), Money.zero(currency)));
        given.combination().group().ifPresent(promotion::group);
        if (given.kind() != PromotionKind.GIFT) {
            given.sku().ifPresent(promotion::skus);
        }
        if (given.combination().exclusive()) {
            promotion.exclusive();
        }
        return given.combination().automatic()
                ? promotion.candidate()
                : promotion.withCode().candidate();
    }

    private static PromotionBuilder builder(String name, PromotionCase given, String currency) {
        Money amount = Money.of(given.amount(), currency);
        int basisPoints = given.basisPoints();
        return switch (given.kind()) {
            case PERCENTAGE -> PromotionBuilder.percentage(name, basisPoints);
            case FREE_SHIPPING -> PromotionBuilder.freeShipping(name);
            case AMOUNT ->
                PromotionBuilder.of(name, PromotionAction.simple(PromotionKind.AMOUNT, null, List.of(amount)));
            case FIXED_PRICE -> PromotionBuilder.of(name, fixedPrice(amount));
            case BUY_X_GET_Y ->
                PromotionBuilder.buyAndGet(
                        name,
                        1 + basisPoints % MAX_SET,
                        1 + (int) (given.amount() % 2),
                        basisPoints,
                        basisPoints % 2 == 0 ? Selection.CHEAPEST : Selection.NTH);
            case GIFT -> PromotionBuilder.gift(name, given.sku().orElse("none"), 1 + basisPoints % MAX_SET);
            case TIERS ->
                PromotionBuilder.tiers(
                        name,
                        new Tier(List.of(amount), null, basisPoints, null),
                        new Tier(List.of(amount.times(2)), null, PromotionAction.ALL_BASIS_POINTS, null));
        };
    }

    private static PromotionAction fixedPrice(Money price) {
        return new PromotionAction(
                PromotionKind.FIXED_PRICE, null, null, List.of(price), null, null, null, null, null, null, null);
    }
}
