package io.fondaco.pricing;

import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.Sql;
import io.fondaco.pricing.PriceHistory.PastPrice;
import io.fondaco.pricing.PriceLists.PriceListRules;
import io.fondaco.pricing.VariantPrices.ListPrice;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The native SQL that reads prices, and writes base prices: each one statement for any number of variants. */
@ApplicationScoped
class PricingStatements {
    /** The array is wrapped in a subquery, so that PostgreSQL uses a generic plan. */
    private static final String ANY_VARIANT = "ANY (ARRAY (SELECT unnest(cast(:variants AS uuid[]))))";

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

    private static final String SELECT_ALL = """
            SELECT variant_id, currency, amount, compare_at, cast(NULL AS uuid) AS list_id,
                   cast(NULL AS int) AS min_quantity
              FROM pricing.price WHERE variant_id = %1$s
            UNION ALL
            SELECT lp.variant_id, l.currency, lp.amount, NULL, lp.list_id, lp.min_quantity
              FROM pricing.list_price lp JOIN pricing.price_list l ON l.id = lp.list_id
             WHERE lp.variant_id = %1$s AND l.deleted_at IS NULL
            """.formatted(ANY_VARIANT);

    private static final String SELECT_PUBLIC = """
            SELECT variant_id, amount, compare_at, cast(NULL AS uuid) AS list_id, NULL AS name,
                   cast(NULL AS json) AS countries, 0 AS priority, cast(NULL AS timestamptz) AS valid_from,
                   cast(NULL AS timestamptz) AS valid_until, cast(NULL AS boolean) AS tax_included,
                   cast(NULL AS timestamptz) AS created_at
              FROM pricing.price WHERE variant_id = %1$s AND currency = :currency
            UNION ALL
            SELECT lp.variant_id, lp.amount, NULL, l.id, l.name, to_json(l.countries), l.priority, l.valid_from,
                   l.valid_until, l.tax_included, l.created_at
              FROM pricing.list_price lp JOIN pricing.price_list l ON l.id = lp.list_id
             WHERE lp.variant_id = %1$s AND lp.min_quantity = 1
               AND l.currency = :currency AND l.customer_group IS NULL AND l.deleted_at IS NULL
            """.formatted(ANY_VARIANT);

