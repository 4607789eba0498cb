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

    private static final int MAX_BASIS_POINTS = 10_000;
    private static final int MAX_SKUS = 1_000;

    /** @throws ApiException 422 with all violations */
    void validate(Promotion promotion) {
        List<Violation> violations = new ArrayList<>();
        validateKind(promotion, violations);
        validateAmounts("/amounts", promotion.amounts(), violations);
        validateAmounts("/minimum_subtotals", promotion.minimumSubtotals(), violations);
        validateAmounts("/maximum_discounts", promotion.maximumDiscounts(), violations);
        if (promotion.startsAt() != null
                && promotion.endsAt() != null
                && !promotion.startsAt().isBefore(promotion.endsAt())) {
            violations.add(new Violation("/ends_at", "ends_before_start", "ends_at must be after starts_at."));
        }
        if (promotion.skus().size() > MAX_SKUS) {
            violations.add(new Violation(
                    "/skus", "too_many_skus", "A promotion can list at most %d SKUs.".formatted(MAX_SKUS)));
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
    }

    /** Rejects changes that are not allowed for a promotion that may have been used. */
    void validateChange(Promotion before, Promotion after) {
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
    }

    private static void validateKind(Promotion promotion, List<Violation> violations) {
        Integer basisPoints = promotion.basisPoints();
        if (promotion.kind() != PromotionKind.PERCENTAGE) {
            if (basisPoints != null) {
                violations.add(new Violation(
                        "/basis_points", "not_of_this_kind", "Only the kind percentage has basis_points."));
            }
        } else if (basisPoints == null) {
            violations.add(new Violation("/basis_points", "required", "The kind percentage needs basis_points."));
        } else if (basisPoints < 1 || basisPoints > MAX_BASIS_POINTS) {
            violations.add(new Violation(
                    "/basis_points",
                    "out_of_range",
                    "basis_points are hundredths of a percent, 1 to %d.".formatted(MAX_BASIS_POINTS)));
        }
        if (promotion.kind() == PromotionKind.AMOUNT && promotion.amounts().isEmpty()) {
            violations.add(new Violation("/amounts", "required", "The kind amount needs amounts."));
        }
        if (promotion.kind() != PromotionKind.AMOUNT && !promotion.amounts().isEmpty()) {
            violations.add(new Violation("/amounts", "not_of_this_kind", "Only the kind amount has amounts."));
        }
    }

    private static void validateAmounts(String pointer, List<Money> list, List<Violation> violations) {
        Set<String> currencies = new HashSet<>();
        for (int index = 0; index < list.size(); index++) {
            Money money = list.get(index);
            if (money.amount() < 1 || money.amount() > Money.MAX_AMOUNT) {
                violations.add(new Violation(
                        pointer + "/" + index + "/amount",
                        "out_of_range",
                        "The amount must be 1 to %d.".formatted(Money.MAX_AMOUNT)));
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
