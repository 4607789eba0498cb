package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.Sql;
import io.fondaco.promotion.DiscountCalculator.PromotionCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.Promotion.Rules;
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
 * The native SQL of promotions that checkouts run, on sets of promotions and in a fixed order of locks. Each method is
 * one statement, in the caller's transaction.
 */
@ApplicationScoped
class PromotionStatements {
    /** The columns of a {@link CandidateRow} that promotion {@code p} has. */
    private static final String CANDIDATE_COLUMNS = """
            p.id, p.code, p.title, p.trigger_type, p.kind, p.basis_points, p.amounts, p.rules, p.minimum_subtotals,
            p.maximum_discounts, p.starts_at, p.ends_at, p.usage_limit, p.usage_limit_per_customer, p.combinable,
            p.active, to_json(p.skus) AS skus, p.used, p.version, p.created_at, p.updated_at,
            (SELECT coalesce(json_agg(json_build_object('amount', b.used, 'currency', b.currency)), '[]')
               FROM promotion.budget b WHERE b.promotion_id = p.id) AS budgets_used""";

    private final Sql sql;

    PromotionStatements(Sql sql) {
        this.sql = sql;
    }

    /** An active promotion. Its lists are JSON, because a record with arrays has no equality by value. */
    private record CandidateRow(
            UUID id,
            @Nullable String code,
            String title,
            String triggerType,
            String kind,
            @Nullable Integer basisPoints,
            List<Money> amounts,
            Rules rules,
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
            List<Money> budgetsUsed,
            @Nullable String requestedCode,
            boolean singleUse,
            boolean codeUsed) {}

    private record OutcomeRow(UUID id, String outcome) {}

    private record IdRow(UUID id) {}

    /** What happened to a promotion that was to be redeemed. */
    enum Outcome {
        /** It has another version than the discount was calculated from. */
        CHANGED,
        /** It has not started, or it has ended. */
        NOT_IN_PERIOD,
        /** Its usage limit in total is reached, or another order has used the generated code. */
        USED_UP,
        /** The discount is more than is left of its budget. */
        BUDGET_USED_UP,
        /** Its usage limit per customer is reached. */
        USED_UP_FOR_CUSTOMER,
        /** Another order of the customer reached its limit at the same time. Others may have been redeemed. */
        USED_UP_MEANWHILE,
        /** It was redeemed, and its limit is reached, or another discount like this would exceed the budget. */
        EXHAUSTED;

        private static Outcome ofColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** The active promotions with these codes, by the code; their own codes are preferred to generated ones. */
    Map<String, PromotionCandidate> listByCodes(Collection<String> codes) {
        // The array is wrapped in a subquery, so that PostgreSQL uses a generic plan.
        return sql
                .query("""
                        SELECT %s, r.code AS requested_code, r.single_use, r.code_used
                          FROM (SELECT id AS promotion_id, code, false AS single_use, false AS code_used
                                  FROM promotion.promotion
                                 WHERE code = ANY (ARRAY (SELECT unnest(cast(:codes AS text[]))))
                                   AND active AND deleted_at IS NULL
                                 UNION ALL
                                SELECT promotion_id, code, true, order_id IS NOT NULL
                                  FROM promotion.code
                                 WHERE code = ANY (ARRAY (SELECT unnest(cast(:codes AS text[]))))) r
                          JOIN promotion.promotion p ON p.id = r.promotion_id
                         WHERE p.active AND p.deleted_at IS NULL
                         ORDER BY r.single_use
                        """.formatted(CANDIDATE_COLUMNS), CandidateRow.class)
                .setParameter("codes", codes.toArray(String[]::new))
                .getResultList()
                .stream()
                .collect(Collectors.toMap(
                        row -> row.requestedCode == null ? "" : row.requestedCode,
                        PromotionStatements::toCandidate,
                        (own, _) -> own));
    }

    /**
     * The active automatic promotions, the oldest first.
     *
     * @param limit maximum number of promotions
     */
    List<PromotionCandidate> listAutomatic(int limit) {
        return sql
                .query("""
                        SELECT %s, NULL AS requested_code, false AS single_use, false AS code_used
                          FROM promotion.promotion p
                         WHERE p.trigger_type = 'automatic' AND p.active AND p.deleted_at IS NULL
                         ORDER BY p.id LIMIT :limit
                        """.formatted(CANDIDATE_COLUMNS), CandidateRow.class)
                .setParameter("limit", limit)
                .getResultList()
                .stream()
                .map(PromotionStatements::toCandidate)
                .toList();
    }

