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

/** Whatever coupons come together, the sums are right to the cent and nothing costs less than nothing. */
class DiscountCalculatorTest {
    private static final String EUR = "EUR";

    record PromotionSpec(
            PromotionKind kind, int basisPoints, long amount, Optional<Long> maximumDiscount, boolean firstLineOnly) {}

    record DiscountCase(List<Long> lines, long shipping, List<PromotionSpec> promotions) {}

    @Property
    void discountsAddUpByLineAndNoLineFallsBelowZero(@ForAll("cases") DiscountCase given) {
        Discounts discounts = calculate(given, codes(given.promotions().size()));
        assertThat(discounts.problems()).isEmpty();
        Money offLines = Money.zero(EUR);
        for (int line = 0; line < given.lines().size(); line++) {
            Money off = discounts.lineDiscount(line, EUR);
            assertThat(off.amount()).isBetween(0L, given.lines().get(line));
            offLines = offLines.plus(off);
        }
        Money offShipping = discounts.applied().stream()
                .map(Discounts.AppliedDiscount::shippingAmount)
                .reduce(Money.zero(EUR), Money::plus);
        assertThat(offShipping.amount()).isBetween(0L, given.shipping());
        assertThat(discounts.total(EUR)).isEqualTo(offLines.plus(offShipping));
        discounts.applied().forEach(one -> {
            PromotionSpec promotionSpec =
                    given.promotions().get(Integer.parseInt(one.code().substring(1)));
            promotionSpec
                    .maximumDiscount()
                    .ifPresent(most -> assertThat(one.amount().amount()).isLessThanOrEqualTo(most));
        });
    }

    @Property
    void theOrderInWhichCouponsAreNamedMakesNoDifference(@ForAll("cases") DiscountCase given) {
        List<String> codes = codes(given.promotions().size());
        List<String> reversed = new ArrayList<>(codes);
        Collections.reverse(reversed);
        assertThat(calculate(given, reversed).applied())
                .isEqualTo(calculate(given, codes).applied());
    }

    @Test
    void aPercentageIsRoundedOnceHalfUpAndAnAmountTakesWhatIsLeft() {
        DiscountCase given = new DiscountCase(
                List.of(333L, 333L, 339L),
                395,
                List.of(
                        new PromotionSpec(PromotionKind.AMOUNT, 0, 100_000, Optional.empty(), false),
                        new PromotionSpec(PromotionKind.PERCENTAGE, 1_000, 0, Optional.empty(), false)));
        Discounts discounts = calculate(given, codes(2));
        assertThat(discounts.applied())
                .extracting(Discounts.AppliedDiscount::code, one -> one.amount().amount())
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
                        .map(most -> List.of(Money.of(most, EUR)))
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
        Arbitrary<PromotionSpec> offers = Combinators.combine(
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
                        offers.list().ofMaxSize(5))
                .as(DiscountCase::new);
    }
}
