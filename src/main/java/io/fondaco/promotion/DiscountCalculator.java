package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.CartConditions.CategoryAncestors;
import io.fondaco.promotion.CartConditions.LineFilter;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.RemainingAmounts.Parts;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calculates the discounts of a cart: of the coupons that the customer entered, and of automatic promotions. Promotions
 * are applied by priority, then in the order of {@link PromotionKind}, then by age, each to what the earlier ones left;
 * so neither the order of the codes nor that of the lines makes a difference.
 */
final class DiscountCalculator {
    private static final Comparator<PromotionCandidate> HIGHEST_PRIORITY_FIRST =
            Comparator.comparing(candidate -> candidate.promotion().priority(), Comparator.reverseOrder());

    /** The order of the calculation. The ids of promotions ascend with their age. */
    private static final Comparator<PromotionCandidate> CALCULATION_ORDER = HIGHEST_PRIORITY_FIRST
            .thenComparing(candidate -> candidate.promotion().kind())
            .thenComparing(candidate -> candidate.promotion().id().value());

    /** Equal lines give the same result in any order, and lines with different SKUs have one order. */
    private static final Comparator<DiscountableLine> CANONICAL_ORDER = Comparator.comparing(DiscountableLine::sku)
            .thenComparing(line -> line.unitPrice().amount())
            .thenComparing(DiscountableLine::quantity);

    private final DiscountRequest request;
    private final CartConditions conditions;
    private final CouponProblems problems;

    /** The prices before any discount. Nothing is subtracted from them. */
    private final RemainingAmounts before;

    private DiscountCalculator(DiscountRequest request, CategoryAncestors categories, ZoneId timeZone) {
        this.request = request;
        this.conditions = new CartConditions(request, categories, timeZone);
        this.problems = new CouponProblems(request.codes());
        this.before = RemainingAmounts.of(request);
    }

    /**
     * A promotion that may apply.
     *
     * @param code that the customer entered; null for an automatic promotion
     * @param singleUse whether the code is a generated one, for one order
     * @param codeUsed whether an order has used the generated code
     */
    record PromotionCandidate(
            Promotion promotion, LineFilter lines, @Nullable String code, boolean singleUse, boolean codeUsed) {
        static PromotionCandidate of(Promotion promotion, @Nullable String code, boolean singleUse, boolean codeUsed) {
            return new PromotionCandidate(promotion, LineFilter.of(promotion), code, singleUse, codeUsed);
        }

        private boolean isAutomatic() {
            return code == null;
        }

        private boolean isExclusive() {
            return promotion.exclusive();
        }

        private int priority() {
            return promotion.priority();
        }
    }

    /** The problem of each code that does not apply, in the order of the codes. */
    private static final class CouponProblems {
        private final List<String> codes;
        private final SortedMap<Integer, Violation> byIndex = new TreeMap<>();

        private CouponProblems(List<String> codes) {
            this.codes = codes;
        }

        private void add(String code, String problem, String detail, Map<String, Object> facts) {
            int index = codes.indexOf(code);
            Map<String, Object> extensions = new HashMap<>(facts);
            extensions.put("coupon", code);
            byIndex.put(
                    index,
                    new Violation("/coupon_codes/" + index, problem, detail.formatted(code), Map.copyOf(extensions)));
        }

        private void add(String code, String problem, String detail) {
            add(code, problem, detail, Map.of());
        }

        private List<Violation> toList() {
            return List.copyOf(byIndex.values());
        }
    }

    /** Why a promotion does not apply to the cart. */
    private record Obstacle(String problem, String detail, Map<String, Object> facts) {
        private Obstacle(String problem, String detail) {
            this(problem, detail, Map.of());
        }
    }

    /**
     * @param coupons by the code that the customer entered
     * @param automatic all automatic promotions
     */
    static Discounts calculate(
            DiscountRequest request,
            Map<String, PromotionCandidate> coupons,
            List<PromotionCandidate> automatic,
            CategoryAncestors categories,
            ZoneId timeZone) {
        List<Integer> order = IntStream.range(0, request.lines().size())
                .boxed()
                .sorted(Comparator.comparing(index -> request.lines().get(index), CANONICAL_ORDER))
                .toList();
        DiscountRequest sorted =
                request.withLines(order.stream().map(request.lines()::get).toList());
        DiscountCalculator calculator = new DiscountCalculator(sorted, categories, timeZone);
        List<PromotionCandidate> usable = calculator.removeAllButBestOfGroups(Stream.concat(
                        calculator.selectCoupons(coupons).stream(), calculator.selectAutomatic(automatic).stream())
                .toList());
        List<AppliedDiscount> applied = calculator.apply(usable).stream()
                .map(discount -> inRequestOrder(discount, order))
                .toList();
        return new Discounts(applied, calculator.problems.toList());
    }

