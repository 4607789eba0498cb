package io.fondaco.catalog;

import io.fondaco.platform.cache.CachedRoute;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** The shoppers' pages that are kept in the cache. */
final class CatalogPages {
    static final String PRODUCTS = "/store/v1/products";
    static final String PRODUCT = PRODUCTS + "/{product}";
    static final String CATEGORIES = "/store/v1/categories";

    @Produces
    @Singleton
    static CachedRoute products() {
        return new CachedRoute(PRODUCTS, List.of("limit", "cursor", "category", "sort", "currency"));
    }

    @Produces
    @Singleton
    static CachedRoute product() {
        return new CachedRoute(PRODUCT, List.of("currency"));
    }

    @Produces
    @Singleton
    static CachedRoute categories() {
        return new CachedRoute(CATEGORIES, List.of());
    }
}
