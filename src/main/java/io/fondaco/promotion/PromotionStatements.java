package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.Sql;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionEntity.PromotionRow;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of promotions: what checkouts run, on sets of promotions and in a fixed order of locks. Each method is
 * one statement, in the caller's transaction.
 */
@ApplicationScoped
class PromotionStatements {

    private final Sql sql;

    PromotionStatements(Sql sql) {
        this.sql = sql;
    }

    /**
     * An active promotion. Its lists are JSON, because a record with arrays has no equality by value. The last three
     * columns are by the time of the database.
     */
    private record CandidateRow(
            UUID id,
            String code,
            String title,
            String kind,
            @Nullable Integer basisPoints,
            List<Money> amounts,
            List<Money> minimumSubtotals,
            List<Money> maximumDiscounts,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,
            @Nullable Long usageLimit,
            @Nullable Integer usageLimitPerCustomer,
            boolean combinable,
            boolean active,
            List<String> skus,
            long used,
            long version,
            Instant createdAt,
            Instant updatedAt,
            boolean started,
            boolean ended,
            boolean usedUp) {}

    private record RefusalRow(UUID id, String refusal) {}

    /** Why a promotion is not redeemed. */
    enum Refusal {
        /** It is not what the discount was calculated from: it has another version, or ended. */
        CHANGED,
        /** Its usage limit in total is reached. */
        USED_UP,
        /** Its usage limit per customer is reached. */
        USED_UP_FOR_CUSTOMER;

        private static Refusal ofColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** The active promotions with these codes. */
    List<CouponCandidate> listCandidates(Collection<String> codes) {
        // The array is wrapped in a subquery, so that PostgreSQL uses a generic plan.
        return sql
                .query("""
                        SELECT id, code, title, kind, basis_points, amounts,
                               minimum_subtotals,
                               maximum_discounts, starts_at, ends_at, usage_limit,
                               usage_limit_per_customer, combinable, active, to_json(skus) AS skus, used,
                               version, created_at, updated_at,
                               starts_at IS NULL OR starts_at <= now() AS started,
                               ends_at IS NOT NULL AND ends_at <= now() AS ended,
                               coalesce(used >= usage_limit, false) AS used_up
                          FROM promotion.promotion
                         WHERE code = ANY (ARRAY (SELECT unnest(cast(:codes AS text[]))))
                           AND active AND deleted_at IS NULL
                        """, CandidateRow.class)
                .setParameter("codes", codes.toArray(String[]::new))
                .getResultList()
                .stream()
                .map(PromotionStatements::toCandidate)
                .toList();
    }

    private static CouponCandidate toCandidate(CandidateRow row) {
        Promotion promotion = new PromotionRow(
                        row.id,
                        row.code,
                        row.title,
                        row.kind,
                        row.basisPoints,
                        row.amounts,
                        row.minimumSubtotals,
                        row.maximumDiscounts,
                        row.startsAt,
                        row.endsAt,
                        row.usageLimit,
                        row.usageLimitPerCustomer,
                        row.combinable,
                        row.active,
                        row.skus,
                        row.used,
                        row.version,
                        row.createdAt,
                        row.updatedAt)
                .toPromotion();
        return new CouponCandidate(promotion, row.started, row.ended, row.usedUp);
    }

