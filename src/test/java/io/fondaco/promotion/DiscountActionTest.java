package io.fondaco.promotion;

import static io.fondaco.promotion.PromotionBuilder.euros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.CartConditions.CategoryAncestors;
import io.fondaco.promotion.DiscountCalculator.PromotionCandidate;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionAction.Selection;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Worked examples of each action, condition and way of combining, as docs/promotions.md describes them. */
class DiscountActionTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final int FREE = PromotionAction.ALL_BASIS_POINTS;

    /** A Wednesday, 18:30 in Berlin. */
    private static final Instant WEDNESDAY_EVENING = Instant.parse("2026-12-02T17:30:00Z");

    private final List<DiscountableLine> lines = new ArrayList<>();
    private Instant at = WEDNESDAY_EVENING;
    private Optional<String> country = Optional.empty();
    private Set<String> customerGroups = Set.of();
    private CategoryAncestors categories = CategoryAncestors.NONE;

    @Test
    void cheapestOfThreeUnitsIsFree() {
        line("A", 3_000, 1);
        line("B", 2_000, 1);
        line("C", 1_000, 1);
        assertThat(lineDiscounts(PromotionBuilder.buyAndGet("2+1", 2, 1, FREE, Selection.CHEAPEST)))
                .containsExactly(0L, 0L, 1_000L);
    }

    @Test
    void unitsThatAreNoWholeSetAreNotDiscounted() {
        line("A", 3_000, 1);
        line("B", 2_000, 1);
        assertThat(lineDiscounts(PromotionBuilder.buyAndGet("2+1", 2, 1, FREE, Selection.CHEAPEST)))
                .isEmpty();
        line("C", 1_000, 3);
        assertThat(lineDiscounts(PromotionBuilder.buyAndGet("2+1", 2, 1, FREE, Selection.CHEAPEST)))
                .as("five units are one set")
                .containsExactly(0L, 0L, 1_000L);
    }

    @Test
    void cheapestUnitsOfAllSetsDifferFromTheLastUnitOfEachSet() {
        line("A", 3_000, 2);
        line("B", 2_000, 2);
        line("C", 1_000, 2);
        assertThat(lineDiscounts(PromotionBuilder.buyAndGet("2+1", 2, 1, FREE, Selection.CHEAPEST)))
                .containsExactly(0L, 0L, 2_000L);
        assertThat(lineDiscounts(PromotionBuilder.buyAndGet("2+1", 2, 1, FREE, Selection.NTH)))
                .as("the third and the sixth unit")
                .containsExactly(0L, 2_000L, 1_000L);
    }

    @Test
    void everySecondUnitCostsHalf() {
        line("A", 1_999, 5);
        assertThat(lineDiscounts(PromotionBuilder.buyAndGet("2nd half", 1, 1, 5_000, Selection.NTH)))
                .as("half of two units, rounded once")
                .containsExactly(1_999L);
    }

    @Test
    void limitPerOrderLimitsTheSets() {
        line("A", 1_000, 9);
        assertThat(lineDiscounts(PromotionBuilder.buyAndGet("2+1", 2, 1, FREE, Selection.CHEAPEST)
                        .setsPerOrder(2)))
                .containsExactly(2_000L);
    }

    @Test
    void cheapestUnitIsThatAfterEarlierDiscounts() {
        line("A", 3_000, 1);
        line("B", 2_900, 1);
        assertThat(discounts(
                        PromotionBuilder.percentage("A half", 5_000).skus("A").priority(1),
                        PromotionBuilder.buyAndGet("1+1", 1, 1, FREE, Selection.CHEAPEST)))
                .extracting(AppliedDiscount::title, DiscountActionTest::amounts)
                .containsExactly(tuple("A half", List.of(1_500L, 0L)), tuple("1+1", List.of(1_500L, 0L)));
    }

    @Test
    void fixedPriceReplacesHigherPricesOnly() {
        line("A", 1_999, 2);
        line("B", 999, 1);
        assertThat(lineDiscounts(PromotionBuilder.fixedPrice("15 each", 1_500))).containsExactly(998L, 0L);
    }

    @Test
    void highestTierThatIsReachedApplies() {
        PromotionBuilder tiers = PromotionBuilder.tiers(
                "tiers",
                PromotionBuilder.fromSubtotal(5_000, 500),
                PromotionBuilder.fromSubtotal(10_000, 1_000),
                PromotionBuilder.fromSubtotal(20_000, 1_500));
        line("A", 4_999, 1);
        assertThat(lineDiscounts(tiers)).isEmpty();
        line("B", 1, 1);
        assertThat(total(tiers)).isEqualTo(250);
        line("C", 5_000, 1);
        assertThat(total(tiers)).isEqualTo(1_000);
        line("D", 90_000, 1);
        assertThat(total(tiers)).isEqualTo(15_000);
    }

    @Test
    void tiersByQuantityTakeOffAnAmount() {
        PromotionBuilder tiers = PromotionBuilder.tiers(
                "tiers", PromotionBuilder.fromQuantity(3, 200), PromotionBuilder.fromQuantity(10, 1_500));
        line("A", 333, 9);
        assertThat(total(tiers)).isEqualTo(200);
        line("B", 333, 1);
        assertThat(total(tiers)).isEqualTo(1_500);
    }

    @Test
    void giftIsFreeIfOtherLinesMeetTheConditions() {
        PromotionBuilder gift =
                PromotionBuilder.gift("gift", "MUG", 1).conditions(ConditionBuilder.minimumSubtotal(euros(5_000)));
        line("MUG", 1_200, 2);
        line("A", 4_999, 1);
        assertThat(lineDiscounts(gift)).as("the gift itself does not count").isEmpty();
        line("B", 1, 1);
        assertThat(lineDiscounts(gift)).as("one of two mugs").containsExactly(1_200L, 0L, 0L);
    }

    @Test
    void eachPromotionIsCalculatedOnWhatEarlierOnesLeft() {
        line("A", 10_000, 1);
        assertThat(discounts(
                        PromotionBuilder.amount("late", 1_000).priority(-1),
                        PromotionBuilder.percentage("first", 1_000).priority(5),
                        PromotionBuilder.percentage("second", 1_000)))
                .extracting(
                        AppliedDiscount::title, discount -> discount.amount().amount())
                .containsExactly(tuple("first", 1_000L), tuple("second", 900L), tuple("late", 1_000L));
    }

    /** The worked example of docs/promotions.md. */
    @Test
    void workedExampleOfTheDocumentation() {
        line("MUG", 1_200, 1);
        line("SHIRT-A", 3_000, 2);
        line("SHIRT-B", 2_000, 1);
        assertThat(discounts(
                        PromotionBuilder.buyAndGet("2+1", 2, 1, FREE, Selection.CHEAPEST)
                                .skus("SHIRT-A", "SHIRT-B")
                                .priority(10),
                        PromotionBuilder.percentage("10 %", 1_000),
                        PromotionBuilder.amount("FIVE", 500).withCode()))
                .extracting(AppliedDiscount::title, DiscountActionTest::amounts)
                .containsExactly(
                        tuple("2+1", List.of(0L, 0L, 2_000L)),
                        tuple("10 %", List.of(120L, 600L, 0L)),
                        tuple("FIVE", List.of(83L, 417L, 0L)));
    }

    @Test
    void exclusivePromotionExcludesLowerPrioritiesOnly() {
        line("A", 10_000, 1);
        assertThat(discounts(
                        PromotionBuilder.percentage("higher", 1_000).priority(2),
                        PromotionBuilder.percentage("alone", 1_000).priority(1).exclusive(),
                        PromotionBuilder.percentage("lower", 1_000)))
                .extracting(AppliedDiscount::title)
                .containsExactly("higher", "alone");
    }

    @Test
    void exclusivePromotionThatDoesNotApplyExcludesNothing() {
        line("A", 10_000, 1);
        assertThat(discounts(
                        PromotionBuilder.percentage("alone", 1_000)
                                .priority(1)
                                .exclusive()
                                .conditions(ConditionBuilder.minimumQuantity(2)),
                        PromotionBuilder.percentage("other", 1_000)))
                .extracting(AppliedDiscount::title)
                .containsExactly("other");
    }

    @Test
    void couponIsPreferredToAnAutomaticPromotionOfTheSamePriority() {
        line("A", 10_000, 1);
        assertThat(discounts(
                        PromotionBuilder.percentage("automatic", 2_000),
                        PromotionBuilder.percentage("COUPON", 1_000).withCode().exclusive()))
                .extracting(AppliedDiscount::title)
                .containsExactly("COUPON");
    }

    @Test
    void couponThatAnExclusivePromotionExcludesIsAProblem() {
        line("A", 10_000, 1);
        Discounts discounts = calculate(
                PromotionBuilder.percentage("Sale", 2_000).priority(1).exclusive(),
                PromotionBuilder.percentage("COUPON", 1_000).withCode());
        assertThat(discounts.applied()).extracting(AppliedDiscount::title).containsExactly("Sale");
        assertThat(discounts.problems())
                .extracting(Violation::code, problem -> problem.extensions().get("excluded_by"))
                .containsExactly(tuple("coupon_excluded", "Sale"));
    }

    @Test
    void bestPromotionOfAGroupApplies() {
        line("A", 10_000, 1);
        assertThat(discounts(
                        PromotionBuilder.percentage("ten", 1_000).group("sale").priority(9),
                        PromotionBuilder.amount("fifteen", 1_500).group("sale"),
                        PromotionBuilder.amount("other", 100)))
                .extracting(AppliedDiscount::title)
                .containsExactlyInAnyOrder("fifteen", "other");
    }

    @Test
    void discountThatExceedsTheBudgetIsNotGiven() {
        line("A", 10_000, 1);
        assertThat(total(PromotionBuilder.percentage("P", 1_000).budget(5_000, 4_000)))
                .isEqualTo(1_000);
        assertThat(lineDiscounts(PromotionBuilder.percentage("P", 1_000).budget(5_000, 4_001)))
                .isEmpty();
        assertThat(calculate(PromotionBuilder.percentage("P", 1_000)
                                .budget(5_000, 4_001)
                                .withCode())
                        .problems())
                .extracting(Violation::code)
                .containsExactly("coupon_budget_used_up");
    }

    @Test
    void promotionEndsAtItsInstant() {
        line("A", 10_000, 1);
        assertThat(total(PromotionBuilder.percentage("P", 1_000).endsAt(at.plusMillis(1))))
                .isEqualTo(1_000);
        assertThat(lineDiscounts(PromotionBuilder.percentage("P", 1_000).endsAt(at)))
                .isEmpty();
    }

    @Test
    void conditionsOnLinesSelectTheLines() {
        ProductId product = ProductId.random();
        CategoryId kitchen = CategoryId.random();
        CategoryId coffee = CategoryId.random();
        categories = new CategoryAncestors(Map.of(kitchen, Set.of(kitchen), coffee, Set.of(coffee, kitchen)));
        line("A", 1_000, 1, product, "Fondaco", Set.of("sale"), Map.of(), coffee);
        line("B", 2_000, 1, ProductId.random(), "Other", Set.of("new"), Map.of(), CategoryId.random());
        assertThat(discountedBy(ConditionBuilder.products(product))).containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.skus("B"))).containsExactly("B");
        assertThat(discountedBy(ConditionBuilder.categories(coffee))).containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.categories(kitchen)))
                .as("a category includes its descendants")
                .containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.vendors("Other"))).containsExactly("B");
        assertThat(discountedBy(ConditionBuilder.tags("new", "old"))).containsExactly("B");
        assertThat(discountedBy(ConditionBuilder.priceRange(euros(1_001), euros(2_000))))
                .containsExactly("B");
        assertThat(discountedBy(ConditionBuilder.priceRange(Money.of(1, "GBP"), Money.of(9_999, "GBP"))))
                .as("another currency")
                .isEmpty();
        assertThat(discountedBy(ConditionBuilder.skus("A"), ConditionBuilder.vendors("Other")))
                .as("all must hold")
                .isEmpty();
    }

    @Test
    void lineIsSelectedIfItHasEveryAttributeWithItsValue() {
        line("A", 1_000, 1, Map.of("material", "linen", "color", "blue"));
        line("B", 1_000, 1, Map.of("material", "linen", "color", "Blue"));
        line("C", 1_000, 1, Map.of("material", "wool"));
        line("D", 1_000, 1);
        assertThat(discountedBy(ConditionBuilder.attributes(Map.of("material", "linen"))))
                .containsExactly("A", "B");
        assertThat(discountedBy(ConditionBuilder.attributes(Map.of("material", "linen", "color", "blue"))))
                .as("all of them, and case matters")
                .containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.attributes(Map.of("material", "wool", "color", "blue"))))
                .isEmpty();
    }

    @Test
    void conditionsOnTheCartAreAboutTheSelectedLines() {
        line("A", 1_000, 2);
        line("B", 9_000, 9);
        assertThat(discountedBy(ConditionBuilder.skus("A"), ConditionBuilder.minimumSubtotal(euros(2_000))))
                .containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.skus("A"), ConditionBuilder.minimumSubtotal(euros(2_001))))
                .isEmpty();
        assertThat(discountedBy(ConditionBuilder.skus("A"), ConditionBuilder.minimumQuantity(2)))
                .containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.skus("A"), ConditionBuilder.minimumQuantity(3)))
                .isEmpty();
    }

    @Test
    void countryCurrencyAndGroupAreThoseOfTheCart() {
        line("A", 1_000, 1);
        assertThat(discountedBy(ConditionBuilder.countries("DE")))
                .as("no address yet")
                .isEmpty();
        country = Optional.of("DE");
        assertThat(discountedBy(ConditionBuilder.countries("AT", "DE"))).containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.countries("AT"))).isEmpty();
        assertThat(discountedBy(ConditionBuilder.currencies("EUR"))).containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.currencies("GBP"))).isEmpty();
        assertThat(discountedBy(ConditionBuilder.customerGroups("trade")))
                .as("a guest")
                .isEmpty();
        customerGroups = Set.of("trade");
        assertThat(discountedBy(ConditionBuilder.customerGroups("trade"))).containsExactly("A");
        assertThat(discountedBy(ConditionBuilder.firstOrder()))
                .as("is checked when it is redeemed")
                .containsExactly("A");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "wednesday, -,     -,     true",
                "thursday,  -,     -,     false",
                "-,         18:30, 18:31, true",
                "-,         18:00, 18:30, false",
                "-,         18:31, -,     false",
                "-,         -,     18:31, true",
                "wednesday, 18:00, 02:00, true",
                "tuesday,   20:00, 19:00, true",
                "tuesday,   20:00, 18:30, false",
                "wednesday, 20:00, 19:00, false"
            })
    void timeWindowIsInTheTimeZoneOfTheShop(String weekday, String from, String until, boolean expected) {
        line("A", 1_000, 1);
        assertThat(discountedBy(ConditionBuilder.timeWindow(weekday == null ? null : List.of(weekday), from, until))
                        .isEmpty())
                .isNotEqualTo(expected);
    }

    @Test
    void couponNamesTheConditionThatDoesNotHold() {
        line("A", 1_000, 1);
        assertThat(Stream.of(
                        PromotionBuilder.percentage("C", 1_000).conditions(ConditionBuilder.countries("FR")),
                        PromotionBuilder.buyAndGet("C", 2, 1, FREE, Selection.CHEAPEST),
                        PromotionBuilder.gift("C", "MUG", 1),
                        PromotionBuilder.tiers("C", PromotionBuilder.fromQuantity(2, 100))))
                .flatExtracting(promotion -> calculate(promotion.withCode()).problems())
                .extracting(Violation::code, problem -> problem.extensions().get("condition"))
                .containsExactly(
                        tuple("coupon_conditions_not_met", "countries"),
                        tuple("coupon_conditions_not_met", "buy_x_get_y"),
                        tuple("coupon_conditions_not_met", "gift"),
                        tuple("coupon_conditions_not_met", "tiers"));
    }

    private void line(String sku, long cents, int quantity) {
        line(sku, cents, quantity, Map.of());
    }

    private void line(String sku, long cents, int quantity, Map<String, String> attributes) {
        line(sku, cents, quantity, ProductId.random(), "", Set.of(), attributes);
    }

    private void line(
            String sku,
            long cents,
            int quantity,
            ProductId product,
            String vendor,
            Set<String> tags,
            Map<String, String> attributes,
            CategoryId... placements) {
        SellableVariant variant = new SellableVariant(
                VariantId.random(),
                product,
                sku,
                sku,
                true,
                true,
                true,
                0,
                "standard",
                "default",
                vendor,
                tags,
                Set.of(placements),
                attributes);
        lines.add(new DiscountableLine(sku, quantity, euros(cents), Optional.of(variant)));
    }

    /** The SKUs that a promotion with these conditions discounts. */
    private List<String> discountedBy(PromotionCondition... conditions) {
        List<Long> amounts =
                lineDiscounts(PromotionBuilder.percentage("P", 5_000).conditions(conditions));
        return Stream.iterate(0, index -> index < amounts.size(), index -> index + 1)
                .filter(index -> amounts.get(index) > 0)
                .map(index -> lines.get(index).sku())
                .toList();
    }

    private long total(PromotionBuilder promotion) {
        return lineDiscounts(promotion).stream().mapToLong(Long::longValue).sum();
    }

    /** By line; empty if the promotion does not apply. */
    private List<Long> lineDiscounts(PromotionBuilder promotion) {
        return discounts(promotion).stream()
                .findFirst()
                .map(DiscountActionTest::amounts)
                .orElse(List.of());
    }

    private static List<Long> amounts(AppliedDiscount discount) {
        return discount.lineAmounts().stream().map(Money::amount).toList();
    }

    private List<AppliedDiscount> discounts(PromotionBuilder... promotions) {
        Discounts discounts = calculate(promotions);
        assertThat(discounts.problems()).isEmpty();
        return discounts.applied();
    }

    private Discounts calculate(PromotionBuilder... promotions) {
        List<PromotionCandidate> all =
                Stream.of(promotions).map(PromotionBuilder::candidate).toList();
        Map<String, PromotionCandidate> coupons = all.stream()
                .filter(candidate -> candidate.code() != null)
                .collect(Collectors.toMap(candidate -> candidate.promotion().title(), Function.identity()));
        return DiscountCalculator.calculate(
                new DiscountRequest(
                        lines, euros(0), List.copyOf(coupons.keySet()), at, country, customerGroups, Set.of()),
                coupons,
                all.stream().filter(candidate -> candidate.code() == null).toList(),
                categories,
                BERLIN);
    }
}
