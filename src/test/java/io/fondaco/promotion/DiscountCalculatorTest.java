package io.fondaco.promotion;

import static io.fondaco.promotion.PromotionBuilder.EUR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.fondaco.platform.money.Money;
import io.fondaco.promotion.CartConditions.CategoryAncestors;
import io.fondaco.promotion.DiscountCalculator.PromotionCandidate;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionAction.Selection;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** For any combination of promotions, the sums are exact to the cent and no line falls below zero. */
class DiscountCalculatorTest {
    /** One promotion in different forms: which of them is used depends on the kind. */
    record PromotionSpec(
            PromotionKind kind, int basisPoints, long amount, Optional<Long> maximumDiscount, boolean firstLineOnly) {}

    record Combination(int priority, boolean exclusive, boolean automatic, Optional<String> group) {}

    record LineSpec(long unitPrice, int quantity) {
        long total() {
            return unitPrice * quantity;
        }
    }

    record DiscountCase(
            List<LineSpec> lines, long shipping, List<PromotionSpec> promotions, List<Combination> combinations) {}

    @Property
    void discountsAddUpByLineAndNoLineFallsBelowZero(@ForAll("cases") DiscountCase given) {
        Discounts discounts = calculate(given, stackable(given), codes(given));
        assertThat(discounts.problems())
                .allMatch(problem -> problem.code().equals("coupon_conditions_not_met")
                        || problem.code().equals("coupon_not_applicable"));
        assertSumsAreExact(given, discounts);
    }

    @Property
    void sumsAreExactForEveryWayOfCombining(@ForAll("cases") DiscountCase given) {
        assertSumsAreExact(given, calculate(given, promotions(given), codes(given)));
    }

    private static void assertSumsAreExact(DiscountCase given, Discounts discounts) {
        Money totalLineDiscount = Money.zero(EUR);
        for (int line = 0; line < given.lines().size(); line++) {
            Money lineDiscount = discounts.lineDiscount(line, EUR);
            assertThat(lineDiscount.amount())
                    .isBetween(0L, given.lines().get(line).total());
            totalLineDiscount = totalLineDiscount.plus(lineDiscount);
        }
        Money shippingDiscount = discounts.applied().stream()
                .map(AppliedDiscount::shippingAmount)
                .reduce(Money.zero(EUR), Money::plus);
        assertThat(discounts.shippingDiscount(EUR)).isEqualTo(shippingDiscount);
        assertThat(shippingDiscount.amount()).isBetween(0L, given.shipping());
        assertThat(discounts.total(EUR)).isEqualTo(totalLineDiscount.plus(shippingDiscount));
        discounts.applied().forEach(discount -> {
            PromotionSpec promotionSpec =
                    given.promotions().get(Integer.parseInt(discount.title().substring(1)));
            promotionSpec
                    .maximumDiscount()
                    .ifPresent(maximum -> assertThat(discount.amount().amount()).isLessThanOrEqualTo(maximum));
            assertThat(discount.lineAmounts()).allMatch(amount -> amount.amount() >= 0);
        });
    }

    @Property
    void orderOfCouponsMakesNoDifference(@ForAll("cases") DiscountCase given) {
        List<String> reversed = new ArrayList<>(codes(given));
        Collections.reverse(reversed);
        assertThat(calculate(given, stackable(given), reversed).applied())
                .isEqualTo(calculate(given, stackable(given), codes(given)).applied());
    }

    @Property
    void orderOfLinesMakesNoDifference(@ForAll("cases") DiscountCase given) {
        List<PromotionCandidate> promotions = promotions(given);
        Discounts discounts = calculate(given, promotions, codes(given));
        DiscountRequest request = request(given, codes(given));
        Discounts reversed = calculate(request.withLines(request.lines().reversed()), promotions);
        assertThat(reversed.applied())
                .extracting(AppliedDiscount::amount)
                .isEqualTo(discounts.applied().stream()
                        .map(AppliedDiscount::amount)
                        .toList());
        assertThat(reversed.applied())
                .extracting(discount -> discount.lineAmounts().reversed())
                .isEqualTo(discounts.applied().stream()
                        .map(AppliedDiscount::lineAmounts)
                        .toList());
        assertThat(reversed.problems()).isEqualTo(discounts.problems());
    }

