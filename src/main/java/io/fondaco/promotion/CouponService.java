package io.fondaco.promotion;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
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
    private static final int MAX_CACHED = 10_000;

    private final PromotionStatements statements;
    private final ObjectCache<String, Promotion> cache = new ObjectCache<>(MAX_CACHED);

    CouponService(PromotionStatements statements) {
        this.statements = statements;
    }

    /** The tag of what the promotions with this code say. */
    static CacheTag tag(String code) {
        return new CacheTag("promotion-" + code);
    }

    @Override
    public Discounts calculateDiscounts(DiscountRequest discountRequest, CachedReads reads) {
        return discountRequest.codes().isEmpty()
                ? Discounts.NONE
                : DiscountCalculator.calculate(discountRequest, findCandidates(discountRequest.codes(), reads));
    }

    private Map<String, CouponCandidate> findCandidates(List<String> codes, CachedReads reads) {
        if (!reads.mayUseCache()) {
            return statements.listCandidates(codes).stream()
                    .collect(Collectors.toMap(candidate -> candidate.promotion().code(), Function.identity()));
        }
        Instant now = Instant.now();
        return reads.getAll(cache, codes, this::load).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> CouponCandidate.at(now, entry.getValue())));
    }

    private Map<String, Loaded<Promotion>> load(List<String> codes) {
        return statements.listCandidates(codes).stream()
                .map(CouponCandidate::promotion)
                .collect(Collectors.toMap(Promotion::code, CouponService::withTags));
    }

    /** A promotion with a usage limit is not cached, because every order changes how often it was used. */
    private static Loaded<Promotion> withTags(Promotion promotion) {
        return new Loaded<>(promotion, promotion.usageLimit() == null ? Set.of(tag(promotion.code())) : Set.of());
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
