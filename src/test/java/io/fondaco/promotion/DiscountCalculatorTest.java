package io.fondaco.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.money.Money;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** For any combination of coupons, the sums are exact to the cent and no line falls below zero. */
class DiscountCalculatorTest {
    private static final String EUR = "EUR";

    record PromotionSpec(
            PromotionKind kind, int basisPoints, long amount, Optional<Long> maximumDiscount, boolean firstLineOnly) {}

    record DiscountCase(List<Long> lines, long shipping, List<PromotionSpec> promotions) {}

    @Property
    void discountsAddUpByLineAndNoLineFallsBelowZero(@ForAll("cases") DiscountCase given) {
        Discounts discounts = calculate(given, codes(given.promotions().size()));
        assertThat(discounts.problems()).isEmpty();
        Money totalLineDiscount = Money.zero(EUR);
        for (int line = 0; line < given.lines().size(); line++) {
            Money lineDiscount = discounts.lineDiscount(line, EUR);
            assertThat(lineDiscount.amount()).isBetween(0L, given.lines().get(line));
            totalLineDiscount = totalLineDiscount.plus(lineDiscount);
        }
        Money shippingDiscount = discounts.applied().stream()
                .map(Discounts.AppliedDiscount::shippingAmount)
                .reduce(Money.zero(EUR), Money::plus);
        assertThat(shippingDiscount.amount()).isBetween(0L, given.shipping());
        assertThat(discounts.total(EUR)).isEqualTo(totalLineDiscount.plus(shippingDiscount));
        discounts.applied().forEach(discount -> {
            PromotionSpec promotionSpec =
                    given.promotions().get(Integer.parseInt(discount.code().substring(1)));
            promotionSpec
                    .maximumDiscount()
                    .ifPresent(maximum -> assertThat(discount.amount().amount()).isLessThanOrEqualTo(maximum));
        });
    }

    @Property
    void orderOfCouponsMakesNoDifference(@ForAll("cases") DiscountCase given) {
        List<String> codes = codes(given.promotions().size());
        List<String> reversed = new ArrayList<>(codes);
        Collections.reverse(reversed);
        assertThat(calculate(given, reversed).applied())
                .isEqualTo(calculate(given, codes).applied());
    }

    @Test
    void percentageIsRoundedHalfUpOnceAndAmountIsCappedAtTheRest() {
        DiscountCase given = new DiscountCase(
                List.of(333L, 333L, 339L),
                395,
                List.of(
                        new PromotionSpec(PromotionKind.AMOUNT, 0, 100_000, Optional.empty(), false),
                        new PromotionSpec(PromotionKind.PERCENTAGE, 1_000, 0, Optional.empty(), false)));
        Discounts discounts = calculate(given, codes(2));
        assertThat(discounts.applied())
                .extracting(Discounts.AppliedDiscount::code, discount -> discount.amount()
                        .amount())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("C1", 101L),
                        org.assertj.core.groups.Tuple.tuple("C0", 904L));
    }

    private static Discounts calculate(DiscountCase given, List<String> codes) {
        Map<String, CouponCandidate> candidates = new HashMap<>();
        for (int index = 0; index < given.promotions().size(); index++) {
            PromotionSpec promotionSpec = given.promotions().get(index);
            Promotion promotion = promotion("C" + index, promotionSpec);
            candidates.put(promotion.code(), new CouponCandidate(promotion, true, false, false));
        }
        List<DiscountRequest.DiscountableLine> lines = IntStream.range(
                        0, given.lines().size())
                .mapToObj(index -> new DiscountRequest.DiscountableLine(
                        "SKU-" + index, Money.of(given.lines().get(index), EUR)))
                .toList();
        return DiscountCalculator.calculate(
                new DiscountRequest(lines, Money.of(given.shipping(), EUR), codes), candidates);
    }

    private static Promotion promotion(String code, PromotionSpec promotionSpec) {
        return new Promotion(
                new PromotionId(UUID.nameUUIDFromBytes(code.getBytes(StandardCharsets.UTF_8))),
                code,
                code,
                promotionSpec.kind(),
                promotionSpec.kind() == PromotionKind.PERCENTAGE ? promotionSpec.basisPoints() : null,
                promotionSpec.kind() == PromotionKind.AMOUNT
                        ? List.of(Money.of(promotionSpec.amount(), EUR))
                        : List.of(),
                List.of(),
                promotionSpec
                        .maximumDiscount()
                        .map(maximum -> List.of(Money.of(maximum, EUR)))
                        .orElse(List.of()),
                null,
                null,
                null,
                null,
                true,
                true,
                promotionSpec.firstLineOnly() ? List.of("SKU-0") : List.of(),
                0,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    private static List<String> codes(int count) {
        return IntStream.range(0, count).mapToObj(index -> "C" + index).toList();
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
        return Combinators.combine(
                        Arbitraries.longs()
                                .between(0, 3_000)
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(8),
                        Arbitraries.longs().between(0, 2_000),
                        promotions.list().ofMaxSize(5))
                .as(DiscountCase::new);
    }
}
