package io.fondaco.pricing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Prices in Postgres. A read is one statement. A change of any number of prices is two statements, plus those of the
 * catalog.
 */
@ApplicationScoped
class PostgresPricing implements Pricing {
    private final EntityManager entities;
    private final Catalog catalog;

    PostgresPricing(EntityManager entities, Catalog catalog) {
        this.entities = entities;
        this.catalog = catalog;
    }

    @Override
    public Map<VariantId, VariantPrice> findPrices(String currency, Collection<VariantId> variants) {
        Map<VariantId, VariantPrice> prices = new HashMap<>();
        selectPrices(variants, Optional.of(currency))
                .forEach((variant, variantPrices) -> prices.put(variant, variantPrices.getFirst()));
        return prices;
    }

    @Override
    public Map<VariantId, List<VariantPrice>> findAllPrices(Collection<VariantId> variants) {
        return selectPrices(variants, Optional.empty());
    }

    private Map<VariantId, List<VariantPrice>> selectPrices(Collection<VariantId> variants, Optional<String> currency) {
        return session().doReturningWork(connection -> {
            Map<VariantId, List<VariantPrice>> prices = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT variant_id, currency, amount, compare_at FROM pricing.price
                     WHERE variant_id = ANY (ARRAY (SELECT unnest(?::uuid[]))) AND currency = coalesce(?, currency)
                     ORDER BY variant_id, currency
                    """)) {
                select.setArray(1, connection.createArrayOf("uuid", ids(variants)));
                select.setString(2, currency.orElse(null));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        prices.computeIfAbsent(new VariantId(rows.getObject(1, UUID.class)), _ -> new ArrayList<>())
                                .add(mapRow(rows));
                    }
                }
            }
            return prices;
        });
    }

    private static VariantPrice mapRow(ResultSet row) throws SQLException {
        String currency = row.getString("currency");
        Long compareAt = row.getObject("compare_at", Long.class);
        return new VariantPrice(
                Money.of(row.getLong("amount"), currency),
                Optional.ofNullable(compareAt).map(amount -> Money.of(amount, currency)));
    }

    @Override
    @Transactional
    public Map<VariantId, Boolean> savePrices(Map<VariantId, List<VariantPrice>> prices) {
        Set<VariantId> changed = new HashSet<>(session().doReturningWork(connection -> {
            List<VariantId> changedIds = new ArrayList<>();
            List<UUID> variants = new ArrayList<>();
            List<String> currencies = new ArrayList<>();
            List<Long> amounts = new ArrayList<>();
            List<Long> compareAts = new ArrayList<>();
            prices.forEach((variant, variantPrices) -> variantPrices.forEach(variantPrice -> {
                variants.add(variant.value());
                currencies.add(variantPrice.price().currency());
                amounts.add(variantPrice.price().amount());
                compareAts.add(variantPrice.compareAt().map(Money::amount).orElse(null));
            }));
            try (PreparedStatement upsert = connection.prepareStatement("""
                    INSERT INTO pricing.price AS p (variant_id, currency, amount, compare_at)
                    SELECT n.variant_id, n.currency, n.amount, n.compare_at
                      FROM unnest(?::uuid[], ?::text[], ?::bigint[], ?::bigint[])
                           AS n (variant_id, currency, amount, compare_at)
                     ORDER BY n.variant_id, n.currency
                    ON CONFLICT (variant_id, currency) DO UPDATE
                       SET amount = excluded.amount, compare_at = excluded.compare_at, updated_at = now()
                     WHERE (p.amount, p.compare_at) IS DISTINCT FROM (excluded.amount, excluded.compare_at)
                    RETURNING variant_id
                    """)) {
                upsert.setArray(1, connection.createArrayOf("uuid", variants.toArray()));
                upsert.setArray(2, connection.createArrayOf("text", currencies.toArray()));
                upsert.setArray(3, connection.createArrayOf("bigint", amounts.toArray()));
                upsert.setArray(4, connection.createArrayOf("bigint", compareAts.toArray()));
                try (ResultSet rows = upsert.executeQuery()) {
                    while (rows.next()) {
                        changedIds.add(new VariantId(rows.getObject(1, UUID.class)));
                    }
                }
            }
            return changedIds;
        }));
        if (!changed.isEmpty()) {
            catalog.pricesChanged(findAllPrices(changed));
        }
        Map<VariantId, Boolean> changedByVariant = new LinkedHashMap<>();
        prices.keySet().forEach(variant -> changedByVariant.put(variant, changed.contains(variant)));
        return changedByVariant;
    }

    private static Object[] ids(Collection<VariantId> variants) {
        return variants.stream().map(VariantId::value).toArray();
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
