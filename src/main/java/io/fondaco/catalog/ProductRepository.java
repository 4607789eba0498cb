package io.fondaco.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.catalog.Catalog.AttributeOwner;
import io.fondaco.platform.web.Json;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads complete products in one statement, and writes any number of them in one statement per table. */
@ApplicationScoped
class ProductRepository {
    private static final int ATTRIBUTE_KEYS_PAGE_SIZE = 50_000;
    private static final Logger LOG = Logger.getLogger(ProductRepository.class);

    /** A product with its variants and categories as one JSON document. */
    static final String PRODUCT_JSON = """
            (to_jsonb(p) || jsonb_build_object(
                'variants', coalesce((SELECT jsonb_agg(to_jsonb(v) ORDER BY v.position, v.id)
                                        FROM catalog.variant v WHERE v.product_id = p.id), '[]'),
                'categories', coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'slug', c.slug, 'name', c.name)
                                                         ORDER BY pc.position, c.id)
                                          FROM catalog.product_category pc JOIN catalog.category c ON c.id = pc.category_id
                                         WHERE pc.product_id = p.id), '[]')))::text
            """;

    private final EntityManager entities;
    private final ObjectMapper json;
    private final Counter inconsistentProducts;

    ProductRepository(EntityManager entities, ObjectMapper json, MeterRegistry registry) {
        this.entities = entities;
        this.json = json;
        inconsistentProducts = Counter.builder("fondaco.catalog.products.inconsistent")
                .description(
                        "Products that were shown incompletely or omitted because their stored data is inconsistent")
                .register(registry);
    }

    /** Binds the parameters of a query, beginning with the first. */
    interface ProductQueryBinder {
        void bind(Connection connection, PreparedStatement statement) throws SQLException;
    }

    /**
     * @param queryTail the SQL after {@code FROM catalog.product p}
     */
    List<ProductRow> find(String queryTail, ProductQueryBinder productQueryBinder) {
        return loadDocuments(queryTail, productQueryBinder).stream()
                .map(this::parse)
                .toList();
    }

    /**
     * The same for responses that only show products. A product that cannot be parsed is omitted, so that the queryTail
     * of the page can be shown; a product with a variant that lacks option values is included. Both are logged and
     * counted.
     */
    List<ProductRow> findForDisplay(String queryTail, ProductQueryBinder productQueryBinder) {
        List<ProductRow> products = new ArrayList<>();
        for (String document : loadDocuments(queryTail, productQueryBinder)) {
            try {
                ProductRow product = parse(document);
                if (!product.hasCompleteOptions()) {
                    inconsistentProducts.increment();
                    LOG.warnf("Product %s has a variant without a value for each option", product.id());
                }
                products.add(product);
            } catch (IllegalStateException e) {
                inconsistentProducts.increment();
                LOG.error("A stored product cannot be parsed and is omitted", e);
            }
        }
        return products;
    }

