package io.fondaco.pricing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.pricing.PricingStatements.PriceRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Prices in Postgres. A read is one statement. A change of any number of prices is two statements, plus those of the
 * catalog.
 */
@ApplicationScoped
class PostgresPricing implements Pricing {
    private final PricingStatements statements;
    private final Catalog catalog;

    PostgresPricing(PricingStatements statements, Catalog catalog) {
        this.statements = statements;
        this.catalog = catalog;
    }

    @Override
    public Map<VariantId, VariantPrice> findPrices(String currency, Collection<VariantId> variants) {
        Map<VariantId, VariantPrice> prices = new HashMap<>();
        for (PriceRow row : statements.listPrices(variants, currency)) {
            prices.put(new VariantId(row.variantId()), row.toPrice());
        }
        return prices;
    }

    @Override
    public Map<VariantId, List<VariantPrice>> findAllPrices(Collection<VariantId> variants) {
        Map<VariantId, List<VariantPrice>> prices = new HashMap<>();
        for (PriceRow row : statements.listPrices(variants)) {
            prices.computeIfAbsent(new VariantId(row.variantId()), _ -> new ArrayList<>())
                    .add(row.toPrice());
        }
        return prices;
    }

    @Override
    @Transactional
    public Map<VariantId, Boolean> savePrices(Map<VariantId, List<VariantPrice>> prices) {
        Set<VariantId> changed = statements.upsertPrices(prices);
        if (!changed.isEmpty()) {
            catalog.pricesChanged(findAllPrices(changed));
        }
        Map<VariantId, Boolean> changedByVariant = new LinkedHashMap<>();
        prices.keySet().forEach(variant -> changedByVariant.put(variant, changed.contains(variant)));
        return changedByVariant;
    }
}
