package io.fondaco.promotion;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;

/** The native SQL of promotions: what checkouts run, and the counters that several of them change. */
@ApplicationScoped
class PromotionStatements {
    /** The array is wrapped in a subquery, so that PostgreSQL uses a generic plan. */
    private static final String SELECT_CANDIDATES = """
            SELECT {p.*}, p.starts_at IS NULL OR p.starts_at <= now() AS started,
                   p.ends_at IS NOT NULL AND p.ends_at <= now() AS ended,
                   coalesce(p.used >= p.usage_limit, false) AS used_up
              FROM promotion.promotion p
             WHERE p.code = ANY (ARRAY (SELECT unnest(cast(:codes AS text[])))) AND p.active AND p.deleted_at IS NULL
            """;

    private static final String INCREMENT_USAGE = """
            WITH locked AS (
                SELECT id FROM promotion.promotion
                 WHERE id = ANY (cast(:promotions AS uuid[])) AND usage_limit IS NOT NULL
                 ORDER BY id FOR NO KEY UPDATE
            ), counted AS (
                UPDATE promotion.promotion p SET used = p.used + 1
                  FROM locked l WHERE p.id = l.id AND p.used < p.usage_limit RETURNING p.id
            )
            SELECT id FROM locked EXCEPT SELECT id FROM counted
            """;
    private static final String RECORD_REDEMPTIONS = """
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
            """;
    private static final String DECREMENT_USAGE = """
            WITH redeemed AS (
                SELECT promotion_id FROM promotion.redemption WHERE order_id = :order FOR UPDATE
            ), locked AS (
                SELECT id FROM promotion.promotion
                 WHERE id IN (SELECT promotion_id FROM redeemed) AND usage_limit IS NOT NULL
                 ORDER BY id FOR NO KEY UPDATE
            )
            UPDATE promotion.promotion p SET used = p.used - 1 FROM locked l WHERE p.id = l.id
            """;
    private static final String DELETE_REDEMPTIONS = """
            WITH released AS (
                DELETE FROM promotion.redemption WHERE order_id = :order RETURNING promotion_id, customer
            ), locked AS (
                SELECT u.promotion_id, u.customer
                  FROM released r
                  JOIN promotion.customer_usage u ON u.promotion_id = r.promotion_id AND u.customer = r.customer
                 ORDER BY u.promotion_id FOR UPDATE OF u
            )
            UPDATE promotion.customer_usage u SET used = u.used - 1
              FROM locked l WHERE u.promotion_id = l.promotion_id AND u.customer = l.customer
            """;

    private final Session session;

    PromotionStatements(Session session) {
        this.session = session;
    }

    /**
     * An active promotion, checked by the time of the database.
     *
     * @param usedUp whether the usage limit in total is reached
     */
    record CandidateRow(PromotionEntity promotion, boolean started, boolean ended, boolean usedUp) {
        /** With explicit result columns, Hibernate accepts only a public constructor. */
        public CandidateRow {}
    }

    private record IdRow(UUID id) {}

    List<CandidateRow> listCandidates(Collection<String> codes) {
        return session.createNativeQuery(SELECT_CANDIDATES, CandidateRow.class)
                .addEntity("p", PromotionEntity.class)
                .addScalar("started", Boolean.class)
                .addScalar("ended", Boolean.class)
                .addScalar("used_up", Boolean.class)
                .setParameter("codes", codes.toArray(String[]::new))
                .setReadOnly(true)
                .getResultList();
    }

    /** Increments the counters of the promotions with a usage limit. Returns the promotions whose limit is reached. */
    Set<UUID> incrementUsage(Collection<UUID> promotions) {
        return listIds(session.createNativeQuery(INCREMENT_USAGE, IdRow.class)
                .setParameter("promotions", promotions.toArray(UUID[]::new)));
    }

    /**
     * Records the redemptions and increments the counters of the customer. Returns the promotions whose limit per
     * customer is reached.
     */
    Set<UUID> recordRedemptions(UUID order, byte[] customer, Collection<UUID> promotions) {
        return listIds(session.createNativeQuery(RECORD_REDEMPTIONS, IdRow.class)
                .setParameter("promotions", promotions.toArray(UUID[]::new))
                .setParameter("customer", customer)
                .setParameter("order", order));
    }

    /** Deletes the redemptions of the order and decrements their counters. Two statements. */
    void releaseRedemptions(UUID order) {
        session.createNativeMutationQuery(DECREMENT_USAGE)
                .setParameter("order", order)
                .executeUpdate();
        session.createNativeMutationQuery(DELETE_REDEMPTIONS)
                .setParameter("order", order)
                .executeUpdate();
    }

    private static Set<UUID> listIds(NativeQuery<IdRow> query) {
        return query.getResultList().stream().map(IdRow::id).collect(Collectors.toSet());
    }
}