    private static AppliedDiscount inRequestOrder(AppliedDiscount discount, List<Integer> order) {
        List<Money> lineAmounts = new ArrayList<>(discount.lineAmounts());
        for (int position = 0; position < order.size(); position++) {
            lineAmounts.set(order.get(position), discount.lineAmounts().get(position));
        }
        return new AppliedDiscount(
                discount.promotion(),
                discount.promotionVersion(),
                discount.code(),
                discount.title(),
                discount.kind(),
                discount.amount(),
                lineAmounts,
                discount.shippingAmount(),
                discount.singleUse(),
                discount.firstOrderOnly());
    }

    /** The coupons that apply, and can be combined with each other: an earlier code is preferred to a later one. */
    private List<PromotionCandidate> selectCoupons(Map<String, PromotionCandidate> coupons) {
        List<PromotionCandidate> applicable = new ArrayList<>();
        for (String code : request.codes()) {
            PromotionCandidate coupon = coupons.get(code);
            if (coupon == null) {
                problems.add(code, Discounts.UNKNOWN_COUPON, "Coupon %s does not exist.");
            } else {
                findCouponObstacle(coupon)
                        .ifPresentOrElse(
                                obstacle -> problems.add(code, obstacle.problem, obstacle.detail, obstacle.facts),
                                () -> applicable.add(coupon));
            }
        }
        List<PromotionCandidate> accepted = new ArrayList<>();
        applicable.sort(HIGHEST_PRIORITY_FIRST);
        for (PromotionCandidate coupon : applicable) {
            if (isCombinable(coupon, accepted)) {
                accepted.add(coupon);
            } else if (coupon.code() != null) {
                problems.add(
                        coupon.code(), "coupon_not_combinable", "Coupon %s cannot be combined with the other coupons.");
            }
        }
        return accepted;
    }

    /** @param accepted with the same or a higher priority each */
    private static boolean isCombinable(PromotionCandidate candidate, List<PromotionCandidate> accepted) {
        return accepted.stream()
                .noneMatch(other -> other.isExclusive()
                        || (candidate.isExclusive() && other.priority() == candidate.priority())
                        || other.promotion().id().equals(candidate.promotion().id()));
    }

    private Optional<Obstacle> findCouponObstacle(PromotionCandidate coupon) {
        Promotion promotion = coupon.promotion();
        if (!promotion.hasStarted(request.at())) {
            return Optional.of(new Obstacle("coupon_not_started", "Coupon %s is not valid yet."));
        }
        if (promotion.hasEnded(request.at()) || request.withdrawn().contains(promotion.id())) {
            return Optional.of(new Obstacle("coupon_expired", "Coupon %s has expired."));
        }
        if (promotion.usedUp() || coupon.codeUsed()) {
            return Optional.of(new Obstacle(CouponUsedUp.CODE, CouponUsedUp.DETAIL));
        }
        return findObstacle(coupon);
    }

    /** The automatic promotions that apply. One that does not is no problem of the cart. */
    private List<PromotionCandidate> selectAutomatic(List<PromotionCandidate> automatic) {
        return automatic.stream()
                .filter(candidate -> candidate.promotion().hasStarted(request.at()))
                .filter(candidate -> !candidate.promotion().hasEnded(request.at()))
                .filter(candidate -> !candidate.promotion().usedUp())
                .filter(candidate ->
                        !request.withdrawn().contains(candidate.promotion().id()))
                .filter(candidate -> findObstacle(candidate).isEmpty())
                .toList();
    }

    private Optional<Obstacle> findObstacle(PromotionCandidate candidate) {
        Promotion promotion = candidate.promotion();
        List<Integer> selected = conditions.selectLines(candidate.lines());
        if (selected.isEmpty() || !promotion.hasCurrency(request.currency())) {
            return Optional.of(new Obstacle("coupon_not_applicable", "Coupon %s does not apply to this cart."));
        }
        Optional<Money> minimum = Promotion.findByCurrency(request.currency(), promotion.minimumSubtotals());
        Money subtotal = conditions.subtotal(selected);
        if (minimum.isPresent() && subtotal.amount() < minimum.get().amount()) {
            return Optional.of(new Obstacle(
                    "coupon_minimum_not_reached",
                    "Coupon %%s needs a subtotal of at least %s.".formatted(minimum.get()),
                    Map.of("minimum_subtotal", minimum.get(), "subtotal", subtotal)));
        }
        return conditions
                .findUnmet(promotion, selected)
                .map(PromotionCondition.Type::text)
                .or(() -> promotion.discountAction().isReached(before, selected)
                        ? Optional.empty()
                        : Optional.of(promotion.kind().column()))
                .map(condition -> new Obstacle(
                        "coupon_conditions_not_met",
                        "The cart does not meet a condition of coupon %s: " + condition + ".",
                        Map.of("condition", condition)));
    }