    private List<String> loadDocuments(String queryTail, ProductQueryBinder productQueryBinder) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT " + PRODUCT_JSON + " FROM catalog.product p " + queryTail)) {
                productQueryBinder.bind(connection, select);
                List<String> documents = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        documents.add(rows.getString(1));
                    }
                }
                return documents;
            }
        });
    }

    Optional<ProductRow> findById(UUID id, boolean locked) {
        return find("WHERE p.id = ?" + (locked ? " FOR UPDATE OF p" : ""), (_, select) -> select.setObject(1, id))
                .stream()
                .findFirst();
    }

    /** The product of a variant, locked until the transaction ends. */
    Optional<ProductRow> lockByVariantId(UUID variant) {
        return find(
                        "WHERE p.id = (SELECT product_id FROM catalog.variant WHERE id = ?) FOR UPDATE OF p",
                        (_, select) -> select.setObject(1, variant))
                .stream()
                .findFirst();
    }

    List<ProductRow> findByVariantIds(Collection<UUID> variants) {
        return find(
                "WHERE p.id IN (SELECT product_id FROM catalog.variant WHERE id = ANY (?))",
                (connection, select) -> select.setArray(1, connection.createArrayOf("uuid", variants.toArray())));
    }

    /**
     * A null component matches every product.
     *
     * @param status as it is stored
     * @param sku of a variant
     */
    record ProductFilter(
            @Nullable String status,
            @Nullable String slug,
            @Nullable String sku) {}

    /** Up to {@code limit} products after this one, oldest first. */
    List<ProductRow> list(ProductFilter filter, UUID after, int limit) {
        StringBuilder queryTail = new StringBuilder("WHERE p.id > ? ");
        List<Object> values = new ArrayList<>(List.of(after));
        add(queryTail, values, "AND p.status = ? ", filter.status());
        add(queryTail, values, "AND p.slug = ? ", filter.slug());
        add(queryTail, values, "AND p.id = (SELECT product_id FROM catalog.variant WHERE sku = ?) ", filter.sku());
        queryTail.append("ORDER BY p.id LIMIT ").append(limit);
        return find(queryTail.toString(), (_, select) -> {
            for (int index = 0; index < values.size(); index++) {
                select.setObject(index + 1, values.get(index));
            }
        });
    }

    private static void add(StringBuilder queryTail, List<Object> values, String condition, @Nullable String value) {
        if (value != null) {
            queryTail.append(condition);
            values.add(value);
        }
    }

    /** A null component matches every variant. */
    record VariantFilter(
            @Nullable String sku, @Nullable UUID productId) {}

    /** Up to {@code limit} variants after this one, oldest first. */
    List<UUID> listVariantIds(VariantFilter filter, UUID after, int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT id FROM catalog.variant
                     WHERE id > ? AND sku = coalesce(?, sku) AND product_id = coalesce(?, product_id)
                     ORDER BY id LIMIT ?
                    """)) {
                select.setObject(1, after);
                select.setString(2, filter.sku());
                select.setObject(3, filter.productId(), Types.OTHER);
                select.setInt(4, limit);
                List<UUID> found = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getObject(1, UUID.class));
                    }
                }
                return found;
            }
        });
    }

    Map<String, ProductRow> findBySlugs(Collection<String> slugs, boolean locked) {
        Map<String, ProductRow> found = new HashMap<>();
        find(
                        "WHERE p.slug = ANY (?) ORDER BY p.slug" + (locked ? " FOR UPDATE OF p" : ""),
                        (connection, select) -> select.setArray(1, connection.createArrayOf("text", slugs.toArray())))
                .forEach(product -> found.put(product.slug(), product));
        return found;
    }

    /** The slug of the product that each SKU belongs to. */
    Map<String, String> findProductSlugsBySku(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            Map<String, String> owners = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT v.sku, p.slug FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
                     WHERE v.sku = ANY (?)
                    """)) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        owners.put(rows.getString(1), rows.getString(2));
                    }
                }
            }
            return owners;
        });
    }

    /** A product that owns some of the selected variants. */
    record VariantOwner(UUID productId, String slug, long version, List<String> skus) {}

    /**
     * The products that own the selected variants, each once, in the order of their ids.
     *
     * @param condition on {@code v}, with one array as its parameter
     */
    List<VariantOwner> findVariantOwners(String condition, String type, Collection<?> values) {
        return session().doReturningWork(connection -> {
            List<VariantOwner> owners = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT p.id, p.slug, p.version, array_agg(v.sku ORDER BY v.sku)
                      FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
                     WHERE %s GROUP BY p.id ORDER BY p.id
                    """.formatted(condition))) {
                select.setArray(1, connection.createArrayOf(type, values.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        owners.add(new VariantOwner(
                                rows.getObject(1, UUID.class), rows.getString(2), rows.getLong(3), List.of((String[])
                                        rows.getArray(4).getArray())));
                    }
                }
            }
            return owners;
        });
    }

    /** See {@link Catalog#attributeKeys}. Page by page, so that the time of a statement is bounded. */
    SortedSet<String> attributeKeys(AttributeOwner owner, String prefix, int limit) {
        String table =
                switch (owner) {
                    case PRODUCTS -> "catalog.product";
                    case VARIANTS -> "catalog.variant";
                };
        return session().doReturningWork(connection -> {
            TreeSet<String> found = new TreeSet<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    WITH page AS MATERIALIZED (
                        SELECT id, attributes FROM %s WHERE id > ? ORDER BY id LIMIT ?
                    )
                    SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last,
                           ARRAY (SELECT DISTINCT key FROM page, jsonb_object_keys(attributes) AS key
                                   WHERE starts_with(key, ?) ORDER BY key LIMIT ?) AS keys
                    """.formatted(table))) {
                UUID after = new UUID(0, 0);
                while (after != null) {
                    select.setObject(1, after);
                    select.setInt(2, ATTRIBUTE_KEYS_PAGE_SIZE);
                    select.setString(3, prefix);
                    select.setInt(4, limit);
                    try (ResultSet row = select.executeQuery()) {
                        row.next();
                        after = row.getObject("last", UUID.class);
                        found.addAll(List.of((String[]) row.getArray("keys").getArray()));
                    }
                    while (found.size() > limit) {
                        found.removeLast();
                    }
                }
            }
            return found;
        });
    }

    /** See {@link Catalog#currencies}. Skips from one currency to the next in the index of listing prices. */
    List<String> currencies() {
        return session().doReturningWork(connection -> {
            List<String> currencies = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("""
                            WITH RECURSIVE found AS (
                                (SELECT currency FROM catalog.listing_price ORDER BY currency LIMIT 1)
                                 UNION ALL
                                SELECT (SELECT l.currency FROM catalog.listing_price l
                                         WHERE l.currency > f.currency ORDER BY l.currency LIMIT 1)
                                  FROM found f WHERE f.currency IS NOT NULL
                            )
                            SELECT currency FROM found WHERE currency IS NOT NULL ORDER BY currency
                            """);
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    currencies.add(rows.getString(1));
                }
            }
            return currencies;
        });
    }

    /** Locks the category tree against every change by another transaction, until this one ends. */
    void lockCategories() {
        entities.createNativeQuery("LOCK TABLE catalog.category IN SHARE ROW EXCLUSIVE MODE")
                .executeUpdate();
    }

    /** Removes all products from a category. */
    void deletePlacements(UUID category) {
        entities.createNativeQuery("DELETE FROM catalog.product_category WHERE category_id = :category")
                .setParameter("category", category)
                .executeUpdate();
    }

    /** Increments the version of a variant without another change. */
    void incrementVersion(UUID variant) {
        entities.createNativeQuery(
                        "UPDATE catalog.variant SET version = version + 1, updated_at = now() WHERE id = :id")
                .setParameter("id", variant)
                .executeUpdate();
    }

    void deleteVariant(UUID variant) {
        entities.createNativeQuery("DELETE FROM catalog.variant WHERE id = :id")
                .setParameter("id", variant)
                .executeUpdate();
    }

    void insertCategories(List<CategoryTree.CategoryEntry> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        write("""
                INSERT INTO catalog.category (id, parent_id, slug, name, position)
                SELECT id, parent_id, slug, name, position
                  FROM jsonb_to_recordset(?::jsonb) AS w (id uuid, parent_id uuid, slug text, name text, position int)
                """, nodes);
    }

    /** Inserts products, or replaces existing ones by slug and increments their version. */
    void saveProducts(List<ProductRow> products) {
        if (products.isEmpty()) {
            return;
        }
        write("""
                INSERT INTO catalog.product AS p (id, slug, title, description, vendor, product_type, status, tags,
                                                  options, media, seo_title, seo_description, attributes)
                SELECT id, slug, title, description, vendor, product_type, status,
                       ARRAY (SELECT jsonb_array_elements_text(tags)),
                       ARRAY (SELECT jsonb_array_elements_text(options)),
                       media, seo_title, seo_description, attributes
                  FROM jsonb_to_recordset(?::jsonb)
                       AS w (id uuid, slug text, title text, description text, vendor text, product_type text,
                             status text, tags jsonb, options jsonb, media jsonb, seo_title text,
                             seo_description text, attributes jsonb)
                 ORDER BY slug
                ON CONFLICT (slug) DO UPDATE
                   SET title = excluded.title, description = excluded.description, vendor = excluded.vendor,
                       product_type = excluded.product_type, status = excluded.status, tags = excluded.tags,
                       options = excluded.options, media = excluded.media, seo_title = excluded.seo_title,
                       seo_description = excluded.seo_description, attributes = excluded.attributes,
                       version = p.version + 1, updated_at = now()
                """, products);
    }

    /** The position of a category in the list of a product's categories. */
    record CategoryPlacement(UUID productId, UUID categoryId, int position) {}

    void replaceCategoryPlacements(Collection<UUID> products, List<CategoryPlacement> placements) {
        if (products.isEmpty()) {
            return;
        }
        session().doWork(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM catalog.product_category WHERE product_id = ANY (?)")) {
                delete.setArray(1, connection.createArrayOf("uuid", products.toArray()));
                delete.executeUpdate();
            }
        });
        write("""
                INSERT INTO catalog.product_category (product_id, category_id, position)
                SELECT product_id, category_id, position
                  FROM jsonb_to_recordset(?::jsonb) AS w (product_id uuid, category_id uuid, position int)
                ON CONFLICT DO NOTHING
                """, placements);
    }

    /** Inserts variants, or replaces existing ones by SKU if they belong to the same product. */
    void saveVariants(List<ProductRow.VariantRow> variants) {
        if (variants.isEmpty()) {
            return;
        }
        write("""
                INSERT INTO catalog.variant AS v (id, product_id, sku, position, option_values, barcode, weight_grams,
                                                  inventory_tracked, inventory_policy, taxable, requires_shipping,
                                                  image_url, attributes)
                SELECT id, product_id, sku, position, ARRAY (SELECT jsonb_array_elements_text(option_values)), barcode,
                       weight_grams, inventory_tracked, inventory_policy, taxable, requires_shipping, image_url,
                       attributes
                  FROM jsonb_to_recordset(?::jsonb)
                       AS w (id uuid, product_id uuid, sku text, position int, option_values jsonb, barcode text,
                             weight_grams bigint, inventory_tracked boolean, inventory_policy text, taxable boolean,
                             requires_shipping boolean, image_url text, attributes jsonb)
                 ORDER BY sku
                ON CONFLICT (sku) DO UPDATE
                   SET position = excluded.position, option_values = excluded.option_values,
                       barcode = excluded.barcode, weight_grams = excluded.weight_grams,
                       inventory_tracked = excluded.inventory_tracked,
                       inventory_policy = excluded.inventory_policy, taxable = excluded.taxable,
                       requires_shipping = excluded.requires_shipping, image_url = excluded.image_url,
                       attributes = excluded.attributes, version = v.version + 1, updated_at = now()
                 WHERE v.product_id = excluded.product_id
                """, variants);
    }

    /** A price in the copy of prices by which listings are sorted. */
    record ListedPrice(UUID variantId, String currency, long amount) {}

    /**
     * A product with changed variant prices.
     *
     * @param lowest its new lowest price in a currency; empty if none of them changed
     */
    record RepricedProduct(UUID productId, Optional<LowestPrice> lowest) {}

    record LowestPrice(String currency, long amount) {}

    /** @return each product at least once, and once for each currency in which its lowest price changed */
    List<RepricedProduct> replacePrices(Collection<UUID> variants, List<ListedPrice> prices) {
        session().doWork(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM catalog.variant_price WHERE variant_id = ANY (?)")) {
                delete.setArray(1, connection.createArrayOf("uuid", variants.toArray()));
                delete.executeUpdate();
            }
        });
        write("""
                INSERT INTO catalog.variant_price (variant_id, product_id, currency, amount)
                SELECT w.variant_id, v.product_id, w.currency, w.amount
                  FROM jsonb_to_recordset(?::jsonb) AS w (variant_id uuid, currency text, amount bigint)
                  JOIN catalog.variant v ON v.id = w.variant_id
                ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount
                """, prices);
        return session().doReturningWork(connection -> {
            try (PreparedStatement lowest = connection.prepareStatement("""
                    WITH touched AS (
                        SELECT DISTINCT product_id FROM catalog.variant WHERE id = ANY (?)
                    ), lowest AS (
                        SELECT vp.product_id, vp.currency, min(vp.amount) AS amount
                          FROM catalog.variant_price vp JOIN touched t ON t.product_id = vp.product_id
                         GROUP BY vp.product_id, vp.currency
                    ), listed AS (
                        INSERT INTO catalog.listing_price AS l (product_id, currency, amount)
                        SELECT product_id, currency, amount FROM lowest ORDER BY product_id, currency
                        ON CONFLICT (product_id, currency) DO UPDATE SET amount = excluded.amount
                         WHERE l.amount <> excluded.amount
                        RETURNING product_id, currency, amount
                    )
                    SELECT t.product_id, l.currency, l.amount
                      FROM touched t LEFT JOIN listed l ON l.product_id = t.product_id
                    """)) {
                lowest.setArray(1, connection.createArrayOf("uuid", variants.toArray()));
                List<RepricedProduct> repriced = new ArrayList<>();
                try (ResultSet rows = lowest.executeQuery()) {
                    while (rows.next()) {
                        long amount = rows.getLong(3);
                        Optional<LowestPrice> price = rows.wasNull()
                                ? Optional.empty()
                                : Optional.of(new LowestPrice(rows.getString(2), amount));
                        repriced.add(new RepricedProduct(rows.getObject(1, UUID.class), price));
                    }
                }
                return repriced;
            }
        });
    }

    private void write(String sql, Object records) {
        String document = Json.write(json, records);
        session().doWork(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, document);
                statement.executeUpdate();
            }
        });
    }

    private ProductRow parse(String document) {
        try {
            return json.readerFor(new TypeReference<ProductRow>() {}).readValue(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored product cannot be parsed", e);
        }
    }

    Session session() {
        return entities.unwrap(Session.class);
    }
}
