package io.fondaco.promotion;

import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.platform.money.Money;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Evaluates the conditions of promotions for one cart. */
final class CartConditions {
    private final DiscountRequest request;
    private final CategoryAncestors categories;
    private final ZoneId timeZone;

    CartConditions(DiscountRequest request, CategoryAncestors categories, ZoneId timeZone) {
        this.request = request;
        this.categories = categories;
        this.timeZone = timeZone;
    }

    /** The categories that contain each category, with itself. */
    record CategoryAncestors(Map<CategoryId, Set<CategoryId>> byCategory) {
        static final CategoryAncestors NONE = new CategoryAncestors(Map.of());

        CategoryAncestors {
            byCategory = Map.copyOf(byCategory);
        }

        private boolean isWithin(CategoryId category, Set<CategoryId> any) {
            return !Collections.disjoint(byCategory.getOrDefault(category, Set.of(category)), any);
        }
    }

    /** Selects lines. It is built when a promotion is loaded, because its lists may be long. */
    interface LineFilter {
        boolean accepts(DiscountableLine line, CategoryAncestors categories);

        /** The lines that all conditions on lines select; not those of the gift itself. */
        static LineFilter of(Promotion promotion) {
            List<LineFilter> filters = promotion.conditions().stream()
                    .filter(PromotionCondition::selectsLines)
                    .map(LineFilter::of)
                    .toList();
            Predicate<String> skus = promotion.skuFilter();
            String gift = promotion.action().sku();
            return (line, categories) -> skus.test(line.sku())
                    && !line.sku().equals(gift)
                    && filters.stream().allMatch(filter -> filter.accepts(line, categories));
        }

        private static LineFilter of(PromotionCondition condition) {
            return switch (condition.type()) {
                case PRODUCTS -> {
                    var products = Set.copyOf(PromotionAction.orEmpty(condition.products()));
                    yield ofVariant(variant -> products.contains(variant.productId()));
                }
                case SKUS -> {
                    var skus = Set.copyOf(PromotionAction.orEmpty(condition.skus()));
                    yield (line, _) -> skus.contains(line.sku());
                }
                case CATEGORIES -> {
                    var any = Set.copyOf(PromotionAction.orEmpty(condition.categories()));
                    yield (line, categories) -> line.variant()
                            .filter(variant -> variant.categories().stream()
                                    .anyMatch(category -> categories.isWithin(category, any)))
                            .isPresent();
                }
                case VENDORS -> {
                    var vendors = Set.copyOf(PromotionAction.orEmpty(condition.vendors()));
                    yield ofVariant(variant -> vendors.contains(variant.vendor()));
                }
                case TAGS -> {
                    var tags = Set.copyOf(PromotionAction.orEmpty(condition.tags()));
                    yield ofVariant(variant -> !Collections.disjoint(tags, variant.tags()));
                }
                case ATTRIBUTES -> {
                    Map<String, String> attributes =
                            condition.attributes() == null ? Map.of() : Map.copyOf(condition.attributes());
                    yield ofVariant(variant -> hasAll(variant.attributes(), attributes));
                }
                case PRICE_RANGE -> {
                    List<Money> minimums = PromotionAction.orEmpty(condition.minimums());
                    List<Money> maximums = PromotionAction.orEmpty(condition.maximums());
                    yield (line, _) -> isInRange(line.unitPrice(), minimums, maximums);
                }
                case MINIMUM_SUBTOTAL,
                        MINIMUM_QUANTITY,
                        CUSTOMER_GROUP,
                        FIRST_ORDER,
                        COUNTRIES,
                        CURRENCIES,
                        TIME_WINDOW ->
                    throw new IllegalArgumentException("Not a condition on lines: " + condition.type());
            };
        }

        private static LineFilter ofVariant(Predicate<SellableVariant> predicate) {
            return (line, _) -> line.variant().filter(predicate).isPresent();
        }

        private static boolean hasAll(Map<String, String> attributes, Map<String, String> wanted) {
            return wanted.entrySet().stream()
                    .allMatch(entry -> entry.getValue().equals(attributes.get(entry.getKey())));
        }

