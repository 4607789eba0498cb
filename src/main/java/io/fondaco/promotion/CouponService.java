package io.fondaco.promotion;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.CatalogCacheTags;
import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.CartConditions.CategoryAncestors;
import io.fondaco.promotion.DiscountCalculator.PromotionCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionStatements.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The promotions of carts and orders. A redemption is a row of its own. If the promotion has a usage limit or a budget,
 * the same statement also increments a counter, which it has locked; no decision depends on a count that was read
 * before. Rows are locked in the order of the promotion ids, counters of promotions before those of customers.
 */
@ApplicationScoped
class CouponService implements Promotions {
    /** Maximum number of automatic promotions that are active; each cart is compared with all of them. */
    static final int MAX_AUTOMATIC = 500;

    /** The tag of the set of automatic promotions and of each of them. */
    static final CacheTag AUTOMATIC = new CacheTag("promotions-automatic");

    private static final int MAX_CACHED = 10_000;
    private static final String ALL = "all";
    private static final Set<Outcome> REDEEMED = Set.of(Outcome.EXHAUSTED);

    private final PromotionStatements statements;
    private final Catalog catalog;
    private final PromotionSettings settings;
    private final OrderHistory orderHistory;
    private final CacheInvalidation cacheInvalidation;
    private final ObjectCache<String, PromotionCandidate> coupons = new ObjectCache<>(MAX_CACHED);
    private final ObjectCache<String, List<PromotionCandidate>> automatic = new ObjectCache<>(1);
    private final ObjectCache<String, CategoryAncestors> categories = new ObjectCache<>(1);

    CouponService(
            PromotionStatements statements,
            Catalog catalog,
            PromotionSettings settings,
            OrderHistory orderHistory,
            CacheInvalidation cacheInvalidation) {
        this.statements = statements;
        this.catalog = catalog;
        this.settings = settings;
        this.orderHistory = orderHistory;
        this.cacheInvalidation = cacheInvalidation;
    }

    /** The tags of what carts know of this promotion; generated codes are not cached. */
    static Set<CacheTag> tags(Promotion promotion) {
        if (promotion.automatic()) {
            return Set.of(AUTOMATIC);
        }
        return promotion.code() == null ? Set.of() : Set.of(tag(promotion.code()));
    }

    private static CacheTag tag(String code) {
        return new CacheTag("promotion-" + code);
    }

    @Override
    public Discounts calculateDiscounts(DiscountRequest request, CachedReads reads) {
        Map<String, PromotionCandidate> requested =
                request.codes().isEmpty() ? Map.of() : reads.getAll(coupons, request.codes(), this::load);
        List<PromotionCandidate> promotions = request.lines().isEmpty()
                ? List.of()
                : reads.get(automatic, ALL, _ -> loadAutomatic()).orElse(List.of());
        if (requested.isEmpty() && promotions.isEmpty() && request.codes().isEmpty()) {
            return Discounts.NONE;
        }
        boolean byCategory = Stream.concat(requested.values().stream(), promotions.stream())
                .anyMatch(candidate -> candidate.promotion().hasCondition(PromotionCondition.Type.CATEGORIES));
        CategoryAncestors ancestors = byCategory
                ? reads.get(categories, ALL, _ -> loadCategories()).orElse(CategoryAncestors.NONE)
                : CategoryAncestors.NONE;
        return DiscountCalculator.calculate(request, requested, promotions, ancestors, settings.timeZone());
    }