    @Property
    void calculatingAgainGivesTheSame(@ForAll("cases") DiscountCase given) {
        assertThat(calculate(given, promotions(given), codes(given)))
                .isEqualTo(calculate(given, promotions(given), codes(given)));
    }

    @Property
    void exclusivePromotionIsCombinedWithNoneOfTheSameOrALowerPriority(@ForAll("cases") DiscountCase given) {
        Map<PromotionId, Promotion> byId = promotions(given).stream()
                .map(PromotionCandidate::promotion)
                .collect(Collectors.toMap(Promotion::id, Function.identity()));
        List<Promotion> applied = calculate(given, promotions(given), codes(given)).applied().stream()
                .map(discount -> byId.get(discount.promotion()))
                .toList();
        for (Promotion exclusive : applied) {
            if (exclusive.exclusive()) {
                assertThat(applied)
                        .filteredOn(other -> other.priority() <= exclusive.priority())
                        .containsExactly(exclusive);
            }
        }
    }

    @Property
    void onePromotionOfAGroupApplies(@ForAll("cases") DiscountCase given) {
        Map<PromotionId, Promotion> byId = promotions(given).stream()
                .map(PromotionCandidate::promotion)
                .collect(Collectors.toMap(Promotion::id, Function.identity()));
        List<String> groups = calculate(given, promotions(given), codes(given)).applied().stream()
                .map(discount ->
                        Optional.ofNullable(byId.get(discount.promotion()).group()))
                .flatMap(Optional::stream)
                .toList();
        assertThat(groups).doesNotHaveDuplicates();
    }

    @Test
    void percentageIsRoundedHalfUpOnceAndAmountIsCappedAtTheRest() {
        List<PromotionCandidate> promotions = List.of(
                PromotionBuilder.amount("C0", 100_000).withCode().candidate(),
                PromotionBuilder.percentage("C1", 1_000).withCode().candidate());
        DiscountCase given = new DiscountCase(
                List.of(new LineSpec(333, 1), new LineSpec(333, 1), new LineSpec(339, 1)), 395, List.of(), List.of());
        assertThat(calculate(given, promotions, List.of("C0", "C1")).applied())
                .extracting(AppliedDiscount::code, discount -> discount.amount().amount())
                .containsExactly(tuple("C1", 101L), tuple("C0", 904L));
    }

    private static Discounts calculate(DiscountCase given, List<PromotionCandidate> promotions, List<String> codes) {
        return calculate(request(given, codes), promotions);
    }

    private static Discounts calculate(DiscountRequest request, List<PromotionCandidate> promotions) {
        return DiscountCalculator.calculate(
                request,
                promotions.stream()
                        .filter(promotion -> promotion.code() != null)
                        .collect(Collectors.toMap(
                                promotion -> promotion.promotion().title(), Function.identity())),
                promotions.stream()
                        .filter(promotion -> promotion.code() == null)
                        .toList(),
                CategoryAncestors.NONE,
                ZoneOffset.UTC);
    }

    private static DiscountRequest request(DiscountCase given, List<String> codes) {
        List<DiscountableLine> lines = IntStream.range(0, given.lines().size())
                .mapToObj(index -> new DiscountableLine(
                        "SKU-" + index,
                        given.lines().get(index).quantity(),
                        Money.of(given.lines().get(index).unitPrice(), EUR),
                        Optional.empty()))
                .toList();
        return new DiscountRequest(
                lines, Money.of(given.shipping(), EUR), codes, Instant.EPOCH, Optional.empty(), Set.of(), Set.of());
    }

