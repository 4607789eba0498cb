package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Validates promotions. */
@ApplicationScoped
class PromotionValidator {
    static final Pattern CODE_PATTERN = Pattern.compile("[A-Z0-9][A-Z0-9._-]{0,49}");

    private static final int MAX_SKUS = 1_000;

    private final RuleValidator rules;

    PromotionValidator(RuleValidator rules) {
        this.rules = rules;
    }

    /**
     * @param actionPointer of the action in the request; empty if its members are those of the promotion
     * @param newConditions whether the request states the conditions, so that what they name must exist
     * @throws ApiException 422 with all violations
     */
    void validate(Promotion promotion, String actionPointer, boolean newConditions) {
        List<Violation> violations = new ArrayList<>(RuleValidator.validateAction(actionPointer, promotion.action()));
        validateAmounts("/minimum_subtotals", promotion.minimumSubtotals(), 1, violations);
        validateAmounts("/maximum_discounts", promotion.maximumDiscounts(), 1, violations);
        validateAmounts("/budgets", promotion.budgets(), 1, violations);
        if (promotion.startsAt() != null
                && promotion.endsAt() != null
                && !promotion.startsAt().isBefore(promotion.endsAt())) {
            violations.add(new Violation("/ends_at", "ends_before_start", "ends_at must be after starts_at."));
        }
        if (promotion.skus().size() > MAX_SKUS) {
            violations.add(new Violation(
                    "/skus", "too_many_skus", "A promotion can list at most %d SKUs.".formatted(MAX_SKUS)));
        }
        if (promotion.automatic() && promotion.code() != null) {
            violations.add(new Violation("/code", "not_of_this_trigger", "An automatic promotion has no code."));
        }
        if (promotion.usageLimitPerOrder() != null && promotion.kind() != PromotionKind.BUY_X_GET_Y) {
            violations.add(new Violation(
                    "/usage_limit_per_order", "not_of_this_kind", "Only buy_x_get_y has a limit per order."));
        }
        if (newConditions) {
            violations.addAll(rules.validateConditions(promotion.conditions()));
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
    }

    /** Rejects changes that are not allowed for a promotion that may have been used. */
    void validateChange(Promotion before, Promotion after) {
        if (before.kind() != after.kind()) {
            throw ApiException.invalid(
                    "/action/type",
                    "kind_fixed",
                    "The type of the action cannot be changed; create another promotion.");
        }
        if ((before.usageLimit() == null) != (after.usageLimit() == null)) {
            throw ApiException.invalid(
                    "/usage_limit",
                    "usage_limit_fixed",
                    "A usage limit can be neither added nor removed after creation; create another promotion.");
        }
        if (after.usageLimit() != null && after.usageLimit() < before.used()) {
            throw ApiException.invalid(
                    "/usage_limit",
                    "usage_limit_below_used",
                    "The promotion has been used %d times.".formatted(before.used()));
        }
        validateBudgets(before, after);
    }

    private static void validateBudgets(Promotion before, Promotion after) {
        if (!RuleValidator.currencies(before.budgets()).equals(RuleValidator.currencies(after.budgets()))) {
            throw ApiException.invalid(
                    "/budgets",
                    "budget_currencies_fixed",
                    "A budget can be neither added nor removed after creation; create another promotion.");
        }
        for (int index = 0; index < after.budgets().size(); index++) {
            Money budget = after.budgets().get(index);
            boolean belowUsed = Promotion.findByCurrency(budget.currency(), before.budgetsUsed())
                    .filter(used -> used.amount() > budget.amount())
                    .isPresent();
            if (belowUsed) {
                throw ApiException.invalid(
                        "/budgets/%d/amount".formatted(index),
                        "budget_below_used",
                        "Orders have used more of the budget than that.");
            }
        }
    }

    static void validateAmounts(String pointer, List<Money> list, long minimum, List<Violation> violations) {
        Set<String> currencies = new HashSet<>();
        for (int index = 0; index < list.size(); index++) {
            Money money = list.get(index);
            if (money.amount() < minimum || money.amount() > Money.MAX_AMOUNT) {
                violations.add(new Violation(
                        pointer + "/" + index + "/amount",
                        "out_of_range",
                        "The amount must be %d to %d.".formatted(minimum, Money.MAX_AMOUNT)));
            }
            if (!currencies.add(money.currency())) {
                violations.add(new Violation(
                        pointer + "/" + index + "/currency",
                        "repeated_currency",
                        "The currency %s occurs twice.".formatted(money.currency())));
            }
        }
    }
}
