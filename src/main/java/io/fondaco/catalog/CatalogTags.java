package io.fondaco.catalog;

import io.fondaco.platform.cache.Tag;
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
final class CatalogTags {
    /** The tree: which categories there are, and what lies below what. */
    static final Tag CATEGORIES = new Tag("categories");

    /** Which products are in the shop, and in which categories. */
    static final Tag LISTINGS = new Tag("listings");

    /** In which order their titles put them. */
    static final Tag TITLES = new Tag("listings-by-title");

    private static final int NAME_BYTES = 8;

    /** Bands of prices, of so many bits each: from 2.56 to 167,772.16 of a currency with cents. */
    private static final int[] BAND_BITS = {8, 12, 16, 20, 24};

    private static final int MOST_BANDS = 8;

    private CatalogTags() {}

    static Tag product(UUID id) {
        return new Tag(new ProductId(id).toString());
    }

    static Tag category(UUID id) {
        return new Tag(new CategoryId(id).toString());
    }

    /** What becomes of a slug that names nothing. */
    static Tag slug(String slug) {
        return new Tag("slug-" + HexFormat.of().formatHex(Secret.hash(slug), 0, NAME_BYTES));
    }

    /** Everything that a product's own page and its entry in a list show. */
    static Set<Tag> shown(ProductRow row) {
        Set<Tag> tags = new HashSet<>();
        tags.add(product(row.id()));
        row.categories().forEach(category -> tags.add(category(category.id())));
        return tags;
    }

    /** Lists that a product comes into, or leaves, or in which it moves. */
    static Set<Tag> moved(Optional<ProductRow> before, ProductRow after) {
        Set<Tag> tags = new HashSet<>();
        boolean wasListed = before.filter(CatalogTags::isListed).isPresent();
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
    static Set<Tag> atPrice(String currency, long amount) {
        Set<Tag> tags = new HashSet<>();
        tags.add(anyPrice(currency));
        for (int bits : BAND_BITS) {
            tags.add(band(currency, bits, amount >> bits));
        }
        return tags;
    }

    /**
     * A list by price that holds what lies between these two, both included: in bands so broad that a few cover it.
     *
     * @param highest {@link Long#MAX_VALUE} for a list that is open above; any price concerns it
     */
    static Set<Tag> between(String currency, long lowest, long highest) {
        for (int bits : BAND_BITS) {
            long first = lowest >> bits;
            long last = highest >> bits;
            if (last - first < MOST_BANDS) {
                Set<Tag> tags = new HashSet<>();
                for (long band = first; band <= last; band++) {
                    tags.add(band(currency, bits, band));
                }
                return tags;
            }
        }
        return Set.of(anyPrice(currency));
    }

    private static Tag anyPrice(String currency) {
        return new Tag("price-" + currency);
    }

    private static Tag band(String currency, int bits, long band) {
        return new Tag("price-%s-%d-%d".formatted(currency, bits, band));
    }
}
