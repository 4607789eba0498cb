package io.fondaco.promotion;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionStatements.CandidateRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Promotions in Postgres. A redemption is a row of its own. If the promotion has a usage limit, a conditional update
 * also increments a counter; no decision depends on a count that was read before. Rows are locked in the order of the
 * promotion ids, counters of promotions before those of customers.
 */
@ApplicationScoped
class PostgresPromotions implements Promotions {
    private final PromotionStatements statements;

    PostgresPromotions(PromotionStatements statements) {
        this.statements = statements;
    }

    @Override
    public Discounts calculateDiscounts(DiscountRequest discountRequest) {
        return discountRequest.codes().isEmpty()
                ? Discounts.NONE
                : DiscountCalculator.calculate(discountRequest, findCandidates(discountRequest));
    }

    private Map<String, CouponCandidate> findCandidates(DiscountRequest discountRequest) {
        Map<String, CouponCandidate> candidates = new HashMap<>();
        for (CandidateRow row : statements.listCandidates(discountRequest.codes())) {
            Promotion promotion = row.promotion().toPromotion(row.promotion().used);
            candidates.put(promotion.code(), new CouponCandidate(promotion, row.started(), row.ended(), row.usedUp()));
        }
        return candidates;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void redeem(UUID order, String email, List<AppliedDiscount> applied) {
        if (applied.isEmpty()) {
            return;
        }
        List<UUID> promotions =
                applied.stream().map(discount -> discount.promotion().value()).toList();
        Set<UUID> usedUp = statements.incrementUsage(promotions);
        if (usedUp.isEmpty()) {
            usedUp = statements.recordRedemptions(order, customerHash(email), promotions);
        }
        requireNoneUsedUp(applied, usedUp);
    }

    private static void requireNoneUsedUp(List<AppliedDiscount> applied, Set<UUID> usedUp) {
        if (!usedUp.isEmpty()) {
            List<Violation> coupons = applied.stream()
                    .filter(discount -> usedUp.contains(discount.promotion().value()))
                    .map(discount -> CouponUsedUp.of("/coupon_codes", discount.code()))
                    .toList();
            throw new CouponUsedUp(coupons);
        }
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void releaseRedemptions(UUID order) {
        statements.releaseRedemptions(order);
    }

    /** The customer is stored as a hash, so that no second table holds e-mail addresses. */
    private static byte[] customerHash(String email) {
        return Secret.hash(EmailAddress.toComparisonKey(email));
    }
}
