package io.fondaco.pricing;

import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The native SQL of the prices in price lists, and of what the cleanup job deletes. Each method is one statement. */
@ApplicationScoped
class ListPriceStatements {
    private final Sql sql;

    ListPriceStatements(Sql sql) {
        this.sql = sql;
    }

    /** A tier of a variant in a list, with the price of one unit in minor units. */
    record TierRow(UUID variantId, int minQuantity, long amount) {}

    /** The tiers of these variants in the list. */
    List<TierRow> listTiers(PriceListId list, Collection<UUID> variants) {
        return sql.query("""
                        SELECT variant_id, min_quantity, amount FROM pricing.list_price
                         WHERE list_id = :list AND variant_id = ANY (cast(:variants AS uuid[]))
                        """, TierRow.class)
                .setParameter("list", list.value())
                .setParameter("variants", variants.toArray(UUID[]::new))
                .getResultList();
    }

    /** The next tiers of the list after this one, in the order of the variant ids. */
    List<TierRow> listTiersAfter(PriceListId list, UUID variant, int minQuantity, int limit) {
        return sql.query("""
                        SELECT variant_id, min_quantity, amount FROM pricing.list_price
                         WHERE list_id = :list AND (variant_id, min_quantity) > (:variant, :minQuantity)
                         ORDER BY variant_id, min_quantity LIMIT :limit
                        """, TierRow.class)
                .setParameter("list", list.value())
                .setParameter("variant", variant)
                .setParameter("minQuantity", minQuantity)
                .setParameter("limit", limit)
                .getResultList();
    }

    /** Inserts or updates tiers, each once. */
    void upsertTiers(PriceListId list, List<TierRow> tiers) {
        sql.update("""
                        INSERT INTO pricing.list_price AS p (list_id, variant_id, min_quantity, amount)
                        SELECT cast(:list AS uuid), n.variant_id, n.min_quantity, n.amount
                          FROM unnest(cast(:variants AS uuid[]), cast(:minQuantities AS int[]),
                                      cast(:amounts AS bigint[])) AS n (variant_id, min_quantity, amount)
                         ORDER BY n.variant_id, n.min_quantity
                        ON CONFLICT (list_id, variant_id, min_quantity) DO UPDATE SET amount = excluded.amount
                         WHERE p.amount <> excluded.amount
                        """)
                .setParameter("list", list.value())
                .setParameter("variants", tiers.stream().map(TierRow::variantId).toArray(UUID[]::new))
                .setParameter(
                        "minQuantities",
                        tiers.stream().map(TierRow::minQuantity).toArray(Integer[]::new))
                .setParameter("amounts", tiers.stream().map(TierRow::amount).toArray(Long[]::new))
                .executeUpdate();
    }

    /** Deletes tiers, whatever their amounts; locks them in the order in which {@link #upsertTiers} does. */
    void deleteTiers(PriceListId list, List<TierRow> tiers) {
        sql.update("""
                        WITH locked AS (
                            SELECT p.variant_id, p.min_quantity
                              FROM pricing.list_price p
                              JOIN unnest(cast(:variants AS uuid[]), cast(:minQuantities AS int[]))
                                   AS n (variant_id, min_quantity)
                                ON n.variant_id = p.variant_id AND n.min_quantity = p.min_quantity
                             WHERE p.list_id = :list
                             ORDER BY p.variant_id, p.min_quantity FOR UPDATE OF p
                        )
                        DELETE FROM pricing.list_price p USING locked l
                         WHERE p.list_id = :list AND p.variant_id = l.variant_id AND p.min_quantity = l.min_quantity
                        """)
                .setParameter("list", list.value())
                .setParameter("variants", tiers.stream().map(TierRow::variantId).toArray(UUID[]::new))
                .setParameter(
                        "minQuantities",
                        tiers.stream().map(TierRow::minQuantity).toArray(Integer[]::new))
                .executeUpdate();
    }

    /** Deletes up to {@code limit} prices of deleted lists. @return how many */
    int deletePricesOfDeletedLists(int limit) {
        return sql.update("""
                        DELETE FROM pricing.list_price
                         WHERE ctid = ANY (ARRAY (
                               SELECT p.ctid FROM pricing.list_price p
                                 JOIN pricing.price_list l ON l.id = p.list_id AND l.deleted_at IS NOT NULL
                                LIMIT :limit))
                        """).setParameter("limit", limit).executeUpdate();
    }

    /** Deletes up to {@code limit} past prices that ended longer ago than this. @return how many */
    int deletePastPrices(Duration age, int limit) {
        return sql.update("""
                        DELETE FROM pricing.price_history
                         WHERE id = ANY (ARRAY (
                               SELECT id FROM pricing.price_history
                                WHERE valid_until < now() - make_interval(secs => :seconds)
                                LIMIT :limit))
                        """)
                .setParameter("seconds", Seconds.of(age))
                .setParameter("limit", limit)
                .executeUpdate();
    }
}
