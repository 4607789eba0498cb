package io.fondaco.promotion;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.money.Money;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import io.fondaco.promotion.PromotionEntity.PromotionRow;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of promotions: what checkouts run, on sets of promotions and in a fixed order of locks. Each method is
 * one statement, in the caller's transaction.
 */
@ApplicationScoped
class PromotionStatements {
    private static final TypeReference<List<Money>> AMOUNTS = new TypeReference<>() {};
    private static final TypeReference<List<String>> SKUS = new TypeReference<>() {};

    private final Session session;
    private final ObjectMapper json;

    PromotionStatements(Session session, ObjectMapper json) {
        this.session = session;
        this.json = json;
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
            String amounts,
            String minimumSubtotals,
            String maximumDiscounts,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,
            @Nullable Long usageLimit,
            @Nullable Integer usageLimitPerCustomer,
            boolean combinable,
            boolean active,
            String skus,
            long used,
            long version,
            Instant createdAt,
            Instant updatedAt,
            boolean started,
            boolean ended,
            boolean usedUp) {}

    private record IdRow(UUID id) {}

    /** The active promotions with these codes. */
    List<CouponCandidate> listCandidates(Collection<String> codes) {
        // The array is wrapped in a subquery, so that PostgreSQL uses a generic plan.
        return session
                .createNativeQuery("""
                        SELECT id, code, title, kind, basis_points, cast(amounts AS text) AS amounts,
                               cast(minimum_subtotals AS text) AS minimum_subtotals,
                               cast(maximum_discounts AS text) AS maximum_discounts, starts_at, ends_at, usage_limit,
                               usage_limit_per_customer, combinable, active, cast(to_json(skus) AS text) AS skus, used,
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
                .map(this::toCandidate)
                .toList();
    }

    private CouponCandidate toCandidate(CandidateRow row) {
        Promotion promotion = new PromotionRow(
                        row.id,
                        row.code,
                        row.title,
                        row.kind,
                        row.basisPoints,
                        parse(row.amounts, AMOUNTS),
                        parse(row.minimumSubtotals, AMOUNTS),
                        parse(row.maximumDiscounts, AMOUNTS),
                        row.startsAt,
                        row.endsAt,
                        row.usageLimit,
                        row.usageLimitPerCustomer,
                        row.combinable,
                        row.active,
                        parse(row.skus, SKUS),
                        row.used,
                        row.version,
                        row.createdAt,
                        row.updatedAt)
                .toPromotion();
        return new CouponCandidate(promotion, row.started, row.ended, row.usedUp);
    }

    private <T> List<T> parse(String text, TypeReference<List<T>> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot parse a stored promotion", e);
        }
    }

    /** Increments the counters of the promotions with a usage limit. Returns the promotions whose limit is reached. */
    Set<UUID> incrementUsage(Collection<PromotionId> promotions) {
        return listIds(session.createNativeQuery("""
                        WITH locked AS (
                            SELECT id FROM promotion.promotion
                             WHERE id = ANY (cast(:promotions AS uuid[])) AND usage_limit IS NOT NULL
                             ORDER BY id FOR NO KEY UPDATE
                        ), counted AS (
                            UPDATE promotion.promotion p SET used = p.used + 1
                              FROM locked l WHERE p.id = l.id AND p.used < p.usage_limit RETURNING p.id
                        )
                        SELECT id FROM locked EXCEPT SELECT id FROM counted
                        """, IdRow.class).setParameter("promotions", toArray(promotions)));
    }

    /**
     * Records the redemptions and increments the counters of the customer. Returns the promotions whose limit per
     * customer is reached.
     *
     * @param customer the hash of the e-mail address
     */
    Set<UUID> insertRedemptions(UUID order, byte[] customer, Collection<PromotionId> promotions) {
        return listIds(session.createNativeQuery("""
                        WITH requested AS (
                            SELECT id FROM promotion.promotion WHERE id = ANY (cast(:promotions AS uuid[]))
                        ), counted AS (
                            INSERT INTO promotion.customer_usage AS u (promotion_id, customer, used)
                            SELECT id, :customer, 1 FROM requested ORDER BY id
                            ON CONFLICT (promotion_id, customer) DO UPDATE SET used = u.used + 1
                             WHERE u.used < coalesce((SELECT p.usage_limit_per_customer FROM promotion.promotion p
                                                       WHERE p.id = u.promotion_id), u.used + 1)
                            RETURNING promotion_id
                        ), redeemed AS (
                            INSERT INTO promotion.redemption (order_id, promotion_id, customer)
                            SELECT :order, promotion_id, :customer FROM counted
                        )
                        SELECT id FROM requested EXCEPT SELECT promotion_id FROM counted
                        """, IdRow.class)
                .setParameter("promotions", toArray(promotions))
                .setParameter("customer", customer)
                .setParameter("order", order));
    }

    /** Decrements the counters of the promotions with a usage limit that the order has redeemed. */
    void decrementUsage(UUID order) {
        session.createNativeMutationQuery("""
                        WITH redeemed AS (
                            SELECT promotion_id FROM promotion.redemption WHERE order_id = :order FOR UPDATE
                        ), locked AS (
                            SELECT id FROM promotion.promotion
                             WHERE id IN (SELECT promotion_id FROM redeemed) AND usage_limit IS NOT NULL
                             ORDER BY id FOR NO KEY UPDATE
                        )
                        UPDATE promotion.promotion p SET used = p.used - 1 FROM locked l WHERE p.id = l.id
                        """).setParameter("order", order).executeUpdate();
    }

    /** Deletes the redemptions of the order and decrements the counters of the customer. */
    void deleteRedemptions(UUID order) {
        session.createNativeMutationQuery("""
                        WITH released AS (
                            DELETE FROM promotion.redemption WHERE order_id = :order RETURNING promotion_id, customer
                        ), locked AS (
                            SELECT u.promotion_id, u.customer
                              FROM released r
                              JOIN promotion.customer_usage u
                                ON u.promotion_id = r.promotion_id AND u.customer = r.customer
                             ORDER BY u.promotion_id FOR UPDATE OF u
                        )
                        UPDATE promotion.customer_usage u SET used = u.used - 1
                          FROM locked l WHERE u.promotion_id = l.promotion_id AND u.customer = l.customer
                        """).setParameter("order", order).executeUpdate();
    }

    private static UUID[] toArray(Collection<PromotionId> promotions) {
        return promotions.stream().map(PromotionId::value).toArray(UUID[]::new);
    }

    private static Set<UUID> listIds(NativeQuery<IdRow> query) {
        return query.getResultList().stream().map(IdRow::id).collect(Collectors.toSet());
    }
}
