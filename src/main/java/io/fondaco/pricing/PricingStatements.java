package io.fondaco.pricing;

import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.sql.SqlQuery;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The native SQL of prices: reads and writes of sets, each one statement for any number of variants. */
@ApplicationScoped
class PricingStatements {
    /** The array is wrapped in a subquery, so that PostgreSQL uses a generic plan. */
    private static final String SELECT_PRICES = """
            SELECT variant_id, currency, amount, compare_at FROM pricing.price
             WHERE variant_id = ANY (ARRAY (SELECT unnest(cast(:variants AS uuid[]))))
            """;

    private static final String UPSERT_PRICES = """
            INSERT INTO pricing.price AS p (variant_id, currency, amount, compare_at)
            SELECT n.variant_id, n.currency, n.amount, n.compare_at
              FROM unnest(cast(:variants AS uuid[]), cast(:currencies AS text[]), cast(:amounts AS bigint[]),
                          cast(:compareAts AS bigint[]))
                   AS n (variant_id, currency, amount, compare_at)
             ORDER BY n.variant_id, n.currency
            ON CONFLICT (variant_id, currency) DO UPDATE
               SET amount = excluded.amount, compare_at = excluded.compare_at, updated_at = now()
             WHERE (p.amount, p.compare_at) IS DISTINCT FROM (excluded.amount, excluded.compare_at)
            RETURNING variant_id
            """;

    private final Sql sql;

    PricingStatements(Sql sql) {
        this.sql = sql;
    }

    record PriceRow(
            UUID variantId,
            String currency,
            long amount,
            @Nullable Long compareAt) {
        VariantPrice toPrice() {
            return new VariantPrice(
                    Money.of(amount, currency), Optional.ofNullable(compareAt).map(value -> Money.of(value, currency)));
        }
    }

    private record ChangedRow(UUID variantId) {}

    /** The prices in all currencies, ordered by variant and currency. */
    List<PriceRow> listPrices(Collection<VariantId> variants) {
        return selectPrices(variants, " ORDER BY variant_id, currency").getResultList();
    }

    List<PriceRow> listPrices(Collection<VariantId> variants, String currency) {
        return selectPrices(variants, " AND currency = :currency")
                .setParameter("currency", currency)
                .getResultList();
    }

    private SqlQuery<PriceRow> selectPrices(Collection<VariantId> variants, String rest) {
        return sql.query(SELECT_PRICES + rest, PriceRow.class)
                .setParameter(
                        "variants", variants.stream().map(VariantId::value).toArray(UUID[]::new));
    }

    /** @return the variants of which a price has changed */
    Set<VariantId> upsertPrices(Map<VariantId, List<VariantPrice>> prices) {
        List<UUID> variants = new ArrayList<>();
        List<String> currencies = new ArrayList<>();
        List<Long> amounts = new ArrayList<>();
        List<@Nullable Long> compareAts = new ArrayList<>();
        prices.forEach((variant, variantPrices) -> variantPrices.forEach(variantPrice -> {
            variants.add(variant.value());
            currencies.add(variantPrice.price().currency());
            amounts.add(variantPrice.price().amount());
            compareAts.add(variantPrice.compareAt().map(Money::amount).orElse(null));
        }));
        Set<VariantId> changed = new HashSet<>();
        sql.query(UPSERT_PRICES, ChangedRow.class)
                .setParameter("variants", variants.toArray(UUID[]::new))
                .setParameter("currencies", currencies.toArray(String[]::new))
                .setParameter("amounts", amounts.toArray(Long[]::new))
                .setParameter("compareAts", compareAts.toArray(Long[]::new))
                .getResultList()
                .forEach(row -> changed.add(new VariantId(row.variantId())));
        return changed;
    }
}
