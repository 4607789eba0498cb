package io.fondaco.catalog;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.paging.PageCursor;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The orders in which shoppers can list active products. Each has its own index and uses keyset pagination, never an
 * offset. A listing by price contains only products with a price in the currency.
 */
enum ProductSortOrder {
    OLDEST_FIRST("created_at", "p.created_at", "timestamptz", false),
    NEWEST_FIRST("-created_at", "p.created_at", "timestamptz", true),
    BY_TITLE("title", "p.title", "text", false),
    CHEAPEST_FIRST("price", "lp.amount", "bigint", false),
    MOST_EXPENSIVE_FIRST("-price", "lp.amount", "bigint", true);

    private final String parameter;
    private final String column;
    private final String sqlType;
    private final boolean descending;

    ProductSortOrder(String parameter, String column, String type, boolean descending) {
        this.parameter = parameter;
        this.column = column;
        this.sqlType = type;
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

    private boolean sortsByPrice() {
        return column.startsWith("lp.");
    }

    /** The tail of a query over {@code catalog.product p}, and the binder of its parameters. */
    record ListingQuery(String sqlTail, ProductRepository.ProductQueryBinder binder) {}

    ListingQuery query(String currency, @Nullable UUID category, Optional<PageCursor> after, int limit) {
        StringBuilder sql = new StringBuilder();
        List<Object> values = new ArrayList<>();
        if (sortsByPrice()) {
            sql.append("JOIN catalog.listing_price lp ON lp.product_id = p.id AND lp.currency = ? ");
            values.add(currency);
        }
        sql.append("WHERE p.status = 'active' ");
        if (category != null) {
            sql.append("""
                    AND p.id IN (
                        WITH RECURSIVE below AS (
                            SELECT ?::uuid AS id
                            UNION SELECT c.id FROM catalog.category c JOIN below b ON c.parent_id = b.id)
                        SELECT pc.product_id FROM catalog.product_category pc JOIN below b ON b.id = pc.category_id)
                    """);
            values.add(category);
        }
        String direction = descending ? "DESC" : "ASC";
        after.ifPresent(pageCursor -> {
            sql.append("AND (%s, p.id) %s (?::%s, ?::uuid) ".formatted(column, descending ? "<" : ">", sqlType));
            values.add(parseKey(pageCursor.keys().get(0)));
            values.add(uuid(pageCursor.keys().get(1)));
        });
        sql.append("ORDER BY %s %s, p.id %s LIMIT ?".formatted(column, direction, direction));
        values.add(limit);
        return new ListingQuery(sql.toString(), (_, statement) -> bind(statement, values));
    }

    private static void bind(PreparedStatement statement, List<Object> values) throws SQLException {
        for (int index = 0; index < values.size(); index++) {
            statement.setObject(index + 1, values.get(index));
        }
    }

    private Object parseKey(String text) {
        try {
            return switch (sqlType) {
                case "bigint" -> Long.parseLong(text);
                case "timestamptz" -> OffsetDateTime.parse(text);
                default -> {
                    if (text.indexOf('\0') >= 0) {
                        throw PageCursor.invalidCursor();
                    }
                    yield text;
                }
            };
        } catch (NumberFormatException | DateTimeParseException _) {
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
        if (sortsByPrice()) {
            Optional<Long> first =
                    after.map(pageCursor -> (Long) parseKey(pageCursor.keys().getFirst()));
            long low = (descending ? last : first).orElse(0L);
            long high = (descending ? first : last).orElse(Long.MAX_VALUE);
            tags.addAll(CatalogCacheTags.ofPriceRange(currency, low, high));
        }
        return tags;
    }

    /** The cursor after a product in this order; only a listing by price uses the product's lowest price. */
    PageCursor cursor(ProductRow product, long lowestPrice) {
        String key =
                switch (sqlType) {
                    case "bigint" -> Long.toString(lowestPrice);
                    case "timestamptz" -> String.valueOf(product.createdAt());
                    default -> product.title();
                };
        return PageCursor.of(parameter, key, product.id().toString());
    }
}
