package io.fondaco.shipping;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;

/**
 * {@link Shipping}. All zones, methods and profiles are one object of the cache. Triggers of their tables publish its
 * tag, so that changes by SQL, as shops make them in bulk, are seen like those of the admin API.
 */
@ApplicationScoped
class QuoteService implements Shipping {
    private static final String ALL_RULES = "all";
    private static final Set<CacheTag> TAGS = Set.of(new CacheTag("shipping-rules"));

    private final ZoneRepository zones;
    private final MethodRepository methods;
    private final ProfileRepository profiles;
    private final LiveRates liveRates;
    private final ShippingSettings settings;
    private final ObjectCache<String, ShippingRules> cache = new ObjectCache<>(1);

    QuoteService(
            ZoneRepository zones,
            MethodRepository methods,
            ProfileRepository profiles,
            LiveRates liveRates,
            ShippingSettings settings) {
        this.zones = zones;
        this.methods = methods;
        this.profiles = profiles;
        this.liveRates = liveRates;
        this.settings = settings;
    }

    @Override
    public List<ShippingQuote> listQuotes(ShippingRequest request, CachedReads reads) {
        ShippingRules rules = reads.get(cache, ALL_RULES, _ -> load()).orElseThrow();
        LiveRates.Lookup lookup = liveRates.lookup();
        List<ShippingQuote> quotes = new QuoteCalculator(rules, request, settings.free(), lookup).quotes();
        return lookup.fetchMissing()
                ? new QuoteCalculator(rules, request, settings.free(), liveRates.lookup()).quotes()
                : quotes;
    }

    @Override
    public Set<String> unknownProfiles(Set<String> codes) {
        return profiles.unknown(codes);
    }

    private Loaded<ShippingRules> load() {
        return new Loaded<>(ShippingRules.of(zones.listZones(), methods.listMethods(), profiles.listProfiles()), TAGS);
    }
}
