package io.fondaco.promotion;

import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.ProductId;
import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds conditions for tests without an application. */
final class ConditionBuilder {
    private ConditionBuilder() {}

    static PromotionCondition products(ProductId... products) {
        return condition(PromotionCondition.Type.PRODUCTS, List.of(products), null, null, null, null, null, null, null);
    }

    static PromotionCondition skus(String... skus) {
        return condition(PromotionCondition.Type.SKUS, null, List.of(skus), null, null, null, null, null, null);
    }

    static PromotionCondition categories(CategoryId... categories) {
        return condition(
                PromotionCondition.Type.CATEGORIES, null, null, List.of(categories), null, null, null, null, null);
    }

    static PromotionCondition vendors(String... vendors) {
        return condition(PromotionCondition.Type.VENDORS, null, null, null, List.of(vendors), null, null, null, null);
    }

    static PromotionCondition tags(String... tags) {
        return condition(PromotionCondition.Type.TAGS, null, null, null, null, List.of(tags), null, null, null);
    }

    static PromotionCondition attributes(Map<String, String> attributes) {
        return new PromotionCondition(
                PromotionCondition.Type.ATTRIBUTES,
                null,
                null,
                null,
                null,
                null,
                attributes,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    static PromotionCondition priceRange(Money minimum, Money maximum) {
        return condition(
                PromotionCondition.Type.PRICE_RANGE,
                null,
                null,
                null,
                null,
                null,
                List.of(minimum),
                List.of(maximum),
                null);
    }

    static PromotionCondition minimumSubtotal(Money amount) {
        return condition(
                PromotionCondition.Type.MINIMUM_SUBTOTAL, null, null, null, null, null, null, null, List.of(amount));
    }

    private static PromotionCondition condition(
            PromotionCondition.Type type,
            @Nullable List<ProductId> products,
            @Nullable List<String> skus,
            @Nullable List<CategoryId> categories,
            @Nullable List<String> vendors,
            @Nullable List<String> tags,
            @Nullable List<Money> minimums,
            @Nullable List<Money> maximums,
            @Nullable List<Money> amounts) {
        return new PromotionCondition(
                type,
                products,
                skus,
                categories,
                vendors,
                tags,
                null,
                minimums,
                maximums,
                amounts,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    static PromotionCondition minimumQuantity(int units) {
        return cart(PromotionCondition.Type.MINIMUM_QUANTITY, units, null, null, null, null, null, null);
    }

    static PromotionCondition customerGroups(String... groups) {
        return cart(PromotionCondition.Type.CUSTOMER_GROUP, null, List.of(groups), null, null, null, null, null);
    }

    static PromotionCondition firstOrder() {
        return cart(PromotionCondition.Type.FIRST_ORDER, null, null, null, null, null, null, null);
    }

    static PromotionCondition countries(String... countries) {
        return cart(PromotionCondition.Type.COUNTRIES, null, null, List.of(countries), null, null, null, null);
    }

    static PromotionCondition currencies(String... currencies) {
        return cart(PromotionCondition.Type.CURRENCIES, null, null, null, List.of(currencies), null, null, null);
    }

    static PromotionCondition timeWindow(
            @Nullable List<String> weekdays, @Nullable String from, @Nullable String until) {
        return cart(PromotionCondition.Type.TIME_WINDOW, null, null, null, null, weekdays, from, until);
    }

    private static PromotionCondition cart(
            PromotionCondition.Type type,
            @Nullable Integer quantity,
            @Nullable List<String> groups,
            @Nullable List<String> countries,
            @Nullable List<String> currencies,
            @Nullable List<String> weekdays,
            @Nullable String from,
            @Nullable String until) {
        return new PromotionCondition(
                type,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                quantity,
                groups,
                countries,
                currencies,
                weekdays,
                from,
                until);
    }
}