    /** Null arguments of greatest and least are ignored. */
    private static final String SELECT_HISTORY = """
            SELECT variant_id, list_id, amount, compare_at, priority, list_created_at, since, until
              FROM (SELECT h.variant_id, h.list_id, h.amount, h.compare_at, coalesce(r.priority, 0) AS priority,
                           r.list_created_at,
                           greatest(h.valid_from, r.valid_from, r.window_from) AS since,
                           least(h.valid_until, r.valid_until, r.window_until) AS until
                      FROM pricing.price_history h
                      LEFT JOIN pricing.price_list_history r ON r.list_id = h.list_id
                     WHERE h.variant_id = %s AND h.currency = :currency
                       AND (h.list_id IS NULL
                            OR (r.customer_group IS NULL
                                AND (r.countries = '{}' OR :country = ANY (r.countries))))) AS past
             WHERE since < until OR until IS NULL
            """.formatted(ANY_VARIANT);

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
            return variantPrice(amount, compareAt, currency);
        }
    }

    /**
     * A base price or a list price.
     *
     * @param listId null with {@code minQuantity} for a base price
     */
    record AnyPriceRow(
            UUID variantId,
            String currency,
            long amount,
            @Nullable Long compareAt,
            @Nullable UUID listId,
            @Nullable Integer minQuantity) {
        VariantPrice toBasePrice() {
            return variantPrice(amount, compareAt, currency);
        }

        /** Empty for a base price. */
        Optional<ListPrice> toListPrice() {
            return listId == null || minQuantity == null
                    ? Optional.empty()
                    : Optional.of(new ListPrice(new PriceListId(listId), minQuantity, Money.of(amount, currency)));
        }
    }

    /**
     * A price of one unit for everyone, with the rules of its list.
     *
     * @param listId null with the columns of the list for a base price
     */
    record PublicPriceRow(
            UUID variantId,
            long amount,
            @Nullable Long compareAt,
            @Nullable UUID listId,
            @Nullable String name,
            @Nullable List<String> countries,
            int priority,
            @Nullable Instant validFrom,
            @Nullable Instant validUntil,
            @Nullable Boolean taxIncluded,
            @Nullable Instant createdAt) {
        VariantPrice toBasePrice(String currency) {
            return variantPrice(amount, compareAt, currency);
        }

        /** Empty for a base price. */
        Optional<ListPrice> toListPrice(String currency) {
            return listId == null
                    ? Optional.empty()
                    : Optional.of(new ListPrice(new PriceListId(listId), 1, Money.of(amount, currency)));
        }

        /** Empty for a base price. */
        Optional<PriceListRules> toRules(String currency) {
            return listId == null || name == null || countries == null || createdAt == null
                    ? Optional.empty()
                    : Optional.of(new PriceListRules(
                            new PriceListId(listId),
                            name,
                            currency,
                            null,
                            Set.copyOf(countries),
                            priority,
                            validFrom,
                            validUntil,
                            taxIncluded,
                            createdAt));
        }
    }

    /**
     * A price that one unit of a variant had for everyone.
     *
     * @param listCreatedAt null for a base price
     */
    record PastPriceRow(
            UUID variantId,
            @Nullable UUID listId,
            long amount,
            @Nullable Long compareAt,
            int priority,
            @Nullable Instant listCreatedAt,
            Instant since,
            @Nullable Instant until) {
        PastPrice toPastPrice() {
            return new PastPrice(
                    listId == null ? null : new PriceListId(listId),
                    amount,
                    compareAt,
                    priority,
                    listCreatedAt == null ? Instant.EPOCH : listCreatedAt,
                    since,
                    until);
        }
    }

    private record ChangedRow(UUID variantId) {}

    private static VariantPrice variantPrice(long amount, @Nullable Long compareAt, String currency) {
        return new VariantPrice(
                Money.of(amount, currency), Optional.ofNullable(compareAt).map(value -> Money.of(value, currency)));
    }

    /** The base prices in all currencies, ordered by variant and currency. */
    List<PriceRow> listBasePrices(Collection<VariantId> variants) {
        return sql.query(
                        "SELECT variant_id, currency, amount, compare_at FROM pricing.price WHERE variant_id = "
                                + ANY_VARIANT + " ORDER BY variant_id, currency",
                        PriceRow.class)
                .setParameter("variants", uuids(variants))
                .getResultList();
    }

    /** The base prices and the prices of all lists, in all currencies. */
    List<AnyPriceRow> listAllPrices(Collection<VariantId> variants) {
        return sql.query(SELECT_ALL, AnyPriceRow.class)
                .setParameter("variants", uuids(variants))
                .getResultList();
    }

    /** The prices of one unit in the currency: base prices, and those of lists without a customer group. */
    List<PublicPriceRow> listPublicPrices(Collection<VariantId> variants, String currency) {
        return sql.query(SELECT_PUBLIC, PublicPriceRow.class)
                .setParameter("variants", uuids(variants))
                .setParameter("currency", currency)
                .getResultList();
    }

    /**
     * The past and current prices of one unit in the currency, base prices and those of lists without a customer group.
     *
     * @param country prices of lists with countries are returned only if they have this one
     */
    List<PastPriceRow> listPriceHistory(Collection<VariantId> variants, String currency, Optional<String> country) {
        return sql.query(SELECT_HISTORY, PastPriceRow.class)
                .setParameter("variants", uuids(variants))
                .setParameter("currency", currency)
                .setParameter("country", country.orElse(""))
                .getResultList();
    }

    private static UUID[] uuids(Collection<VariantId> variants) {
        return variants.stream().map(VariantId::value).toArray(UUID[]::new);
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