        /** A price in a currency that neither list has is in no range. */
        private static boolean isInRange(Money price, List<Money> minimums, List<Money> maximums) {
            Optional<Money> minimum = Promotion.findByCurrency(price.currency(), minimums);
            Optional<Money> maximum = Promotion.findByCurrency(price.currency(), maximums);
            return (minimum.isPresent() || maximum.isPresent())
                    && minimum.map(money -> money.amount() <= price.amount()).orElse(true)
                    && maximum.map(money -> price.amount() <= money.amount()).orElse(true);
        }
    }

    /** The indexes of the lines that the promotion is about. */
    List<Integer> selectLines(LineFilter filter) {
        return IntStream.range(0, request.lines().size())
                .filter(index -> filter.accepts(request.lines().get(index), categories))
                .boxed()
                .toList();
    }

    /**
     * The first condition on the cart that does not hold. {@link PromotionCondition.Type#FIRST_ORDER} holds here for
     * every customer, and is checked when the promotion is redeemed.
     *
     * @param selected the lines that the promotion is about
     */
    Optional<PromotionCondition.Type> findUnmet(Promotion promotion, List<Integer> selected) {
        return promotion.conditions().stream()
                .filter(condition -> !condition.selectsLines())
                .filter(condition -> !holds(condition, selected))
                .map(PromotionCondition::type)
                .findFirst();
    }

    private boolean holds(PromotionCondition condition, List<Integer> selected) {
        return switch (condition.type()) {
            case MINIMUM_SUBTOTAL ->
                Promotion.findByCurrency(request.currency(), PromotionAction.orEmpty(condition.amounts()))
                        .filter(minimum ->
                                minimum.amount() <= subtotal(selected).amount())
                        .isPresent();
            case MINIMUM_QUANTITY -> condition.quantity() != null && condition.quantity() <= quantity(selected);
            case CUSTOMER_GROUP ->
                !Collections.disjoint(PromotionAction.orEmpty(condition.customerGroups()), request.customerGroups());
            case COUNTRIES ->
                request.country()
                        .filter(PromotionAction.orEmpty(condition.countries())::contains)
                        .isPresent();
            case CURRENCIES -> PromotionAction.orEmpty(condition.currencies()).contains(request.currency());
            case TIME_WINDOW -> isWithin(condition, request.at().atZone(timeZone));
            case FIRST_ORDER, PRODUCTS, SKUS, CATEGORIES, VENDORS, TAGS, ATTRIBUTES, PRICE_RANGE -> true;
        };
    }

    /** The prices of the lines before any discount. */
    Money subtotal(List<Integer> selected) {
        return selected.stream()
                .map(index -> request.lines().get(index).total())
                .reduce(Money.zero(request.currency()), Money::plus);
    }

    private long quantity(List<Integer> selected) {
        return selected.stream()
                .mapToLong(index -> request.lines().get(index).quantity())
                .sum();
    }

    private static boolean isWithin(PromotionCondition window, ZonedDateTime at) {
        LocalTime time = at.toLocalTime();
        LocalTime from = window.from() == null ? LocalTime.MIN : LocalTime.parse(window.from());
        Optional<LocalTime> until = Optional.ofNullable(window.until()).map(LocalTime::parse);
        DayOfWeek today = at.getDayOfWeek();
        if (until.isEmpty() || from.isBefore(until.get())) {
            return isOn(window, today)
                    && !time.isBefore(from)
                    && until.map(time::isBefore).orElse(true);
        }
        // The window began yesterday and ends today, or begins today and ends tomorrow.
        return (isOn(window, today) && !time.isBefore(from))
                || (isOn(window, today.minus(1)) && time.isBefore(until.get()));
    }

    private static boolean isOn(PromotionCondition window, DayOfWeek day) {
        List<String> weekdays = PromotionAction.orEmpty(window.weekdays());
        return weekdays.isEmpty() || weekdays.contains(day.name().toLowerCase(Locale.ROOT));
    }
}
