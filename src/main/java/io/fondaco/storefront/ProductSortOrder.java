package io.fondaco.storefront;

import io.fondaco.catalog.Catalog.Listing;
import io.fondaco.catalog.Catalog.ListingOrder;
import io.fondaco.catalog.Catalog.ListingPosition;
import io.fondaco.catalog.CatalogCacheTags;
import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.Product;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.DateTimeParser;
import java.time.DateTimeException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The orders in which shoppers can list products, with their names in requests, their cursors and their cache tags. */
enum ProductSortOrder {
    OLDEST_FIRST("created_at", ListingOrder.CREATED_AT, false),
    NEWEST_FIRST("-created_at", ListingOrder.CREATED_AT, true),
    BY_TITLE("title", ListingOrder.TITLE, false),
    CHEAPEST_FIRST("price", ListingOrder.LOWEST_PRICE, false),
    MOST_EXPENSIVE_FIRST("-price", ListingOrder.LOWEST_PRICE, true);

    private final String parameter;
    private final ListingOrder order;
    private final boolean descending;

    ProductSortOrder(String parameter, ListingOrder order, boolean descending) {
        this.parameter = parameter;
        this.order = order;
        this.descending = descending;
    }

    String parameter() {
        return parameter;
    }

    static Optional<ProductSortOrder> fromParameter(String parameter) {
        return List.of(values()).stream()
                .filter(sort -> sort.parameter.equals(parameter))
                .findFirst();
    }

    /** The page after the cursor, or the first page. */
    Listing listing(String currency, @Nullable CategoryId category, Optional<PageCursor> after, int limit) {
        ListingPosition position = after.map(cursor -> new ListingPosition(
                        parseKey(cursor.keys().get(0)), uuid(cursor.keys().get(1))))
                .orElse(null);
        return new Listing(order, descending, currency, category, position, limit);
    }

    private Object parseKey(String text) {
        try {
            return switch (order) {
                case LOWEST_PRICE -> Long.parseLong(text);
                case CREATED_AT -> DateTimeParser.parseInstant(text);
                case TITLE -> {
                    if (text.indexOf('\0') >= 0) {
                        throw PageCursor.invalidCursor();
                    }
                    yield text;
                }
            };
        } catch (NumberFormatException | DateTimeException _) {
            throw PageCursor.invalidCursor();
        }
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw PageCursor.invalidCursor();
        }
    }

    /**
     * The tags of changes that could add a product to a page.
     *
     * @param after the cursor at which the page begins; empty for the first page
     * @param last the lowest price of the last product that was read for the page; empty for the last page
     */
    Set<CacheTag> cacheTags(String currency, Optional<PageCursor> after, Optional<Long> last) {
        Set<CacheTag> tags = new HashSet<>();
        tags.add(CatalogCacheTags.LISTINGS);
        if (this == BY_TITLE) {
            tags.add(CatalogCacheTags.TITLES);
        }
        if (order == ListingOrder.LOWEST_PRICE) {
            Optional<Long> first =
                    after.map(pageCursor -> (Long) parseKey(pageCursor.keys().getFirst()));
            long low = (descending ? last : first).orElse(0L);
            long high = (descending ? first : last).orElse(Long.MAX_VALUE);
            tags.addAll(CatalogCacheTags.ofPriceRange(currency, low, high));
        }
        return tags;
    }

    /** The cursor after a product in this order; only a listing by price uses the product's lowest price. */
    PageCursor cursor(Product product, long lowestPrice) {
        String key =
                switch (order) {
                    case LOWEST_PRICE -> Long.toString(lowestPrice);
                    case CREATED_AT -> String.valueOf(product.createdAt());
                    case TITLE -> product.title();
                };
        return PageCursor.of(parameter, key, product.id().toString());
    }
}
