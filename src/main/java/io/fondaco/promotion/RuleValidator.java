package io.fondaco.promotion;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.CategoryTree;
import io.fondaco.catalog.ProductId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.Countries;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.PromotionAction.Tier;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Validates the action and the conditions of a promotion: each has the members of its type and no others, and the
 * catalog has what they name.
 */
@ApplicationScoped
class RuleValidator {
    static final int MAX_CONDITIONS = 20;

    /** Larger sets and thresholds than a line can have units make no sense. */
    private static final int MAX_UNITS = 1_000_000;

    /** The limit of {@link Catalog#existingProducts}. */
    private static final int MAX_NAMES = 1_000;

    private final Catalog catalog;

    RuleValidator(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * A member of an action or a condition.
     *
     * @param value null, or an empty list or map, if it is absent
     * @param allowed whether the type has it
     * @param required whether the type needs it
     */
    private record Member(String name, @Nullable Object value, boolean allowed, boolean required) {
        private boolean isPresent() {
            return value != null
                    && !(value instanceof List<?> list && list.isEmpty())
                    && !(value instanceof Map<?, ?> map && map.isEmpty());
        }

        private Optional<Violation> validate(String pointer, String type) {
            if (isPresent() && !allowed) {
                return Optional.of(new Violation(
                        pointer + "/" + name, "not_of_this_kind", "The kind %s has no %s.".formatted(type, name)));
            }
            return !isPresent() && required
                    ? Optional.of(new Violation(
                            pointer + "/" + name, "required", "The kind %s needs %s.".formatted(type, name)))
                    : Optional.empty();
        }
    }

    private static Member required(String name, @Nullable Object value, boolean ofType) {
        return new Member(name, value, ofType, ofType);
    }

    private static Member optional(String name, @Nullable Object value, boolean ofType) {
        return new Member(name, value, ofType, false);
    }

    /** @param pointer of the action; empty if its members are those of the promotion itself */
    static List<Violation> validateAction(String pointer, PromotionAction action) {
        PromotionKind kind = action.type();
        List<Violation> violations = new ArrayList<>(validateMembers(
                pointer,
                kind.column(),
                List.of(
                        required("basis_points", action.basisPoints(), kind == PromotionKind.PERCENTAGE),
                        required("amounts", action.amounts(), kind == PromotionKind.AMOUNT),
                        required("prices", action.prices(), kind == PromotionKind.FIXED_PRICE),
                        required("buy", action.buy(), kind == PromotionKind.BUY_X_GET_Y),
                        required("get", action.get(), kind == PromotionKind.BUY_X_GET_Y),
                        optional(
                                "discount_basis_points",
                                action.discountBasisPoints(),
                                kind == PromotionKind.BUY_X_GET_Y),
                        optional("select", action.select(), kind == PromotionKind.BUY_X_GET_Y),
                        required("tiers", action.tiers(), kind == PromotionKind.TIERS),
                        required("sku", action.sku(), kind == PromotionKind.GIFT),
                        required("quantity", action.quantity(), kind == PromotionKind.GIFT))));
        if (violations.isEmpty()) {
            validateBasisPoints(pointer + "/basis_points", action.basisPoints(), violations);
            validateBasisPoints(pointer + "/discount_basis_points", action.discountBasisPoints(), violations);
            validateUnits(pointer + "/buy", action.buy(), violations);
            validateUnits(pointer + "/get", action.get(), violations);
            validateUnits(pointer + "/quantity", action.quantity(), violations);
            PromotionValidator.validateAmounts(
                    pointer + "/prices", PromotionAction.orEmpty(action.prices()), 0, violations);
            validateTiers(pointer + "/tiers", PromotionAction.orEmpty(action.tiers()), violations);
        }
        PromotionValidator.validateAmounts(
                pointer + "/amounts", PromotionAction.orEmpty(action.amounts()), 1, violations);
        return violations;
    }

    private static List<Violation> validateMembers(String pointer, String type, List<Member> members) {
        return members.stream()
                .flatMap(member -> member.validate(pointer, type).stream())
                .toList();
    }

    private static void validateBasisPoints(String pointer, @Nullable Integer basisPoints, List<Violation> violations) {
        if (basisPoints != null && (basisPoints < 1 || basisPoints > PromotionAction.ALL_BASIS_POINTS)) {
            violations.add(new Violation(
                    pointer,
                    "out_of_range",
                    "basis_points are hundredths of a percent, 1 to %d.".formatted(PromotionAction.ALL_BASIS_POINTS)));
        }
    }

    private static void validateUnits(String pointer, @Nullable Integer units, List<Violation> violations) {
        if (units != null && (units < 1 || units > MAX_UNITS)) {
            violations.add(new Violation(pointer, "out_of_range", "It must be 1 to %d units.".formatted(MAX_UNITS)));
        }
    }

    /** All tiers have the same members and currencies, and each threshold is higher than the one before. */
    private static void validateTiers(String pointer, List<Tier> tiers, List<Violation> violations) {
        for (int index = 0; index < tiers.size(); index++) {
            Tier tier = tiers.get(index);
            String at = pointer + "/" + index;
            List<Money> subtotals = PromotionAction.orEmpty(tier.minimumSubtotals());
            List<Money> amounts = PromotionAction.orEmpty(tier.amounts());
            int before = violations.size();
            if (subtotals.isEmpty() == (tier.minimumQuantity() == null)) {
                violations.add(new Violation(
                        at, "invalid_tier", "A tier has either minimum_subtotals or a minimum_quantity."));
            }
            if (amounts.isEmpty() == (tier.basisPoints() == null)) {
                violations.add(new Violation(at, "invalid_tier", "A tier has either basis_points or amounts."));
            }
            validateBasisPoints(at + "/basis_points", tier.basisPoints(), violations);
            validateUnits(at + "/minimum_quantity", tier.minimumQuantity(), violations);
            PromotionValidator.validateAmounts(at + "/minimum_subtotals", subtotals, 1, violations);
            PromotionValidator.validateAmounts(at + "/amounts", amounts, 1, violations);
            if (index > 0 && violations.size() == before) {
                validateStep(at, tiers.get(index - 1), tier).ifPresent(violations::add);
            }
        }
    }

    private static Optional<Violation> validateStep(String pointer, Tier previous, Tier tier) {
        if (!currencies(previous.minimumSubtotals()).equals(currencies(tier.minimumSubtotals()))
                || !currencies(previous.amounts()).equals(currencies(tier.amounts()))) {
            return Optional.of(new Violation(
                    pointer, "tiers_differ", "All tiers must have the same members with the same currencies."));
        }
        return isAscending(previous, tier)
                ? Optional.empty()
                : Optional.of(
                        new Violation(pointer, "tiers_not_ascending", "Each tier needs more than the one before it."));
    }

    private static boolean isAscending(Tier previous, Tier tier) {
        if (tier.minimumQuantity() != null && previous.minimumQuantity() != null) {
            return previous.minimumQuantity() < tier.minimumQuantity();
        }
        return PromotionAction.orEmpty(tier.minimumSubtotals()).stream()
                .allMatch(minimum -> previous.minimumSubtotal(minimum.currency())
                        .filter(lower -> lower.amount() < minimum.amount())
                        .isPresent());
    }

    static Set<String> currencies(@Nullable List<Money> amounts) {
        return PromotionAction.orEmpty(amounts).stream().map(Money::currency).collect(Collectors.toSet());
    }

    /** One statement for each 1,000 products that the conditions name, and one if they name categories. */
    List<Violation> validateConditions(List<PromotionCondition> conditions) {
        List<Violation> violations = new ArrayList<>();
        if (conditions.size() > MAX_CONDITIONS) {
            violations.add(new Violation(
                    "/conditions",
                    "too_many_conditions",
                    "A promotion has at most %d conditions.".formatted(MAX_CONDITIONS)));
            return violations;
        }
        for (int index = 0; index < conditions.size(); index++) {
            validateCondition("/conditions/" + index, conditions.get(index), violations);
        }
        if (violations.isEmpty()) {
            validateProducts(conditions, violations);
            validateCategories(conditions, violations);
        }
        return violations.stream().limit(Violation.MAX_REPORTED).toList();
    }

    private static void validateCondition(String pointer, PromotionCondition condition, List<Violation> violations) {
        PromotionCondition.Type type = condition.type();
        boolean priceRange = type == PromotionCondition.Type.PRICE_RANGE;
        boolean timeWindow = type == PromotionCondition.Type.TIME_WINDOW;
        List<Violation> found = new ArrayList<>(validateMembers(
                pointer,
                type.text(),
                List.of(
                        required("products", condition.products(), type == PromotionCondition.Type.PRODUCTS),
                        required("skus", condition.skus(), type == PromotionCondition.Type.SKUS),
                        required("categories", condition.categories(), type == PromotionCondition.Type.CATEGORIES),
                        required("vendors", condition.vendors(), type == PromotionCondition.Type.VENDORS),
                        required("tags", condition.tags(), type == PromotionCondition.Type.TAGS),
                        required("attributes", condition.attributes(), type == PromotionCondition.Type.ATTRIBUTES),
                        optional("minimums", condition.minimums(), priceRange),
                        optional("maximums", condition.maximums(), priceRange),
                        required("amounts", condition.amounts(), type == PromotionCondition.Type.MINIMUM_SUBTOTAL),
                        required("quantity", condition.quantity(), type == PromotionCondition.Type.MINIMUM_QUANTITY),
                        required(
                                "customer_groups",
                                condition.customerGroups(),
                                type == PromotionCondition.Type.CUSTOMER_GROUP),
                        required("countries", condition.countries(), type == PromotionCondition.Type.COUNTRIES),
                        required("currencies", condition.currencies(), type == PromotionCondition.Type.CURRENCIES),
                        optional("weekdays", condition.weekdays(), timeWindow),
                        optional("from", condition.from(), timeWindow),
                        optional("until", condition.until(), timeWindow))));
        if (priceRange && found.isEmpty()) {
            validatePriceRange(pointer, condition, found);
        }
        if (timeWindow && found.isEmpty()) {
            validateTimeWindow(pointer, condition, found);
        }
        validateUnits(pointer + "/quantity", condition.quantity(), found);
        PromotionValidator.validateAmounts(
                pointer + "/amounts", PromotionAction.orEmpty(condition.amounts()), 1, found);
        validateCodes(
                pointer + "/countries",
                PromotionAction.orEmpty(condition.countries()),
                Countries::isKnown,
                "unknown_country",
                found);
        validateCodes(
                pointer + "/currencies",
                PromotionAction.orEmpty(condition.currencies()),
                Money::isCurrency,
                "unknown_currency",
                found);
        violations.addAll(found);
    }

    private static void validateCodes(
            String pointer, List<String> codes, Predicate<String> known, String problem, List<Violation> violations) {
        IntStream.range(0, codes.size())
                .filter(index -> !known.test(codes.get(index)))
                .mapToObj(index -> new Violation(
                        pointer + "/" + index, problem, "'%s' is not an ISO code.".formatted(codes.get(index))))
                .forEach(violations::add);
    }

    private static void validatePriceRange(String pointer, PromotionCondition condition, List<Violation> violations) {
        List<Money> minimums = PromotionAction.orEmpty(condition.minimums());
        List<Money> maximums = PromotionAction.orEmpty(condition.maximums());
        if (minimums.isEmpty() && maximums.isEmpty()) {
            violations.add(new Violation(pointer, "required", "A price range needs minimums or maximums."));
        }
        PromotionValidator.validateAmounts(pointer + "/minimums", minimums, 0, violations);
        PromotionValidator.validateAmounts(pointer + "/maximums", maximums, 0, violations);
        for (int index = 0; index < maximums.size(); index++) {
            Money maximum = maximums.get(index);
            if (Promotion.findByCurrency(maximum.currency(), minimums)
                    .filter(minimum -> minimum.amount() > maximum.amount())
                    .isPresent()) {
                violations.add(new Violation(
                        pointer + "/maximums/" + index, "out_of_range", "The maximum is below the minimum."));
            }
        }
    }

    private static void validateTimeWindow(String pointer, PromotionCondition condition, List<Violation> violations) {
        if (condition.from() == null
                && condition.until() == null
                && PromotionAction.orEmpty(condition.weekdays()).isEmpty()) {
            violations.add(new Violation(pointer, "required", "A time window needs weekdays, from or until."));
        }
        if (condition.from() != null && condition.from().equals(condition.until())) {
            violations.add(new Violation(pointer + "/until", "empty_window", "The window ends when it begins."));
        }
    }

    private void validateProducts(List<PromotionCondition> conditions, List<Violation> violations) {
        Set<String> existing = findExistingProducts(conditions);
        for (int index = 0; index < conditions.size(); index++) {
            List<ProductId> products =
                    PromotionAction.orEmpty(conditions.get(index).products());
            for (int place = 0; place < products.size(); place++) {
                if (!existing.contains(products.get(place).toString())) {
                    violations.add(new Violation(
                            "/conditions/%d/products/%d".formatted(index, place),
                            "unknown_product",
                            "There is no product %s.".formatted(products.get(place))));
                }
            }
        }
    }

    private Set<String> findExistingProducts(List<PromotionCondition> conditions) {
        Set<String> existing = new HashSet<>();
        conditions.stream()
                .flatMap(condition -> PromotionAction.orEmpty(condition.products()).stream())
                .map(ProductId::toString)
                .distinct()
                .gather(Gatherers.windowFixed(MAX_NAMES))
                .forEach(names -> existing.addAll(catalog.existingProducts(names)));
        return existing;
    }

    private void validateCategories(List<PromotionCondition> conditions, List<Violation> violations) {
        Set<CategoryId> existing = new HashSet<>();
        if (conditions.stream().anyMatch(condition -> condition.categories() != null)) {
            CategoryTree tree = catalog.categoryTree();
            existing.addAll(tree.withAncestors().keySet());
        }
        for (int index = 0; index < conditions.size(); index++) {
            List<CategoryId> categories =
                    PromotionAction.orEmpty(conditions.get(index).categories());
            for (int place = 0; place < categories.size(); place++) {
                if (!existing.contains(categories.get(place))) {
                    violations.add(new Violation(
                            "/conditions/%d/categories/%d".formatted(index, place),
                            "unknown_category",
                            "There is no category %s.".formatted(categories.get(place))));
                }
            }
        }
    }
}
