package io.fondaco.promotion;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionStatements.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The coupons of carts and orders. A redemption is a row of its own. If the promotion has a usage limit, the same
 * statement also increments a counter, which it has locked; no decision depends on a count that was read before. Rows
 * are locked in the order of the promotion ids, counters of promotions before those of customers.
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
    @Transactional(value = Transactional.TxType.MANDATORY, dontRollbackOn = PromotionsChanged.class)
    public void redeem(UUID order, String email, List<AppliedDiscount> applied) {
        if (applied.isEmpty()) {
            return;
        }
        Map<PromotionId, Refusal> refusals = statements.redeem(order, customerHash(email), applied);
        if (refusals.containsValue(Refusal.CHANGED)) {
            throw new PromotionsChanged(findCodes(applied, id -> refusals.get(id) == Refusal.CHANGED));
        }
        if (!refusals.isEmpty()) {
            throw new CouponUsedUp(findCodes(applied, refusals::containsKey).stream()
                    .map(code -> CouponUsedUp.of("/coupon_codes", code))
                    .toList());
        }
    }

    private static List<String> findCodes(List<AppliedDiscount> applied, Predicate<PromotionId> condition) {
        return applied.stream()
                .filter(discount -> condition.test(discount.promotion()))
                .map(AppliedDiscount::code)
                .toList();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void releaseRedemptions(UUID order) {
        statements.deleteRedemptions(order);
    }

    /** The customer is stored as a hash, so that no second table holds e-mail addresses. */
    private static byte[] customerHash(String email) {
        return Secret.hash(EmailAddress.toComparisonKey(email));
    }
}