    /** Coupons that can all be combined. */
    private static List<PromotionCandidate> stackable(DiscountCase given) {
        return IntStream.range(0, given.promotions().size())
                .mapToObj(index -> promotion(index, given.promotions().get(index))
                        .withCode()
                        .candidate())
                .toList();
    }

    private static List<PromotionCandidate> promotions(DiscountCase given) {
        return IntStream.range(0, given.promotions().size())
                .mapToObj(index -> promotion(
                        index,
                        given.promotions().get(index),
                        given.combinations().get(index)))
                .toList();
    }

    private static PromotionCandidate promotion(int index, PromotionSpec spec, Combination combination) {
        PromotionBuilder promotion = promotion(index, spec).priority(combination.priority());
        if (!combination.automatic()) {
            promotion.withCode();
        }
        if (combination.exclusive()) {
            promotion.exclusive();
        }
        combination.group().ifPresent(promotion::group);
        return promotion.candidate();
    }

    private static PromotionBuilder promotion(int index, PromotionSpec spec) {
        String name = "C" + index;
        PromotionBuilder promotion =
                switch (spec.kind()) {
                    case PERCENTAGE -> PromotionBuilder.percentage(name, spec.basisPoints());
                    case AMOUNT -> PromotionBuilder.amount(name, spec.amount());
                    case FREE_SHIPPING -> PromotionBuilder.freeShipping(name);
                    case FIXED_PRICE -> PromotionBuilder.fixedPrice(name, spec.amount());
                    case BUY_X_GET_Y ->
                        PromotionBuilder.buyAndGet(
                                name,
                                1 + spec.basisPoints() % 3,
                                1 + (int) (spec.amount() % 2),
                                spec.basisPoints(),
                                spec.basisPoints() % 2 == 0 ? Selection.CHEAPEST : Selection.NTH);
                    case GIFT -> PromotionBuilder.gift(name, "SKU-1", 1 + spec.basisPoints() % 3);
                    case TIERS ->
                        PromotionBuilder.tiers(
                                name,
                                PromotionBuilder.fromSubtotal(spec.amount(), spec.basisPoints()),
                                PromotionBuilder.fromSubtotal(spec.amount() * 2, PromotionAction.ALL_BASIS_POINTS));
                };
        spec.maximumDiscount().ifPresent(promotion::maximumDiscount);
        return spec.firstLineOnly() ? promotion.skus("SKU-0") : promotion;
    }

    private static List<String> codes(DiscountCase given) {
        return IntStream.range(0, given.promotions().size())
                .filter(index -> !given.combinations().get(index).automatic() || index % 2 == 0)
                .mapToObj(index -> "C" + index)
                .toList();
    }

    @Provide
    Arbitrary<DiscountCase> cases() {
        Arbitrary<PromotionSpec> promotions = Combinators.combine(
                        Arbitraries.of(PromotionKind.class),
                        Arbitraries.integers().between(1, 10_000),
                        Arbitraries.longs().between(1, 5_000),
                        Arbitraries.longs().between(1, 500).optional(),
                        Arbitraries.of(true, false))
                .as(PromotionSpec::new);
        Arbitrary<Combination> combinations = Combinators.combine(
                        Arbitraries.integers().between(-1, 1),
                        Arbitraries.of(true, false, false),
                        Arbitraries.of(true, false),
                        Arbitraries.of("a", "b").optional())
                .as(Combination::new);
        Arbitrary<LineSpec> lines = Combinators.combine(
                        Arbitraries.longs().between(0, 3_000),
                        Arbitraries.integers().between(1, 5))
                .as(LineSpec::new);
        return Combinators.combine(
                        lines.list().ofMinSize(1).ofMaxSize(8),
                        Arbitraries.longs().between(0, 2_000),
                        promotions.list().ofMaxSize(5),
                        combinations.list().ofSize(5))
                .as(DiscountCase::new);
    }
}
