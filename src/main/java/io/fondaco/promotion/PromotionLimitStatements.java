package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of what limits promotions: the counters of budgets, and generated codes. Each method is one statement,
 * in the caller's transaction. {@link PromotionStatements} redeems and releases them.
 */
@ApplicationScoped
class PromotionLimitStatements {
    private final Sql sql;

    PromotionLimitStatements(Sql sql) {
        this.sql = sql;
    }

    private record BudgetRow(UUID promotionId, String currency, long used) {}

    private record CountRow(long count) {}

    /** A generated code. */
    record CodeRow(
            String code,
            @Nullable UUID orderId,
            Instant createdAt,
            @Nullable Instant redeemedAt) {}

    /** Inserts the counters of the budgets of a new promotion. */
    void insertBudgets(PromotionId promotion, List<Money> budgets) {
        writeBudgets("""
                INSERT INTO promotion.budget (promotion_id, currency, amount)
                SELECT :promotion, b.currency, b.amount
                  FROM unnest(cast(:currencies AS text[]), cast(:amounts AS bigint[])) AS b (currency, amount)
                """, promotion, budgets);
    }

    /** Changes the amounts of the budgets of a promotion, whose counters {@link #lockBudgets} has locked. */
    void updateBudgets(PromotionId promotion, List<Money> budgets) {
        writeBudgets("""
                UPDATE promotion.budget t SET amount = b.amount
                  FROM unnest(cast(:currencies AS text[]), cast(:amounts AS bigint[])) AS b (currency, amount)
                 WHERE t.promotion_id = :promotion AND t.currency = b.currency
                """, promotion, budgets);
    }

    private void writeBudgets(String text, PromotionId promotion, List<Money> budgets) {
        sql.update(text)
                .setParameter("promotion", promotion.value())
                .setParameter(
                        "currencies", budgets.stream().map(Money::currency).toArray(String[]::new))
                .setParameter("amounts", budgets.stream().map(Money::amount).toArray(Long[]::new))
                .executeUpdate();
    }

    /** What orders have used of the budgets of these promotions. */
    Map<PromotionId, List<Money>> findBudgetsUsed(Collection<UUID> promotions) {
        return readBudgets(promotions, "");
    }

    /** As {@link #findBudgetsUsed}, locked until the transaction ends. */
    Map<PromotionId, List<Money>> lockBudgets(PromotionId promotion) {
        return readBudgets(List.of(promotion.value()), "FOR NO KEY UPDATE");
    }

    private Map<PromotionId, List<Money>> readBudgets(Collection<UUID> promotions, String lock) {
        return sql
                .query("""
                        SELECT promotion_id, currency, used
                          FROM promotion.budget
                         WHERE promotion_id = ANY (ARRAY (SELECT unnest(cast(:promotions AS uuid[]))))
                         ORDER BY promotion_id, currency
                        """ + lock, BudgetRow.class)
                .setParameter("promotions", promotions.toArray(UUID[]::new))
                .getResultList()
                .stream()
                .collect(Collectors.groupingBy(
                        row -> new PromotionId(row.promotionId),
                        Collectors.mapping(row -> Money.of(row.used, row.currency), Collectors.toList())));
    }

    /**
     * Inserts those of the codes that are new in the shop.
     *
     * @return their number
     */
    int insertCodes(PromotionId promotion, Collection<String> codes) {
        return sql.update("""
                        INSERT INTO promotion.code (code, promotion_id)
                        SELECT c.code, :promotion
                          FROM unnest(cast(:codes AS text[])) AS c (code)
                         WHERE NOT EXISTS (SELECT FROM promotion.promotion p
                                            WHERE p.code = c.code AND p.active AND p.deleted_at IS NULL)
                        ON CONFLICT (code) DO NOTHING
                        """)
                .setParameter("promotion", promotion.value())
                .setParameter("codes", codes.toArray(String[]::new))
                .executeUpdate();
    }

    long countCodes(PromotionId promotion) {
        return sql.query("SELECT count(*) FROM promotion.code WHERE promotion_id = :promotion", CountRow.class)
                .setParameter("promotion", promotion.value())
                .getSingleResult()
                .count();
    }

    /** Whether the code is a generated one. */
    boolean isGenerated(String code) {
        return sql.query("SELECT count(*) FROM promotion.code WHERE code = :code", CountRow.class)
                        .setParameter("code", code)
                        .getSingleResult()
                        .count()
                > 0;
    }

    /**
     * The next codes of a promotion in alphabetical order.
     *
     * @param after the last code of the page before; empty for the first page
     * @param used whether an order has used them; null for all
     */
    List<CodeRow> listCodes(PromotionId promotion, String after, @Nullable Boolean used, int limit) {
        return sql.query("""
                        SELECT code, order_id, created_at, redeemed_at
                          FROM promotion.code
                         WHERE promotion_id = :promotion AND code > :after
                           AND (cast(:used AS boolean) IS NULL OR (order_id IS NOT NULL) = cast(:used AS boolean))
                         ORDER BY code LIMIT :limit
                        """, CodeRow.class)
                .setParameter("promotion", promotion.value())
                .setParameter("after", after)
                .setParameter("used", used)
                .setParameter("limit", limit)
                .getResultList();
    }

    /**
     * Deletes the codes of a promotion that no order has used.
     *
     * @return their number
     */
    int deleteUnusedCodes(PromotionId promotion) {
        return sql.update("DELETE FROM promotion.code WHERE promotion_id = :promotion AND order_id IS NULL")
                .setParameter("promotion", promotion.value())
                .executeUpdate();
    }
}
