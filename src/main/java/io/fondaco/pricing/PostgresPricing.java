package io.fondaco.pricing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.money.Money;
import io.fondaco.pricing.PricingStatements.AnyPriceRow;
import io.fondaco.pricing.PricingStatements.PriceRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Prices in Postgres. A read is one statement. A change of any number of base prices is two statements, plus those of
 * the catalog.
 */
@ApplicationScoped
class PostgresPricing implements Pricing, EventTypeRegistry.EventTypeProvider {
    /** The only key of the cache of lists: there are few, and a cart may need any of them. */
    private static final String ALL = "all";

    private final PricingStatements statements;
    private final PriceListRepository lists;
    private final ListPriceService listPrices;
    private final PublicPriceFinder publicPrices;
    private final CurrencyRoundings roundings;
    private final Catalog catalog;
    private final ObjectCache<String, PriceLists> listCache = new ObjectCache<>(1);

    PostgresPricing(
            PricingStatements statements,
            PriceListRepository lists,
            ListPriceService listPrices,
            PublicPriceFinder publicPrices,
            CurrencyRoundings roundings,
            Catalog catalog) {
        this.statements = statements;
        this.lists = lists;
        this.listPrices = listPrices;
        this.publicPrices = publicPrices;
        this.roundings = roundings;
        this.catalog = catalog;
    }

    @Override
    public Class<PriceListEvent> events() {
        return PriceListEvent.class;
    }

    @Override
    public Map<VariantId, List<VariantPrice>> findAllPrices(Collection<VariantId> variants) {
        Map<VariantId, List<VariantPrice>> prices = new HashMap<>();
        for (PriceRow row : statements.listBasePrices(variants)) {
            prices.computeIfAbsent(new VariantId(row.variantId()), _ -> new ArrayList<>())
                    .add(row.toPrice());
        }
        return prices;
    }

    @Override
    public Map<VariantId, VariantPrices> findVariantPrices(Collection<VariantId> variants) {
        Map<UUID, List<AnyPriceRow>> rows =
                statements.listAllPrices(variants).stream().collect(Collectors.groupingBy(AnyPriceRow::variantId));
        Map<VariantId, VariantPrices> prices = new HashMap<>();
        rows.forEach((variant, found) -> prices.put(
                new VariantId(variant),
                new VariantPrices(
                        found.stream()
                                .filter(row -> row.listId() == null)
                                .collect(Collectors.toMap(AnyPriceRow::currency, AnyPriceRow::toBasePrice)),
                        found.stream()
                                .flatMap(row -> row.toListPrice().stream())
                                .toList())));
        return prices;
    }

    @Override
    public PriceLists priceLists(CachedReads reads) {
        return reads.get(listCache, ALL, _ -> new Loaded<>(loadLists(), Set.of(PriceListService.RULES)))
                .orElse(PriceLists.NONE);
    }

    private PriceLists loadLists() {
        return new PriceLists(lists.listEvery().stream().map(PriceList::toRules).toList());
    }

    @Override
    public PublicPrices findPublicPrices(
            String currency, Optional<String> country, Instant at, Collection<VariantId> variants) {
        return publicPrices.find(currency, country, at, variants);
    }

    @Override
    public long roundingFor(Money total, CachedReads reads) {
        return roundings.roundingFor(total, reads);
    }

    @Override
    public List<PriceListName> listPriceListNames() {
        return lists.listEvery().stream()
                .map(list -> new PriceListName(list.id(), list.name(), list.currency()))
                .toList();
    }

    @Override
    @Transactional
    public List<ListPriceResult> saveListPrices(PriceListId list, List<ListPriceRow> rows, boolean dryRun) {
        return listPrices.save(list, rows, dryRun);
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
