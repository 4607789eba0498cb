package io.fondaco.catalog;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.identity.Secret;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What shoppers' pages are made of. A page carries the tags of all that it shows and of what would bring something else
 * onto it; a change tells the tags of what it changes. So a new price drops the product, the lists that show it, and the
 * lists by price that it comes into; no other.
 */
final class CatalogCacheTags {
    /** The tree: which categories there are, and what lies below what. */
    static final CacheTag CATEGORIES = new CacheTag("categories");

    /** Which products are in the shop, and in which categories. */
    static final CacheTag LISTINGS = new CacheTag("listings");

    /** In which order their titles put them. */
    static final CacheTag TITLES = new CacheTag("listings-by-title");

    private static final int SLUG_HASH_BYTES = 8;

    /** Bands of prices, of so many bits each: from 2.56 to 167,772.16 of a currency with cents. */
    private static final int[] PRICE_BAND_BITS = {8, 12, 16, 20, 24};

    private static final int MAX_PRICE_BANDS = 8;

    private CatalogCacheTags() {}

    static CacheTag product(UUID id) {
        return new CacheTag(new ProductId(id).toString());
    }

    static CacheTag category(UUID id) {
        return new CacheTag(new CategoryId(id).toString());
    }

    /** What becomes of a slug that names nothing. */
    static CacheTag slug(String slug) {
        return new CacheTag("slug-" + HexFormat.of().formatHex(Secret.hash(slug), 0, SLUG_HASH_BYTES));
    }

    /** Everything that a product's own page and its entry in a list show. */
    static Set<CacheTag> ofProduct(ProductRow row) {
        Set<CacheTag> tags = new HashSet<>();
        tags.add(product(row.id()));
        row.categories().forEach(category -> tags.add(category(category.id())));
        return tags;
    }

    /** Lists that a product comes into, or leaves, or in which it moves. */
    static Set<CacheTag> ofListingChange(Optional<ProductRow> before, ProductRow after) {
        Set<CacheTag> tags = new HashSet<>();
        boolean wasListed = before.filter(CatalogCacheTags::isListed).isPresent();
        if (wasListed != isListed(after)) {
            tags.add(LISTINGS);
        } else if (wasListed && !before.orElseThrow().title().equals(after.title())) {
            tags.add(TITLES);
        }
        return tags;
    }

    static boolean isListed(ProductRow row) {
        return row.status() == ProductStatus.ACTIVE;
    }

    /** Lists by price that a product with this price comes into. */
    static Set<CacheTag> ofPrice(String currency, long amount) {
        Set<CacheTag> tags = new HashSet<>();
        tags.add(anyPrice(currency));
        for (int bits : PRICE_BAND_BITS) {
            tags.add(priceBand(currency, bits, amount >> bits));
        }
        return tags;
    }

    /**
     * A list by price that holds what lies between these two, both included: in bands so broad that a few cover it.
     *
     * @param highest {@link Long#MAX_VALUE} for a list that is open above; any price concerns it
     */
    static Set<CacheTag> ofPriceRange(String currency, long lowest, long highest) {
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
