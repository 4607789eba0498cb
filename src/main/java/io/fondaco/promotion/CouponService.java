package io.fondaco.promotion;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The coupons of carts and orders. A redemption is a row of its own. If the promotion has a usage limit, a conditional
 * update also increments a counter; no decision depends on a count that was read before. Rows are locked in the order
 * of the promotion ids, counters of promotions before those of customers.
 */
@ApplicationScoped
class CouponService implements Promotions {
    private final PromotionStatements statements;

    CouponService(PromotionStatements statements) {
        this.statements = statements;
    }

    @Override
    public Discounts calculateDiscounts(DiscountRequest discountRequest) {
        return discountRequest.codes().isEmpty()
                ? Discounts.NONE
                : DiscountCalculator.calculate(discountRequest, findCandidates(discountRequest));
    }

    private Map<String, CouponCandidate> findCandidates(DiscountRequest discountRequest) {
        return statements.listCandidates(discountRequest.codes()).stream()
                .collect(Collectors.toMap(candidate -> candidate.promotion().code(), Function.identity()));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void redeem(UUID order, String email, List<AppliedDiscount> applied) {
        if (applied.isEmpty()) {
            return;
        }
        List<PromotionId> promotions =
                applied.stream().map(AppliedDiscount::promotion).toList();
        requireNoneUsedUp(applied, statements.incrementUsage(promotions));
        requireNoneUsedUp(applied, statements.insertRedemptions(order, customerHash(email), promotions));
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
        statements.decrementUsage(order);
        statements.deleteRedemptions(order);
    }

    /** The customer is stored as a hash, so that no second table holds e-mail addresses. */
    private static byte[] customerHash(String email) {
        return Secret.hash(EmailAddress.toComparisonKey(email));
    }
}
