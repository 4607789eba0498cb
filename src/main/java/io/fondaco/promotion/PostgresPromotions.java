package io.fondaco.promotion;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.DiscountCalculator.CouponCandidate;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
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
    private final PromotionRepository repository;

    PostgresPromotions(PromotionRepository repository) {
        this.repository = repository;
    }

    @Override
    public Discounts calculateDiscounts(DiscountRequest discountRequest) {
        return discountRequest.codes().isEmpty()
                ? Discounts.NONE
                : DiscountCalculator.calculate(discountRequest, findCandidates(discountRequest));
    }

    private Map<String, CouponCandidate> findCandidates(DiscountRequest discountRequest) {
        return repository.session().doReturningWork(connection -> {
            Map<String, CouponCandidate> candidates = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("SELECT" + PromotionRepository.COLUMNS + """
                             p.used, p.starts_at IS NULL OR p.starts_at <= now() AS started,
                             p.ends_at IS NOT NULL AND p.ends_at <= now() AS ended,
                             coalesce(p.used >= p.usage_limit, false) AS used_up
                              FROM promotion.promotion p
                             WHERE p.code = ANY (ARRAY (SELECT unnest(?::text[]))) AND p.active AND p.deleted_at IS NULL
                            """)) {
                select.setArray(
                        1,
                        connection.createArrayOf("text", discountRequest.codes().toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        Promotion promotion = repository.mapRow(rows);
                        candidates.put(
                                promotion.code(),
                                new CouponCandidate(
                                        promotion,
                                        rows.getBoolean("started"),
                                        rows.getBoolean("ended"),
                                        rows.getBoolean("used_up")));
                    }
                }
            }
            return candidates;
        });
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void redeem(UUID order, String email, List<AppliedDiscount> applied) {
        if (applied.isEmpty()) {
            return;
        }
        Set<UUID> usedUp = repository.session().doReturningWork(connection -> {
            Set<UUID> exhausted = incrementUsage(connection, applied);
            if (exhausted.isEmpty()) {
                exhausted.addAll(recordRedemptions(connection, order, customerHash(email), applied));
            }
            return exhausted;
        });
        if (!usedUp.isEmpty()) {
            List<Violation> coupons = applied.stream()
                    .filter(discount -> usedUp.contains(discount.promotion().value()))
                    .map(discount -> CouponUsedUp.of("/coupon_codes", discount.code()))
                    .toList();
            throw new CouponUsedUp(coupons);
        }
    }

    /** Increments the counters of the promotions with a usage limit. Returns the promotions whose limit is reached. */
    private static Set<UUID> incrementUsage(Connection connection, List<AppliedDiscount> applied) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                WITH locked AS (
                    SELECT id FROM promotion.promotion
                     WHERE id = ANY (?) AND usage_limit IS NOT NULL ORDER BY id FOR NO KEY UPDATE
                ), counted AS (
                    UPDATE promotion.promotion p SET used = p.used + 1
                      FROM locked l WHERE p.id = l.id AND p.used < p.usage_limit RETURNING p.id
                )
                SELECT id FROM locked EXCEPT SELECT id FROM counted
                """)) {
            statement.setArray(1, promotionIds(connection, applied));
            return readIds(statement);
        }
    }

    /**
     * Records the redemptions and increments the counters of the customer. Returns the promotions whose limit per
     * customer is reached.
     */
    private static Set<UUID> recordRedemptions(
            Connection connection, UUID order, byte[] customer, List<AppliedDiscount> applied) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                WITH requested AS (
                    SELECT id FROM promotion.promotion WHERE id = ANY (?)
                ), counted AS (
                    INSERT INTO promotion.customer_usage AS u (promotion_id, customer, used)
                    SELECT id, ?, 1 FROM requested ORDER BY id
                    ON CONFLICT (promotion_id, customer) DO UPDATE SET used = u.used + 1
                     WHERE u.used < coalesce((SELECT p.usage_limit_per_customer FROM promotion.promotion p
                                               WHERE p.id = u.promotion_id), u.used + 1)
                    RETURNING promotion_id
                ), redeemed AS (
                    INSERT INTO promotion.redemption (order_id, promotion_id, customer)
                    SELECT ?, promotion_id, ? FROM counted
                )
                SELECT id FROM requested EXCEPT SELECT promotion_id FROM counted
                """)) {
            statement.setArray(1, promotionIds(connection, applied));
            statement.setBytes(2, customer);
            statement.setObject(3, order);
            statement.setBytes(4, customer);
            return readIds(statement);
        }
    }

    private static java.sql.Array promotionIds(Connection connection, List<AppliedDiscount> applied)
            throws SQLException {
        return SqlArrays.ofColumn(
                connection, "uuid", applied, discount -> discount.promotion().value());
    }

    private static Set<UUID> readIds(PreparedStatement statement) throws SQLException {
        Set<UUID> ids = new HashSet<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getObject(1, UUID.class));
            }
        }
        return ids;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void releaseRedemptions(UUID order) {
        repository.session().doWork(connection -> {
            try (PreparedStatement counters = connection.prepareStatement("""
                            WITH redeemed AS (
                                SELECT promotion_id FROM promotion.redemption WHERE order_id = ? FOR UPDATE
                            ), locked AS (
                                SELECT id FROM promotion.promotion
                                 WHERE id IN (SELECT promotion_id FROM redeemed) AND usage_limit IS NOT NULL
                                 ORDER BY id FOR NO KEY UPDATE
                            )
                            UPDATE promotion.promotion p SET used = p.used - 1 FROM locked l WHERE p.id = l.id
                            """);
                    PreparedStatement customerCounters = connection.prepareStatement("""
                            WITH released AS (
                                DELETE FROM promotion.redemption WHERE order_id = ? RETURNING promotion_id, customer
                            ), locked AS (
                                SELECT u.promotion_id, u.customer
                                  FROM released r
                                  JOIN promotion.customer_usage u
                                    ON u.promotion_id = r.promotion_id AND u.customer = r.customer
                                 ORDER BY u.promotion_id FOR UPDATE OF u
                            )
                            UPDATE promotion.customer_usage u SET used = u.used - 1
                              FROM locked l WHERE u.promotion_id = l.promotion_id AND u.customer = l.customer
                            """)) {
                counters.setObject(1, order);
                counters.executeUpdate();
                customerCounters.setObject(1, order);
                customerCounters.executeUpdate();
            }
        });
    }

    /** The customer is stored as a hash, so that no second table holds e-mail addresses. */
    private static byte[] customerHash(String email) {
        return Secret.hash(EmailAddress.toComparisonKey(email));
    }
}
