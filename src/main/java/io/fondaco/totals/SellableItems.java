package io.fondaco.totals;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.CatalogCacheTags;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.pricing.Pricing;
import io.fondaco.pricing.VariantPrices;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What carts sell: variants with their prices, by SKU. */
@ApplicationScoped
public class SellableItems {
    private static final int MAX_CACHED = 50_000;

    private final Catalog catalog;
    private final Pricing pricing;
    private final ObjectCache<String, SellableItem> cache = new ObjectCache<>(MAX_CACHED);

    SellableItems(Catalog catalog, Pricing pricing) {
        this.catalog = catalog;
        this.pricing = pricing;
    }

    /** The items with these SKUs; unknown SKUs are missing. Two statements for those that are not cached. */
    public Map<String, SellableItem> find(Collection<String> skus, CachedReads reads) {
        return reads.getAll(cache, skus, this::load);
    }

    private Map<String, Loaded<SellableItem>> load(List<String> skus) {
        Collection<SellableVariant> variants = catalog.variantsBySku(skus).values();
        if (variants.isEmpty()) {
            return Map.of();
        }
        Map<VariantId, VariantPrices> prices = pricing.findVariantPrices(
                variants.stream().map(SellableVariant::id).toList());
        return variants.stream()
                .map(variant -> new SellableItem(variant, prices.getOrDefault(variant.id(), VariantPrices.NONE)))
                .collect(Collectors.toMap(item -> item.variant().sku(), SellableItems::withTags));
    }

    private static Loaded<SellableItem> withTags(SellableItem item) {
        return new Loaded<>(item, Set.of(CatalogCacheTags.product(item.variant().productId())));
    }
}