    private static PromotionCandidate toCandidate(CandidateRow row) {
        Promotion promotion = new PromotionRow(
                        row.id,
                        row.code,
                        row.title,
                        row.triggerType,
                        row.kind,
                        row.basisPoints,
                        row.amounts,
                        row.rules,
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
                .toPromotion(row.budgetsUsed);
        return PromotionCandidate.of(promotion, row.requestedCode, row.singleUse, row.codeUsed);
    }

    /**
     * Redeems those of the discounts that are not zero, all or none, and increments the counters. It locks the
     * promotions with a usage limit, the budgets, the generated codes, then the uses of the customer, and decides when
     * it has all of them. A promotion without a usage limit is not locked. Every change by the staff, including a
     * deletion, increments the version of a promotion, so that only the time has to be compared as well.
     *
     * @param customer the hash of the e-mail address
     * @param applied not empty
     * @return the promotions that were refused, and those that are exhausted now. If one was refused nothing is
     *     written, except with {@link Outcome#USED_UP_MEANWHILE}: then the caller has to roll back
     */
    Map<PromotionId, Outcome> redeem(UUID order, byte[] customer, List<AppliedDiscount> applied) {
        return sql
                .query("""
                        WITH requested AS (
                            SELECT id, version, amount, nullif(code, '') AS code, first_order
                              FROM unnest(cast(:promotions AS uuid[]), cast(:versions AS bigint[]),
                                          cast(:amounts AS bigint[]), cast(:codes AS text[]),
                                          cast(:firstOrders AS boolean[])) AS r (id, version, amount, code, first_order)
                        ), redeemed AS (
                            SELECT * FROM requested WHERE amount > 0
                        ), locked AS (
                            SELECT id, version, starts_at, ends_at, used < usage_limit AS usable,
                                   usage_limit_per_customer
                              FROM promotion.promotion
                             WHERE id = ANY (ARRAY (SELECT id FROM redeemed)) AND usage_limit IS NOT NULL
                             ORDER BY id FOR NO KEY UPDATE
                        ), current AS (
                            SELECT * FROM locked
                             UNION ALL
                            SELECT id, version, starts_at, ends_at, true, usage_limit_per_customer
                              FROM promotion.promotion
                             WHERE id = ANY (ARRAY (SELECT id FROM requested WHERE id NOT IN (SELECT id FROM locked)))
                        ), locked_budgets AS (
                            SELECT promotion_id, amount - used AS remaining
                              FROM promotion.budget
                             WHERE promotion_id = ANY (ARRAY (SELECT id FROM redeemed)) AND currency = :currency
                               AND (SELECT count(*) FROM locked) >= 0
                             ORDER BY promotion_id FOR NO KEY UPDATE
                        ), locked_codes AS (
                            SELECT code, order_id IS NULL AS free
                              FROM promotion.code
                             WHERE code = ANY (ARRAY (SELECT code FROM redeemed WHERE code IS NOT NULL))
                               AND (SELECT count(*) FROM locked_budgets) >= 0
                             ORDER BY code FOR NO KEY UPDATE
                        ), locked_usage AS (
                            SELECT promotion_id, used
                              FROM promotion.customer_usage
                             WHERE promotion_id = ANY (ARRAY (SELECT id FROM redeemed)) AND customer = :customer
                               AND (SELECT count(*) FROM locked_codes) >= 0
                             ORDER BY promotion_id FOR NO KEY UPDATE
                        ), checked AS (
                            SELECT r.id, r.amount, r.code,
                                   least(c.usage_limit_per_customer, CASE WHEN r.first_order THEN 1 END)
                                       AS customer_limit,
                                   CASE WHEN c.version IS DISTINCT FROM r.version THEN 'changed'
                                        WHEN c.starts_at > now() OR c.ends_at <= now() THEN 'not_in_period'
                                        WHEN r.amount = 0 THEN NULL
                                        WHEN NOT c.usable OR (r.code IS NOT NULL AND k.free IS NOT TRUE) THEN 'used_up'
                                        WHEN b.remaining < r.amount THEN 'budget_used_up'
                                        WHEN u.used >= least(c.usage_limit_per_customer,
                                                             CASE WHEN r.first_order THEN 1 END)
                                        THEN 'used_up_for_customer' END AS refusal
                              FROM requested r
                              LEFT JOIN current c ON c.id = r.id
                              LEFT JOIN locked_budgets b ON b.promotion_id = r.id
                              LEFT JOIN locked_codes k ON k.code = r.code
                              LEFT JOIN locked_usage u ON u.promotion_id = r.id
                        ), redeemable AS (
                            SELECT * FROM checked
                             WHERE amount > 0 AND (SELECT bool_and(refusal IS NULL) FROM checked)
                        ), counted AS (
                            UPDATE promotion.promotion p SET used = p.used + 1
                              FROM redeemable r WHERE p.id = r.id AND p.usage_limit IS NOT NULL
                            RETURNING p.id, p.used >= p.usage_limit AS exhausted
                        ), counted_budgets AS (
                            UPDATE promotion.budget b SET used = b.used + r.amount
                              FROM redeemable r WHERE b.promotion_id = r.id AND b.currency = :currency
                            RETURNING b.promotion_id, b.amount - b.used < r.amount AS exhausted
                        ), counted_codes AS (
                            UPDATE promotion.code k SET order_id = :order, redeemed_at = now()
                              FROM redeemable r WHERE k.code = r.code
                        ), counted_by_customer AS (
                            INSERT INTO promotion.customer_usage AS u (promotion_id, customer, used)
                            SELECT id, :customer, 1 FROM redeemable ORDER BY id
                            ON CONFLICT (promotion_id, customer) DO UPDATE SET used = u.used + 1
                             WHERE u.used < coalesce((SELECT r.customer_limit FROM redeemable r
                                                       WHERE r.id = u.promotion_id), u.used + 1)
                            RETURNING promotion_id
                        ), redemptions AS (
                            INSERT INTO promotion.redemption (order_id, promotion_id, customer, amount, currency)
                            SELECT :order, r.id, :customer, r.amount, :currency
                              FROM redeemable r JOIN counted_by_customer c ON c.promotion_id = r.id
                        )
                        SELECT id, refusal AS outcome FROM checked WHERE refusal IS NOT NULL
                         UNION ALL
                        SELECT id, 'used_up_meanwhile' FROM redeemable
                         WHERE id NOT IN (SELECT promotion_id FROM counted_by_customer)
                         UNION ALL
                        SELECT id, 'exhausted' FROM counted WHERE exhausted
                         UNION ALL
                        SELECT promotion_id, 'exhausted' FROM counted_budgets WHERE exhausted
                        """, OutcomeRow.class)
                .setParameter(
                        "promotions",
                        applied.stream()
                                .map(discount -> discount.promotion().value())
                                .toArray(UUID[]::new))
                .setParameter(
                        "versions",
                        applied.stream().map(AppliedDiscount::promotionVersion).toArray(Long[]::new))
                .setParameter(
                        "amounts",
                        applied.stream()
                                .map(discount -> discount.amount().amount())
                                .toArray(Long[]::new))
                .setParameter(
                        "codes",
                        applied.stream().map(AppliedDiscount::singleUseCode).toArray(String[]::new))
                .setParameter(
                        "firstOrders",
                        applied.stream().map(AppliedDiscount::firstOrderOnly).toArray(Boolean[]::new))
                .setParameter("currency", applied.getFirst().amount().currency())
                .setParameter("customer", customer)
                .setParameter("order", order)
                .getResultList()
                .stream()
                .collect(Collectors.toMap(
                        row -> new PromotionId(row.id),
                        row -> Outcome.ofColumn(row.outcome),
                        (one, other) -> one.compareTo(other) < 0 ? one : other));
    }

    /**
     * Deletes the redemptions of the order and decrements the counters, in the order of locks of {@link #redeem}.
     *
     * @return whether more is left now of an automatic promotion
     */
    boolean deleteRedemptions(UUID order) {
        // The counts make the locks of one kind precede those of the next.
        return !sql.query("""
                        WITH released AS (
                            DELETE FROM promotion.redemption WHERE order_id = :order
                            RETURNING promotion_id, customer, amount, currency
                        ), locked_promotions AS (
                            SELECT id FROM promotion.promotion
                             WHERE id = ANY (ARRAY (SELECT promotion_id FROM released)) AND usage_limit IS NOT NULL
                             ORDER BY id FOR NO KEY UPDATE
                        ), decremented AS (
                            UPDATE promotion.promotion p SET used = p.used - 1
                              FROM locked_promotions l WHERE p.id = l.id
                        ), locked_budgets AS (
                            SELECT b.promotion_id, b.currency, r.amount
                              FROM released r
                              JOIN promotion.budget b ON b.promotion_id = r.promotion_id AND b.currency = r.currency
                             WHERE (SELECT count(*) FROM locked_promotions) >= 0
                             ORDER BY b.promotion_id FOR NO KEY UPDATE OF b
                        ), returned_to_budget AS (
                            UPDATE promotion.budget b SET used = b.used - l.amount
                              FROM locked_budgets l
                             WHERE b.promotion_id = l.promotion_id AND b.currency = l.currency
                        ), released_codes AS (
                            UPDATE promotion.code SET order_id = NULL, redeemed_at = NULL
                             WHERE order_id = :order AND (SELECT count(*) FROM locked_budgets) >= 0
                            RETURNING code
                        ), locked_usage AS (
                            SELECT u.promotion_id, u.customer
                              FROM released r
                              JOIN promotion.customer_usage u
                                ON u.promotion_id = r.promotion_id AND u.customer = r.customer
                             WHERE (SELECT count(*) FROM released_codes) >= 0
                             ORDER BY u.promotion_id FOR UPDATE OF u
                        ), decremented_usage AS (
                            UPDATE promotion.customer_usage u SET used = u.used - 1
                              FROM locked_usage l WHERE u.promotion_id = l.promotion_id AND u.customer = l.customer
                        )
                        SELECT p.id
                          FROM promotion.promotion p
                         WHERE p.id = ANY (ARRAY (SELECT promotion_id FROM released))
                           AND p.trigger_type = 'automatic'
                           AND (p.usage_limit IS NOT NULL
                                OR p.id IN (SELECT promotion_id FROM locked_budgets))
                        """, IdRow.class)
                .setParameter("order", order)
                .getResultList()
                .isEmpty();
    }
}