    /**
     * Redeems those of the discounts that are not zero, and increments the counters: of the promotions with a usage
     * limit, then of the customer. A promotion without a usage limit is not locked. Every change by the staff,
     * including a deletion, increments the version of a promotion, so that only the time has to be compared as well.
     *
     * @param customer the hash of the e-mail address
     * @return the promotions that were not redeemed; empty if all were. If one of them has changed, nothing is written.
     *     Otherwise the caller has to roll back, because other promotions may have been redeemed
     */
    Map<PromotionId, Refusal> redeem(UUID order, byte[] customer, List<AppliedDiscount> applied) {
        return sql
                .query("""
                        WITH requested AS (
                            SELECT *
                              FROM unnest(cast(:promotions AS uuid[]), cast(:versions AS bigint[]),
                                          cast(:redeemed AS boolean[])) AS r (id, version, redeemed)
                        ), locked AS (
                            SELECT id, version, starts_at, ends_at, used < usage_limit AS usable,
                                   usage_limit_per_customer
                              FROM promotion.promotion
                             WHERE id = ANY (ARRAY (SELECT id FROM requested WHERE redeemed))
                               AND usage_limit IS NOT NULL
                             ORDER BY id FOR NO KEY UPDATE
                        ), current AS (
                            SELECT * FROM locked
                             UNION ALL
                            SELECT id, version, starts_at, ends_at, true, usage_limit_per_customer
                              FROM promotion.promotion
                             WHERE id = ANY (ARRAY (SELECT id FROM requested WHERE id NOT IN (SELECT id FROM locked)))
                        ), checked AS (
                            SELECT r.id, r.redeemed, c.usable, c.usage_limit_per_customer,
                                   c.version IS NOT DISTINCT FROM r.version
                                   AND coalesce(c.starts_at <= now(), true)
                                   AND coalesce(c.ends_at > now(), true) AS unchanged
                              FROM requested r LEFT JOIN current c ON c.id = r.id
                        ), redeemable AS (
                            SELECT id, usage_limit_per_customer FROM checked
                             WHERE redeemed AND usable AND (SELECT bool_and(unchanged) FROM checked)
                        ), counted AS (
                            UPDATE promotion.promotion p SET used = p.used + 1
                              FROM redeemable r WHERE p.id = r.id AND p.usage_limit IS NOT NULL
                        ), counted_by_customer AS (
                            INSERT INTO promotion.customer_usage AS u (promotion_id, customer, used)
                            SELECT id, :customer, 1 FROM redeemable ORDER BY id
                            ON CONFLICT (promotion_id, customer) DO UPDATE SET used = u.used + 1
                             WHERE u.used < coalesce((SELECT r.usage_limit_per_customer FROM redeemable r
                                                       WHERE r.id = u.promotion_id), u.used + 1)
                            RETURNING promotion_id
                        ), redemptions AS (
                            INSERT INTO promotion.redemption (order_id, promotion_id, customer)
                            SELECT :order, promotion_id, :customer FROM counted_by_customer
                        )
                        SELECT id, 'changed' AS refusal FROM checked WHERE NOT unchanged
                         UNION ALL
                        SELECT id, 'used_up' FROM checked WHERE redeemed AND unchanged AND NOT usable
                         UNION ALL
                        SELECT id, 'used_up_for_customer' FROM redeemable
                         WHERE id NOT IN (SELECT promotion_id FROM counted_by_customer)
                        """, RefusalRow.class)
                .setParameter(
                        "promotions",
                        applied.stream()
                                .map(discount -> discount.promotion().value())
                                .toArray(UUID[]::new))
                .setParameter(
                        "versions",
                        applied.stream().map(AppliedDiscount::promotionVersion).toArray(Long[]::new))
                .setParameter(
                        "redeemed",
                        applied.stream().map(discount -> !discount.isZero()).toArray(Boolean[]::new))
                .setParameter("customer", customer)
                .setParameter("order", order)
                .getResultList()
                .stream()
                .collect(Collectors.toMap(row -> new PromotionId(row.id), row -> Refusal.ofColumn(row.refusal)));
    }

    /**
     * Deletes the redemptions of the order and decrements the counters: of the promotions with a usage limit, then of
     * the customer.
     */
    void deleteRedemptions(UUID order) {
        // The count makes the locks of the promotions precede those of the customer.
        sql.update("""
                        WITH released AS (
                            DELETE FROM promotion.redemption WHERE order_id = :order RETURNING promotion_id, customer
                        ), locked_promotions AS (
                            SELECT id FROM promotion.promotion
                             WHERE id = ANY (ARRAY (SELECT promotion_id FROM released)) AND usage_limit IS NOT NULL
                             ORDER BY id FOR NO KEY UPDATE
                        ), decremented AS (
                            UPDATE promotion.promotion p SET used = p.used - 1
                              FROM locked_promotions l WHERE p.id = l.id
                        ), locked_usage AS (
                            SELECT u.promotion_id, u.customer
                              FROM released r
                              JOIN promotion.customer_usage u
                                ON u.promotion_id = r.promotion_id AND u.customer = r.customer
                             WHERE (SELECT count(*) FROM locked_promotions) >= 0
                             ORDER BY u.promotion_id FOR UPDATE OF u
                        )
                        UPDATE promotion.customer_usage u SET used = u.used - 1
                          FROM locked_usage l WHERE u.promotion_id = l.promotion_id AND u.customer = l.customer
                        """).setParameter("order", order).executeUpdate();
    }
}
