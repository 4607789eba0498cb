package io.fondaco.catalog;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.identity.Secret;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * The cache tags of the storefront. A cached response has the tags of everything that it shows and of everything that
 * could add something to it; a change invalidates the tags of what it changes. So a new price drops the product, the
 * lists that show it, and the lists by price that the product can enter; no other.
 */
public final class CatalogCacheTags {
    /** The category tree: its nodes and their parents. */
    public static final CacheTag CATEGORIES = new CacheTag("categories");

    /** The set of listed products, and their categories. */
    public static final CacheTag LISTINGS = new CacheTag("listings");

    /** The order of listed products by title. */
    public static final CacheTag TITLES = new CacheTag("listings-by-title");

    private static final int SLUG_HASH_BYTES = 8;

    /** Widths of price bands in bits of minor units: from 2.56 to 167,772.16 in a currency with cents. */
    private static final int[] PRICE_BAND_BITS = {8, 12, 16, 20, 24};

    private static final int MAX_PRICE_BANDS = 8;

    private CatalogCacheTags() {}

    public static CacheTag product(ProductId id) {
        return new CacheTag(id.toString());
    }

    static CacheTag category(CategoryId id) {
        return new CacheTag(id.toString());
    }

    /** Tag of the "not found" response for a slug, which is invalidated when a product gets the slug. */
    public static CacheTag slug(String slug) {
        return new CacheTag("slug-" + HexFormat.of().formatHex(Secret.hash(slug), 0, SLUG_HASH_BYTES));
    }

    /** The tags of what a product's page, or its entry in a list, shows. */
    public static Set<CacheTag> ofProduct(Product row) {
        Set<CacheTag> tags = new HashSet<>();
        tags.add(product(new ProductId(row.id())));
        row.categories().forEach(category -> tags.add(category(category.id())));
        return tags;
    }

    /** The tags of lists that a product enters or leaves, or in which it changes its position. */
    static Set<CacheTag> ofListingChange(Optional<Product> before, Product after) {
        Set<CacheTag> tags = new HashSet<>();
        boolean wasListed = before.filter(CatalogCacheTags::isListed).isPresent();
        if (wasListed != isListed(after)) {
            tags.add(LISTINGS);
        } else if (wasListed && !before.orElseThrow().title().equals(after.title())) {
            tags.add(TITLES);
        }
        return tags;
    }

    static boolean isListed(Product row) {
        return row.status() == ProductStatus.ACTIVE;
    }

    /** The tags of lists by price that a product with this price can enter. */
    static Set<CacheTag> ofPrice(String currency, long amount) {
        Set<CacheTag> tags = new HashSet<>();
        tags.add(anyPrice(currency));
        for (int bits : PRICE_BAND_BITS) {
            tags.add(priceBand(currency, bits, amount >> bits));
        }
        return tags;
    }

    /**
     * The tags of a list by price that covers a range: the narrowest bands of which at most {@link #MAX_PRICE_BANDS}
     * cover it, or else the tag of any price in the currency.
     *
     * @param lowest inclusive
     * @param highest inclusive; {@link Long#MAX_VALUE} for a list without an upper limit, which any price may
     *     invalidate
     */
    public static Set<CacheTag> ofPriceRange(String currency, long lowest, long highest) {
        for (int bits : PRICE_BAND_BITS) {
            long first = lowest >> bits;
            long last = highest >> bits;
            if (last - first < MAX_PRICE_BANDS) {
                Set<CacheTag> tags = new HashSet<>();
                for (long band = first; band <= last; band++) {
                    tags.add(priceBand(currency, bits, band));
                }
                return tags;
            }
        }
        return Set.of(anyPrice(currency));
    }

    private static CacheTag anyPrice(String currency) {
        return new CacheTag("price-" + currency);
    }

    private static CacheTag priceBand(String currency, int bits, long band) {
        return new CacheTag("price-%s-%d-%d".formatted(currency, bits, band));
    }
}
