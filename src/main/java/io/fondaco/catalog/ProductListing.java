package io.fondaco.catalog;

import io.fondaco.platform.cache.Tag;
import io.fondaco.platform.paging.Cursor;
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
 * The orders in which shoppers may list active products, each on an index of its own: keyset, never an offset. A listing
 * by price holds what has a price in the currency.
 */
enum ProductListing {
    OLDEST_FIRST("created_at", "p.created_at", "timestamptz", false),
    NEWEST_FIRST("-created_at", "p.created_at", "timestamptz", true),
    BY_TITLE("title", "p.title", "text", false),
    CHEAPEST_FIRST("price", "lp.amount", "bigint", false),
    DEAREST_FIRST("-price", "lp.amount", "bigint", true);

    private final String parameter;
    private final String column;
    private final String type;
    private final boolean descending;

    ProductListing(String parameter, String column, String type, boolean descending) {
        this.parameter = parameter;
        this.column = column;
        this.type = type;
        this.descending = descending;
    }

    String parameter() {
        return parameter;
    }

    static Optional<ProductListing> byParameter(String parameter) {
        return List.of(values()).stream()
                .filter(sort -> sort.parameter.equals(parameter))
                .findFirst();
    }

    private boolean byPrice() {
        return column.startsWith("lp.");
    }

    /** A query over {@code catalog.product p}, and what to set in it. */
    record Query(String rest, ProductStore.Binding binding) {}

    Query query(String currency, @Nullable UUID category, Optional<Cursor> after, int limit) {
        StringBuilder sql = new StringBuilder();
        List<Object> values = new ArrayList<>();
        if (byPrice()) {
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
        after.ifPresent(cursor -> {
            sql.append("AND (%s, p.id) %s (?::%s, ?::uuid) ".formatted(column, descending ? "<" : ">", type));
            values.add(key(cursor.keys().get(0)));
            values.add(uuid(cursor.keys().get(1)));
        });
        sql.append("ORDER BY %s %s, p.id %s LIMIT ?".formatted(column, direction, direction));
        values.add(limit);
        return new Query(sql.toString(), (_, statement) -> bind(statement, values));
    }

    private static void bind(PreparedStatement statement, List<Object> values) throws SQLException {
        for (int index = 0; index < values.size(); index++) {
            statement.setObject(index + 1, values.get(index));
        }
    }

    private Object key(String text) {
        try {
            return switch (type) {
                case "bigint" -> Long.parseLong(text);
                case "timestamptz" -> OffsetDateTime.parse(text);
                default -> {
                    if (text.indexOf('\0') >= 0) {
                        throw Cursor.invalid();
                    }
                    yield text;
                }
            };
        } catch (NumberFormatException | DateTimeParseException _) {
            throw Cursor.invalid();
        }
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw Cursor.invalid();
        }
    }

    /**
     * What brings a product onto a page that it is not on, by what the page holds.
     *
     * @param after where the page begins; empty for the first
     * @param last the lowest price of the last product that was read for it; empty when it is open at its end
     */
    Set<Tag> tags(String currency, Optional<Cursor> after, Optional<Long> last) {
        Set<Tag> tags = new HashSet<>();
        tags.add(CatalogTags.LISTINGS);
        if (this == BY_TITLE) {
            tags.add(CatalogTags.TITLES);
        }
        if (byPrice()) {
            Optional<Long> first = after.map(cursor -> (Long) key(cursor.keys().getFirst()));
            long low = (descending ? last : first).orElse(0L);
            long high = (descending ? first : last).orElse(Long.MAX_VALUE);
            tags.addAll(CatalogTags.between(currency, low, high));
        }
        return tags;
    }

    /** The place of a product in this order; a listing by price needs the product's lowest. */
    Cursor cursor(ProductRow product, long lowestPrice) {
        String key =
                switch (type) {
                    case "bigint" -> Long.toString(lowestPrice);
                    case "timestamptz" -> String.valueOf(product.createdAt());
                    default -> product.title();
                };
        return Cursor.of(parameter, key, product.id().toString());
    }
}