    private Map<String, Loaded<PromotionCandidate>> load(Collection<String> codes) {
        return statements.listByCodes(codes).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> withTags(entry.getKey(), entry.getValue())));
    }

    /** A promotion or a code that is limited is not cached, because orders change how much of it is left. */
    private static Loaded<PromotionCandidate> withTags(String code, PromotionCandidate candidate) {
        boolean limited = candidate.singleUse() || candidate.promotion().countsUses();
        return new Loaded<>(candidate, limited ? Set.of() : Set.of(tag(code)));
    }

    /** Automatic promotions are cached although orders change how much of them is left: a redemption checks it. */
    private Loaded<List<PromotionCandidate>> loadAutomatic() {
        return new Loaded<>(statements.listAutomatic(MAX_AUTOMATIC), Set.of(AUTOMATIC));
    }

    private Loaded<CategoryAncestors> loadCategories() {
        return new Loaded<>(
                new CategoryAncestors(catalog.categoryTree().withAncestors()), Set.of(CatalogCacheTags.CATEGORIES));
    }

    @Override
    @Transactional(value = Transactional.TxType.MANDATORY, dontRollbackOn = PromotionsChanged.class)
    public void redeem(UUID order, String email, List<AppliedDiscount> applied) {
        if (applied.isEmpty()) {
            return;
        }
        requireFirstOrder(email, applied);
        Map<PromotionId, Outcome> outcomes = statements.redeem(order, customerHash(email), applied);
        if (outcomes.isEmpty()) {
            return;
        }
        if (REDEEMED.containsAll(outcomes.values())) {
            publishExhausted(outcomes.keySet(), applied);
            return;
        }
        if (outcomes.containsValue(Outcome.CHANGED) || outcomes.containsValue(Outcome.NOT_IN_PERIOD)) {
            throw changed(
                    applied,
                    id -> isOneOf(outcomes, id, Outcome.CHANGED, Outcome.NOT_IN_PERIOD),
                    id -> isOneOf(outcomes, id, Outcome.NOT_IN_PERIOD));
        }
        List<Violation> usedUp = applied.stream()
                .filter(discount -> outcomes.containsKey(discount.promotion()))
                .filter(discount -> !isOneOf(outcomes, discount.promotion(), Outcome.EXHAUSTED))
                .flatMap(discount ->
                        violation(discount, isOneOf(outcomes, discount.promotion(), Outcome.BUDGET_USED_UP)))
                .toList();
        if (!usedUp.isEmpty()) {
            throw new CouponUsedUp(usedUp);
        }
        if (outcomes.containsValue(Outcome.USED_UP_MEANWHILE)) {
            throw PromotionsChanged.rolledBack();
        }
        throw changed(applied, outcomes::containsKey, outcomes::containsKey);
    }

    private static boolean isOneOf(Map<PromotionId, Outcome> outcomes, PromotionId id, Outcome... any) {
        Outcome outcome = outcomes.get(id);
        return outcome != null && List.of(any).contains(outcome);
    }

    /** Empty for an automatic promotion. */
    private static Stream<Violation> violation(AppliedDiscount discount, boolean budget) {
        String code = discount.code();
        if (code == null) {
            return Stream.empty();
        }
        return Stream.of(budget ? CouponUsedUp.ofBudget(code) : CouponUsedUp.ofLimit(code));
    }

    /** One statement, if a promotion is for first orders only. */
    private void requireFirstOrder(String email, List<AppliedDiscount> applied) {
        List<AppliedDiscount> firstOrderOnly = applied.stream()
                .filter(discount -> discount.firstOrderOnly() && !discount.isZero())
                .toList();
        if (firstOrderOnly.isEmpty() || !orderHistory.hasOrders(email)) {
            return;
        }
        List<Violation> refused = firstOrderOnly.stream()
                .map(AppliedDiscount::code)
                .flatMap(Stream::ofNullable)
                .map(CouponUsedUp::ofFirstOrder)
                .toList();
        if (!refused.isEmpty()) {
            throw new CouponUsedUp(refused);
        }
        Set<PromotionId> promotions =
                firstOrderOnly.stream().map(AppliedDiscount::promotion).collect(Collectors.toSet());
        throw changed(applied, promotions::contains, promotions::contains);
    }

    private static PromotionsChanged changed(
            List<AppliedDiscount> applied, Predicate<PromotionId> named, Predicate<PromotionId> withdrawn) {
        return new PromotionsChanged(
                applied.stream()
                        .filter(discount -> named.test(discount.promotion()))
                        .map(AppliedDiscount::label)
                        .toList(),
                applied.stream()
                        .map(AppliedDiscount::promotion)
                        .filter(withdrawn)
                        .collect(Collectors.toSet()));
    }

    /** So that carts do not show an automatic promotion of which nothing is left. */
    private void publishExhausted(Set<PromotionId> exhausted, List<AppliedDiscount> applied) {
        if (applied.stream()
                .anyMatch(discount -> discount.code() == null && exhausted.contains(discount.promotion()))) {
            cacheInvalidation.publish(Set.of(AUTOMATIC));
        }
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void releaseRedemptions(UUID order) {
        if (statements.deleteRedemptions(order)) {
            cacheInvalidation.publish(Set.of(AUTOMATIC));
        }
    }

    /** The customer is stored as a hash, so that no second table holds e-mail addresses. */
    private static byte[] customerHash(String email) {
        return Secret.hash(EmailAddress.toComparisonKey(email));
    }
}
