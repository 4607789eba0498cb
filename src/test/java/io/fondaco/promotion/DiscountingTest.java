package io.fondaco.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.money.Money;
import io.fondaco.promotion.Discounting.Candidate;
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
class DiscountingTest {
    private static final String EUR = "EUR";

    record Offer(PromotionKind kind, int basisPoints, long amount, Optional<Long> most, boolean onlyFirst) {}

    record Case(List<Long> lines, long shipping, List<Offer> offers) {}

    @Property
    void discountsAddUpByLineAndNoLineFallsBelowZero(@ForAll("cases") Case given) {
        Discounts discounts = reckon(given, codes(given.offers().size()));
        assertThat(discounts.problems()).isEmpty();
        Money offLines = Money.zero(EUR);
        for (int line = 0; line < given.lines().size(); line++) {
            Money off = discounts.ofLine(line, EUR);
            assertThat(off.amount()).isBetween(0L, given.lines().get(line));
            offLines = offLines.plus(off);
        }
        Money offShipping =
                discounts.applied().stream().map(Discounts.Applied::shipping).reduce(Money.zero(EUR), Money::plus);
        assertThat(offShipping.amount()).isBetween(0L, given.shipping());
        assertThat(discounts.total(EUR)).isEqualTo(offLines.plus(offShipping));
        discounts.applied().forEach(one -> {
            Offer offer = given.offers().get(Integer.parseInt(one.code().substring(1)));
            offer.most().ifPresent(most -> assertThat(one.amount().amount()).isLessThanOrEqualTo(most));
        });
    }

    @Property
    void theOrderInWhichCouponsAreNamedMakesNoDifference(@ForAll("cases") Case given) {
        List<String> codes = codes(given.offers().size());
        List<String> reversed = new ArrayList<>(codes);
        Collections.reverse(reversed);
        assertThat(reckon(given, reversed).applied())
                .isEqualTo(reckon(given, codes).applied());
    }

    @Test
    void aPercentageIsRoundedOnceHalfUpAndAnAmountTakesWhatIsLeft() {
        Case given = new Case(
                List.of(333L, 333L, 339L),
                395,
                List.of(
                        new Offer(PromotionKind.AMOUNT, 0, 100_000, Optional.empty(), false),
                        new Offer(PromotionKind.PERCENTAGE, 1_000, 0, Optional.empty(), false)));
        Discounts discounts = reckon(given, codes(2));
        assertThat(discounts.applied())
                .extracting(Discounts.Applied::code, one -> one.amount().amount())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("C1", 101L),
                        org.assertj.core.groups.Tuple.tuple("C0", 904L));
    }

    private static Discounts reckon(Case given, List<String> codes) {
        Map<String, Candidate> candidates = new HashMap<>();
        for (int index = 0; index < given.offers().size(); index++) {
            Offer offer = given.offers().get(index);
            Promotion promotion = promotion("C" + index, offer);
            candidates.put(promotion.code(), new Candidate(promotion, true, false, false));
        }
        List<Basket.Line> lines = IntStream.range(0, given.lines().size())
                .mapToObj(index ->
                        new Basket.Line("SKU-" + index, Money.of(given.lines().get(index), EUR)))
                .toList();
        return Discounting.of(new Basket(lines, Money.of(given.shipping(), EUR), codes), candidates);
    }

    private static Promotion promotion(String code, Offer offer) {
        return new Promotion(
                new PromotionId(UUID.nameUUIDFromBytes(code.getBytes(StandardCharsets.UTF_8))),
                code,
                code,
                offer.kind(),
                offer.kind() == PromotionKind.PERCENTAGE ? offer.basisPoints() : null,
                offer.kind() == PromotionKind.AMOUNT ? List.of(Money.of(offer.amount(), EUR)) : List.of(),
                List.of(),
                offer.most().map(most -> List.of(Money.of(most, EUR))).orElse(List.of()),
                null,
                null,
                null,
                null,
                true,
                true,
                offer.onlyFirst() ? List.of("SKU-0") : List.of(),
                0,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    private static List<String> codes(int count) {
        return IntStream.range(0, count).mapToObj(index -> "C" + index).toList();
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Offer> offers = Combinators.combine(
                        Arbitraries.of(PromotionKind.class),
                        Arbitraries.integers().between(1, 10_000),
                        Arbitraries.longs().between(1, 5_000),
                        Arbitraries.longs().between(1, 500).optional(),
                        Arbitraries.of(true, false))
                .as(Offer::new);
        return Combinators.combine(
                        Arbitraries.longs()
                                .between(0, 3_000)
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(8),
                        Arbitraries.longs().between(0, 2_000),
                        offers.list().ofMaxSize(5))
                .as(Case::new);
    }
}
