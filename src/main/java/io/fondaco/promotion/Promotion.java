package io.fondaco.promotion;

import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A promotion in the admin API.
 *
 * @param name the same as the title
 * @param kind the type of the action
 * @param basisPoints those of a simple action, as are the amounts
 * @param combinable whether the stacking is {@link Stacking#STACK}
 * @param used number of redemptions by orders that are placed or in progress
 * @param budgetsUsed the discounts of these orders, for each budget
 */
@Schema(name = "Promotion")
record Promotion(
        PromotionId id,

        @Schema(
                description = "Null for an automatic promotion, and for one that has only generated codes.",
                examples = "SPRING10")
        @Nullable
        String code,

        @Schema(description = "The same as `name`.") String title,
        @Schema(description = "The same as `title`.") String name,
        Trigger trigger,
        @Schema(description = "The type of the action.") PromotionKind kind,

        @Schema(
                description = "For the kind `percentage`: the discount in hundredths of a percent, 1 to 10000.",
                examples = "1000")
        @Nullable
        Integer basisPoints,

        @Schema(description = "For the kind `amount`: the discount, one per currency.")
        List<Money> amounts,

        PromotionAction action,
        @Schema(description = "All of them must hold.") List<PromotionCondition> conditions,

        @Schema(
                description = "The minimum total of the lines that it applies to, before discounts; "
                        + "one per currency. In other currencies it does not apply.")
        List<Money> minimumSubtotals,

        @Schema(description = "The maximum discount, one per currency. In other currencies it does not apply.")
        List<Money> maximumDiscounts,

        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        @Nullable Long usageLimit,
        @Nullable Integer usageLimitPerCustomer,

        @Schema(description = "Of `buy_x_get_y`: maximum number of sets in an order.") @Nullable
        Integer usageLimitPerOrder,

        @Schema(
                description = "The maximum sum of the discounts of all orders, one per currency. "
                        + "In other currencies it does not apply.")
        List<Money> budgets,

        @Schema(description = "What orders have used of each budget.")
        List<Money> budgetsUsed,

        @Schema(description = "Promotions with a higher priority are applied first.", examples = "0")
        int priority,

        Stacking stacking,

        @Schema(description = "Of several promotions of one group only the best for the customer applies.") @Nullable
        String group,

        boolean combinable,
        boolean active,

        @Schema(description = "The SKUs that it applies to; empty: all SKUs.")
        List<String> skus,

        long used,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    Promotion {
        amounts = List.copyOf(amounts);
        conditions = List.copyOf(conditions);
        minimumSubtotals = List.copyOf(minimumSubtotals);
        maximumDiscounts = List.copyOf(maximumDiscounts);
        budgets = List.copyOf(budgets);
        budgetsUsed = List.copyOf(budgetsUsed);
        skus = List.copyOf(skus);
    }

    /** What makes a promotion apply. */
    @Schema(name = "PromotionTrigger")
    public enum Trigger {
        /** It applies to every cart that meets its conditions. */
        AUTOMATIC,
        /** The customer enters a code. */
        CODE;

        @JsonValue
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Trigger ofColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** How a promotion is combined with others. */
    @Schema(name = "PromotionStacking")
    public enum Stacking {
        /** It applies together with others. */
        STACK,
        /** It applies with none of the same or of a lower priority. */
        EXCLUSIVE;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Stacking of(boolean combinable) {
            return combinable ? STACK : EXCLUSIVE;
        }
    }

    /**
     * The settings of a promotion that no statement looks into: one JSON column.
     *
     * @param action null if it is a simple one, which has columns of its own
     */
    record Rules(
            @Nullable PromotionAction action,
            List<PromotionCondition> conditions,
            int priority,
            @Nullable String group,
            @Nullable Integer usageLimitPerOrder,
            List<Money> budgets) {
        Rules {
            conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
            budgets = List.copyOf(Objects.requireNonNullElse(budgets, List.of()));
        }
    }

    Rules toRules() {
        return new Rules(action.hasColumns() ? null : action, conditions, priority, group, usageLimitPerOrder, budgets);
    }

    boolean automatic() {
        return trigger == Trigger.AUTOMATIC;
    }

    boolean exclusive() {
        return stacking == Stacking.EXCLUSIVE;
    }

    /** Whether orders change how much of it is left. */
    boolean countsUses() {
        return usageLimit != null || !budgets.isEmpty();
    }

    boolean hasCondition(PromotionCondition.Type type) {
        return conditions.stream().anyMatch(condition -> condition.type() == type);
    }

    boolean hasStarted(Instant at) {
        return startsAt == null || !startsAt.isAfter(at);
    }

    boolean hasEnded(Instant at) {
        return endsAt != null && !endsAt.isAfter(at);
    }

    boolean usedUp() {
        return usageLimit != null && used >= usageLimit;
    }

    DiscountAction discountAction() {
        return action.toDiscountAction(usageLimitPerOrder);
    }

    /** Whether the action and each list of amounts has one in this currency. */
    boolean hasCurrency(String currency) {
        return discountAction().hasCurrency(currency)
                && Stream.of(minimumSubtotals, maximumDiscounts, budgets)
                        .allMatch(list ->
                                list.isEmpty() || findByCurrency(currency, list).isPresent());
    }

    /** The largest discount that the maximum discount allows. */
    long maximumDiscount(String currency) {
        return findByCurrency(currency, maximumDiscounts).map(Money::amount).orElse(Long.MAX_VALUE);
    }

    /** What is left of the budget; unlimited without one. */
    long remainingBudget(String currency) {
        return findByCurrency(currency, budgets)
                .map(budget -> budget.amount()
                        - findByCurrency(currency, budgetsUsed)
                                .map(Money::amount)
                                .orElse(0L))
                .orElse(Long.MAX_VALUE);
    }

    /** Accepts the SKUs that the promotion applies to. */
    Predicate<String> skuFilter() {
        return skus.isEmpty() ? _ -> true : Set.copyOf(skus)::contains;
    }

    /** Returns the amount in the given currency, if the list has one. */
    static Optional<Money> findByCurrency(String currency, List<Money> list) {
        return list.stream().filter(money -> money.currency().equals(currency)).findFirst();
    }
}