    /** Of each group, the promotion that alone would give the largest discount remains. */
    private List<PromotionCandidate> removeAllButBestOfGroups(List<PromotionCandidate> candidates) {
        Map<String, PromotionCandidate> best = candidates.stream()
                .filter(candidate -> candidate.promotion().group() != null)
                .sorted(CALCULATION_ORDER)
                .collect(Collectors.toMap(
                        DiscountCalculator::groupOf,
                        Function.identity(),
                        BinaryOperator.maxBy(Comparator.comparingLong(this::discountAlone))));
        List<PromotionCandidate> remaining = new ArrayList<>();
        for (PromotionCandidate candidate : candidates) {
            PromotionCandidate preferred = best.getOrDefault(groupOf(candidate), candidate);
            if (preferred.promotion().id().equals(candidate.promotion().id())) {
                remaining.add(candidate);
            } else {
                reportExcluded(candidate, preferred.promotion());
            }
        }
        return remaining;
    }

    /** Empty without a group. A group has no empty name. */
    private static String groupOf(PromotionCandidate candidate) {
        String group = candidate.promotion().group();
        return group == null ? "" : group;
    }

    private long discountAlone(PromotionCandidate candidate) {
        return split(candidate, before).total();
    }

    private void reportExcluded(PromotionCandidate candidate, Promotion by) {
        if (candidate.code() != null) {
            problems.add(
                    candidate.code(),
                    "coupon_excluded",
                    "Coupon %s cannot be combined with another promotion of this cart.",
                    Map.of("excluded_by", by.title()));
        }
    }

    private List<AppliedDiscount> apply(List<PromotionCandidate> candidates) {
        List<PromotionCandidate> coupons = candidates.stream()
                .filter(candidate -> !candidate.isAutomatic())
                .toList();
        RemainingAmounts remaining = RemainingAmounts.of(request);
        List<PromotionCandidate> accepted = new ArrayList<>();
        List<AppliedDiscount> applied = new ArrayList<>();
        for (PromotionCandidate candidate :
                candidates.stream().sorted(CALCULATION_ORDER).toList()) {
            Optional<PromotionCandidate> excluding = findExcluding(candidate, coupons, accepted);
            if (excluding.isPresent()) {
                reportExcluded(candidate, excluding.get().promotion());
                continue;
            }
            Parts parts = split(candidate, remaining);
            if (parts.total() > candidate.promotion().remainingBudget(request.currency())) {
                reportBudgetUsedUp(candidate);
            } else if (parts.total() > 0 || !candidate.isAutomatic()) {
                remaining.subtract(parts);
                accepted.add(candidate);
                applied.add(toDiscount(candidate, parts));
            }
        }
        return applied;
    }

    /**
     * The exclusive promotion with which this one is not combined. Of promotions with the same priority, coupons come
     * before automatic ones, because the customer asked for them.
     *
     * @param coupons that can be combined with each other
     * @param accepted with the same or a higher priority each
     */
    private static Optional<PromotionCandidate> findExcluding(
            PromotionCandidate candidate, List<PromotionCandidate> coupons, List<PromotionCandidate> accepted) {
        if (!candidate.isAutomatic()) {
            return accepted.stream()
                    .filter(PromotionCandidate::isAutomatic)
                    .filter(PromotionCandidate::isExclusive)
                    .findFirst();
        }
        return Stream.concat(coupons.stream(), accepted.stream())
                .filter(other -> other.priority() >= candidate.priority())
                .filter(other ->
                        other.isExclusive() || (candidate.isExclusive() && other.priority() == candidate.priority()))
                .findFirst();
    }

    private void reportBudgetUsedUp(PromotionCandidate candidate) {
        if (candidate.code() != null) {
            problems.add(candidate.code(), CouponUsedUp.BUDGET, CouponUsedUp.BUDGET_DETAIL);
        }
    }

    private Parts split(PromotionCandidate candidate, RemainingAmounts remaining) {
        Promotion promotion = candidate.promotion();
        List<Integer> selected = conditions.selectLines(candidate.lines());
        return remaining.split(
                promotion.discountAction().reduce(remaining, selected), promotion.maximumDiscount(request.currency()));
    }

    private AppliedDiscount toDiscount(PromotionCandidate candidate, Parts parts) {
        Promotion promotion = candidate.promotion();
        return new AppliedDiscount(
                promotion.id(),
                promotion.version(),
                candidate.code(),
                promotion.title(),
                promotion.kind(),
                money(parts.total()),
                parts.lines().stream().map(this::money).toList(),
                money(parts.shipping()),
                candidate.singleUse(),
                promotion.hasCondition(PromotionCondition.Type.FIRST_ORDER));
    }

    private Money money(long amount) {
        return Money.of(amount, request.currency());
    }
}
