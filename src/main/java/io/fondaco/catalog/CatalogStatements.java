package io.fondaco.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.catalog.Catalog.AttributeOwner;
import io.fondaco.catalog.Catalog.Listing;
import io.fondaco.catalog.CategoryTree.CategoryEntry;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.sql.SqlQuery;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of this module. Each method is one statement, in the caller's transaction, for any number of rows.
 * Products and variants have no entities, because they are read as complete products and written in sets. Arrays are
 * wrapped in a subquery, so that PostgreSQL uses a generic plan.
 */
@ApplicationScoped
class CatalogStatements {
    /** Selects products with their variants and categories, each as one JSON document. */
    private static final String SELECT_PRODUCTS = """
            SELECT cast(to_jsonb(p) || jsonb_build_object(
                       'variants', coalesce((SELECT jsonb_agg(to_jsonb(v) ORDER BY v.position, v.id)
                                               FROM catalog.variant v WHERE v.product_id = p.id), '[]'),
                       'categories', coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'slug', c.slug,
                                                                                   'name', c.name)
                                                                ORDER BY pc.position, c.id)
                                                 FROM catalog.product_category pc
                                                 JOIN catalog.category c ON c.id = pc.category_id
                                                WHERE pc.product_id = p.id), '[]')) AS text) AS json
              FROM catalog.product p
            """;

    private static final String HAS_SLUG = "WHERE p.slug = ANY (ARRAY (SELECT unnest(cast(:slugs AS text[]))))";
    private static final String ANY_SKU = "ANY (ARRAY (SELECT unnest(cast(:skus AS text[]))))";
    private static final String ANY_VARIANT = "ANY (ARRAY (SELECT unnest(cast(:variants AS uuid[]))))";
    private static final String LOCK = " FOR UPDATE OF p";

    private final Sql sql;
    private final ObjectMapper json;

    CatalogStatements(Sql sql, ObjectMapper json) {
        this.sql = sql;
        this.json = json;
    }

    /** A product that may be unreadable, because its JSON columns were changed by other means than this class. */
    record ProductDocument(String json) {}

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

    /** A null component matches every variant. */
    record VariantFilter(@Nullable String sku, @Nullable UUID productId) {}

    private record IdRow(UUID id) {}

    private record CurrencyRow(String currency) {}

    /** A variant with the columns that {@link SellableVariant} has. */
    record SellableVariantRow(
            UUID id,
            UUID productId,
            String sku,
            String title,
            boolean forSale,
            boolean stockLimited,
            boolean requiresShipping,
            long weightGrams,
            String taxCategory,
            String shippingProfile,
            String vendor,
            List<String> tags,
            List<UUID> categories,
            Map<String, String> attributes) {

        SellableVariant toVariant() {
            return new SellableVariant(
                    new VariantId(id),
                    new ProductId(productId),
                    sku,
                    title,
                    forSale,
                    stockLimited,
                    requiresShipping,
                    weightGrams,
                    taxCategory,
                    shippingProfile,
                    vendor,
                    Set.copyOf(tags),
                    categories.stream().map(CategoryId::new).collect(Collectors.toSet()),
                    attributes);
        }
    }

    /** A variant and the product that it belongs to. */
    record VariantOwnerRow(UUID productId, String slug, long version, String sku) {}

    record VariantSkuRow(UUID id, String sku) {}

    record ProductName(String slug, UUID id) {}

    /** @param key null if no row up to {@code lastId} has a matching attribute */
    record AttributeKeyRow(UUID lastId, @Nullable String key) {}

    /** The position of a category in the list of a product's categories. */
    record CategoryPlacement(UUID productId, UUID categoryId, int position) {}

    /** A price in the copy of prices by which listings are sorted. */
    record ListedPrice(UUID variantId, String currency, long amount) {}

    /**
     * A product with changed variant prices.
     *
     * @param currency in which its lowest price changed; null if none of them changed
     * @param amount its new lowest price in the currency
     */
    record RepricedProduct(
            UUID productId,
            @Nullable String currency,
            @Nullable Long amount) {}

    Optional<Product> findProduct(UUID id) {
        return products("WHERE p.id = :id", Map.of("id", id)).stream().findFirst();
    }

    /** The product, locked until the transaction ends. */
    Optional<Product> lockProduct(UUID id) {
        return products("WHERE p.id = :id" + LOCK, Map.of("id", id)).stream().findFirst();
    }

    /** The product of a variant, locked until the transaction ends. */
    Optional<Product> lockProductOfVariant(UUID variant) {
        return products(
                        "WHERE p.id = (SELECT product_id FROM catalog.variant WHERE id = :variant)" + LOCK,
                        Map.of("variant", variant))
                .stream()
                .findFirst();
    }

    List<Product> findProductsBySlug(Collection<String> slugs) {
        return products(HAS_SLUG + " ORDER BY p.slug", Map.of("slugs", slugs.toArray(String[]::new)));
    }

    /** The products with these slugs, locked in the order of their slugs until the transaction ends. */
    List<Product> lockProductsBySlug(Collection<String> slugs) {
        return products(HAS_SLUG + " ORDER BY p.slug" + LOCK, Map.of("slugs", slugs.toArray(String[]::new)));
    }

    /** The products that have variants with these SKUs, in the order of their ids. */
    List<Product> findProductsBySku(Collection<String> skus) {
        return products(
                "WHERE p.id IN (SELECT product_id FROM catalog.variant WHERE sku = " + ANY_SKU + ") ORDER BY p.id",
                Map.of("skus", skus.toArray(String[]::new)));
    }

    List<Product> findProductsByVariantId(Collection<UUID> variants) {
        return products(
                "WHERE p.id IN (SELECT product_id FROM catalog.variant WHERE id = " + ANY_VARIANT + ")",
                Map.of("variants", variants.toArray(UUID[]::new)));
    }

    /** Up to {@code limit} products after this one, oldest first. */
    List<Product> listProducts(ProductFilter filter, UUID after, int limit) {
        Query query = new Query("WHERE p.id > :after").with("after", after);
        query.addIfPresent(" AND p.status = :status", "status", filter.status());
        query.addIfPresent(" AND p.slug = :slug", "slug", filter.slug());
        query.addIfPresent(
                " AND p.id = (SELECT product_id FROM catalog.variant WHERE sku = :sku)", "sku", filter.sku());
        query.add(" ORDER BY p.id LIMIT :limit").with("limit", limit);
        return products(query.sql(), query.parameters);
    }

    Optional<ProductDocument> findActiveProduct(UUID id) {
        return documents("WHERE p.id = :id AND p.status = 'active'", Map.of("id", id)).stream()
                .findFirst();
    }

    Optional<ProductDocument> findActiveProduct(String slug) {
        return documents("WHERE p.slug = :slug AND p.status = 'active'", Map.of("slug", slug)).stream()
                .findFirst();
    }

    List<ProductDocument> listActiveProducts(Listing listing) {
        String column =
                switch (listing.order()) {
                    case CREATED_AT -> "p.created_at";
                    case TITLE -> "p.title";
                    case LOWEST_PRICE -> "lp.amount";
                };
        Query query = new Query("");
        if (listing.order() == Catalog.ListingOrder.LOWEST_PRICE) {
            query.add("JOIN catalog.listing_price lp ON lp.product_id = p.id AND lp.currency = :currency ")
                    .with("currency", listing.currency());
        }
        query.add("WHERE p.status = 'active' ");
        CategoryId category = listing.category();
        if (category != null) {
            query.add("""
                            AND p.id IN (
                                WITH RECURSIVE below AS (
                                    SELECT cast(:category AS uuid) AS id
                                    UNION SELECT c.id FROM catalog.category c JOIN below b ON c.parent_id = b.id)
                                SELECT pc.product_id
                                  FROM catalog.product_category pc JOIN below b ON b.id = pc.category_id)
                            """).with("category", category.value());
        }
        Catalog.ListingPosition after = listing.after();
        if (after != null) {
            query.add("AND (%s, p.id) %s (:afterKey, :afterId) ".formatted(column, listing.descending() ? "<" : ">"))
                    .with("afterKey", after.key())
                    .with("afterId", after.id());
        }
        String direction = listing.descending() ? "DESC" : "ASC";
        query.add("ORDER BY %s %s, p.id %s LIMIT :limit".formatted(column, direction, direction))
                .with("limit", listing.limit());
        return documents(query.sql(), query.parameters);
    }

    /** The end of a query whose conditions vary, with its parameters. */
    private static final class Query {
        private final StringBuilder text;
        private final Map<String, Object> parameters = new HashMap<>();

        Query(String start) {
            text = new StringBuilder(start);
        }

        Query add(String more) {
            text.append(more);
            return this;
        }

        Query with(String name, Object value) {
            parameters.put(name, value);
            return this;
        }

        void addIfPresent(String condition, String name, @Nullable Object value) {
            if (value != null) {
                add(condition).with(name, value);
            }
        }

        String sql() {
            return text.toString();
        }
    }

    /**
     * @param rest the SQL after {@code FROM catalog.product p}
     */
    private List<ProductDocument> documents(String rest, Map<String, ?> parameters) {
        SqlQuery<ProductDocument> query = sql.query(SELECT_PRODUCTS + rest, ProductDocument.class);
        parameters.forEach(query::setParameter);
        return query.getResultList();
    }

    private List<Product> products(String rest, Map<String, ?> parameters) {
        return documents(rest, parameters).stream().map(this::parse).toList();
    }

    /** @throws IllegalStateException if it is unreadable */
    Product parse(ProductDocument document) {
        try {
            return json.readValue(document.json(), Product.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored product cannot be parsed", e);
        }
    }

    /** The products that have one of these slugs or ids. */
    List<ProductName> findProductNames(Collection<String> slugs, Collection<UUID> ids) {
        return sql.query("""
                        SELECT slug, id FROM catalog.product
                         WHERE slug = ANY (ARRAY (SELECT unnest(cast(:slugs AS text[]))))
                        UNION ALL
                        SELECT slug, id FROM catalog.product
                         WHERE id = ANY (ARRAY (SELECT unnest(cast(:ids AS uuid[]))))
                        """, ProductName.class)
                .setParameter("slugs", slugs.toArray(String[]::new))
                .setParameter("ids", ids.toArray(UUID[]::new))
                .getResultList();
    }

    List<SellableVariantRow> findSellableVariants(Collection<String> skus) {
        return sql.query("""
                        SELECT v.id, v.product_id, v.sku,
                               concat_ws(', ', p.title, nullif(array_to_string(v.option_values, ' / '), '')) AS title,
                               p.status = 'active' AS for_sale,
                               v.inventory_tracked AND v.inventory_policy = 'deny' AS stock_limited,
                               v.requires_shipping, v.weight_grams,
                               CASE WHEN v.taxable THEN coalesce(v.tax_category, p.tax_category)
                                    ELSE 'exempt' END AS tax_category,
                               p.shipping_profile, p.vendor, to_json(p.tags) AS tags,
                               (SELECT coalesce(json_agg(c.category_id), '[]') FROM catalog.product_category c
                                 WHERE c.product_id = p.id) AS categories,
                               (SELECT coalesce(json_object_agg(a.key, a.value), '{}')
                                  FROM jsonb_each_text(CASE jsonb_typeof(p.attributes || v.attributes)
                                                       WHEN 'object' THEN p.attributes || v.attributes
                                                       ELSE '{}' END) a
                                 WHERE length(a.key) <= :longest AND length(a.value) <= :longest) AS attributes
                          FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
                         WHERE v.sku =\s""" + ANY_SKU, SellableVariantRow.class)
                .setParameter("longest", SellableVariant.MAX_ATTRIBUTE_LENGTH)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList();
    }

    /** In the order of the product ids, and then of the SKUs. */
    List<VariantOwnerRow> findOwnersBySku(Collection<String> skus) {
        return sql.query(ownersOf("v.sku = " + ANY_SKU), VariantOwnerRow.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList();
    }

    /** In the order of the product ids, and then of the SKUs. */
    List<VariantOwnerRow> findOwnersById(Collection<UUID> variants) {
        return sql.query(ownersOf("v.id = " + ANY_VARIANT), VariantOwnerRow.class)
                .setParameter("variants", variants.toArray(UUID[]::new))
                .getResultList();
    }

    List<VariantSkuRow> findIdsBySku(Collection<String> skus) {
        return sql.query("SELECT v.id, v.sku FROM catalog.variant v WHERE v.sku = " + ANY_SKU, VariantSkuRow.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList();
    }

    List<VariantSkuRow> findSkus(Collection<UUID> variants) {
        return sql.query("SELECT id, sku FROM catalog.variant WHERE id = " + ANY_VARIANT, VariantSkuRow.class)
                .setParameter("variants", variants.toArray(UUID[]::new))
                .getResultList();
    }

    private static String ownersOf(String condition) {
        return """
                SELECT p.id, p.slug, p.version, v.sku
                  FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
                 WHERE %s ORDER BY p.id, v.sku
                """.formatted(condition);
    }

    /** Up to {@code limit} variants after this one, oldest first. */
    List<UUID> listVariantIds(VariantFilter filter, UUID after, int limit) {
        Query query = new Query("SELECT id FROM catalog.variant WHERE id > :after").with("after", after);
        query.addIfPresent(" AND sku = :sku", "sku", filter.sku());
        query.addIfPresent(" AND product_id = :product", "product", filter.productId());
        query.add(" ORDER BY id LIMIT :limit").with("limit", limit);
        SqlQuery<IdRow> select = sql.query(query.sql(), IdRow.class);
        query.parameters.forEach(select::setParameter);
        return select.getResultList().stream().map(IdRow::id).toList();
    }

    /**
     * The attribute keys of up to {@code rows} products or variants after this one, in alphabetical order, each with
     * the last of these products or variants; empty if there are no more.
     *
     * @param prefix of the keys
     * @param limit maximum number of keys
     */
    List<AttributeKeyRow> listAttributeKeys(AttributeOwner owner, UUID after, int rows, String prefix, int limit) {
        String table =
                switch (owner) {
                    case PRODUCTS -> "catalog.product";
                    case VARIANTS -> "catalog.variant";
                };
        return sql.query("""
                        WITH page AS MATERIALIZED (
                            SELECT id, attributes FROM %s WHERE id > :after ORDER BY id LIMIT :rows
                        ), found AS (
                            SELECT DISTINCT key FROM page, jsonb_object_keys(attributes) AS key
                             WHERE starts_with(key, :prefix) ORDER BY key LIMIT :limit
                        )
                        SELECT l.id, f.key
                          FROM (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS l LEFT JOIN found f ON true
                        """.formatted(table), AttributeKeyRow.class)
                .setParameter("after", after)
                .setParameter("rows", rows)
                .setParameter("prefix", prefix)
                .setParameter("limit", limit)
                .getResultList();
    }

    /** See {@link Catalog#currencies}. Skips from one currency to the next in the index of listing prices. */
    List<String> listCurrencies() {
        return sql.query("""
                        WITH RECURSIVE found AS (
                            (SELECT currency FROM catalog.listing_price ORDER BY currency LIMIT 1)
                             UNION ALL
                            SELECT (SELECT l.currency FROM catalog.listing_price l
                                     WHERE l.currency > f.currency ORDER BY l.currency LIMIT 1)
                              FROM found f WHERE f.currency IS NOT NULL
                        )
                        SELECT currency FROM found WHERE currency IS NOT NULL ORDER BY currency
                        """, CurrencyRow.class).getResultList().stream()
                .map(CurrencyRow::currency)
                .toList();
    }

    /** Locks the category tree against every change by another transaction, until this one ends. */
    void lockCategories() {
        sql.update("LOCK TABLE catalog.category IN SHARE ROW EXCLUSIVE MODE").executeUpdate();
    }

    void insertCategories(List<CategoryEntry> categories) {
        sql.update("""
                        INSERT INTO catalog.category (id, parent_id, slug, name, position)
                        SELECT n.id, n.parent_id, n.slug, n.name, n.position
                          FROM unnest(cast(:ids AS uuid[]), cast(:parents AS uuid[]), cast(:slugs AS text[]),
                                      cast(:names AS text[]), cast(:positions AS int[]))
                               AS n (id, parent_id, slug, name, position)
                        """)
                .setParameter("ids", categories.stream().map(CategoryEntry::id).toArray(UUID[]::new))
                .setParameter(
                        "parents",
                        categories.stream().map(CategoryEntry::parentId).toArray(UUID[]::new))
                .setParameter(
                        "slugs", categories.stream().map(CategoryEntry::slug).toArray(String[]::new))
                .setParameter(
                        "names", categories.stream().map(CategoryEntry::name).toArray(String[]::new))
                .setParameter(
                        "positions",
                        categories.stream().map(CategoryEntry::position).toArray(Integer[]::new))
                .executeUpdate();
    }

    /** Inserts products, or replaces existing ones by slug and increments their version. */
    void saveProducts(List<Product> products) {
        sql.update("""
                        INSERT INTO catalog.product AS p (id, slug, title, description, vendor, product_type, status,
                                                          tags, options, media, seo_title, seo_description,
                                                          tax_category, shipping_profile, attributes)
                        SELECT id, slug, title, description, vendor, product_type, status,
                               ARRAY (SELECT jsonb_array_elements_text(tags)),
                               ARRAY (SELECT jsonb_array_elements_text(options)),
                               media, seo_title, seo_description, tax_category, shipping_profile, attributes
                          FROM jsonb_to_recordset(cast(:products AS jsonb))
                               AS w (id uuid, slug text, title text, description text, vendor text, product_type text,
                                     status text, tags jsonb, options jsonb, media jsonb, seo_title text,
                                     seo_description text, tax_category text, shipping_profile text, attributes jsonb)
                         ORDER BY slug
                        ON CONFLICT (slug) DO UPDATE
                           SET title = excluded.title, description = excluded.description, vendor = excluded.vendor,
                               product_type = excluded.product_type, status = excluded.status, tags = excluded.tags,
                               options = excluded.options, media = excluded.media, seo_title = excluded.seo_title,
                               seo_description = excluded.seo_description, tax_category = excluded.tax_category,
                               shipping_profile = excluded.shipping_profile, attributes = excluded.attributes,
                               version = p.version + 1, updated_at = now()
                        """).setParameter("products", Json.write(json, products)).executeUpdate();
    }

    /** Removes products from all their categories. */
    void deletePlacementsOfProducts(Collection<UUID> products) {
        sql.update("""
                        DELETE FROM catalog.product_category
                         WHERE product_id = ANY (ARRAY (SELECT unnest(cast(:products AS uuid[]))))
                        """).setParameter("products", products.toArray(UUID[]::new)).executeUpdate();
    }

    /** Removes all products from a category. */
    void deletePlacementsInCategory(UUID category) {
        sql.update("DELETE FROM catalog.product_category WHERE category_id = :category")
                .setParameter("category", category)
                .executeUpdate();
    }

    void insertPlacements(List<CategoryPlacement> placements) {
        sql.update("""
                        INSERT INTO catalog.product_category (product_id, category_id, position)
                        SELECT n.product_id, n.category_id, n.position
                          FROM unnest(cast(:products AS uuid[]), cast(:categories AS uuid[]), cast(:positions AS int[]))
                               AS n (product_id, category_id, position)
                        ON CONFLICT DO NOTHING
                        """)
                .setParameter(
                        "products",
                        placements.stream().map(CategoryPlacement::productId).toArray(UUID[]::new))
                .setParameter(
                        "categories",
                        placements.stream().map(CategoryPlacement::categoryId).toArray(UUID[]::new))
                .setParameter(
                        "positions",
                        placements.stream().map(CategoryPlacement::position).toArray(Integer[]::new))
                .executeUpdate();
    }

    /** Inserts variants, or replaces existing ones by SKU if they belong to the same product. */
    void saveVariants(List<Product.Variant> variants) {
        sql.update("""
                        INSERT INTO catalog.variant AS v (id, product_id, sku, position, option_values, barcode,
                                                          weight_grams, length_mm, width_mm, height_mm,
                                                          inventory_tracked, inventory_policy, taxable, tax_category,
                                                          requires_shipping, image_url, attributes)
                        SELECT id, product_id, sku, position, ARRAY (SELECT jsonb_array_elements_text(option_values)),
                               barcode, weight_grams, length_mm, width_mm, height_mm, inventory_tracked,
                               inventory_policy, taxable, tax_category, requires_shipping, image_url, attributes
                          FROM jsonb_to_recordset(cast(:variants AS jsonb))
                               AS w (id uuid, product_id uuid, sku text, position int, option_values jsonb,
                                     barcode text, weight_grams bigint, length_mm int, width_mm int, height_mm int,
                                     inventory_tracked boolean, inventory_policy text, taxable boolean,
                                     tax_category text, requires_shipping boolean, image_url text, attributes jsonb)
                         ORDER BY sku
                        ON CONFLICT (sku) DO UPDATE
                           SET position = excluded.position, option_values = excluded.option_values,
                               barcode = excluded.barcode, weight_grams = excluded.weight_grams,
                               length_mm = excluded.length_mm, width_mm = excluded.width_mm,
                               height_mm = excluded.height_mm, inventory_tracked = excluded.inventory_tracked,
                               inventory_policy = excluded.inventory_policy, taxable = excluded.taxable,
                               tax_category = excluded.tax_category,
                               requires_shipping = excluded.requires_shipping, image_url = excluded.image_url,
                               attributes = excluded.attributes, version = v.version + 1, updated_at = now()
                         WHERE v.product_id = excluded.product_id
                        """).setParameter("variants", Json.write(json, variants)).executeUpdate();
    }

    /** Increments the version of a variant without another change. */
    void incrementVersion(UUID variant) {
        sql.update("UPDATE catalog.variant SET version = version + 1, updated_at = now() WHERE id = :id")
                .setParameter("id", variant)
                .executeUpdate();
    }

    void deleteVariant(UUID variant) {
        sql.update("DELETE FROM catalog.variant WHERE id = :id")
                .setParameter("id", variant)
                .executeUpdate();
    }

    void deletePrices(Collection<UUID> variants) {
        sql.update("DELETE FROM catalog.variant_price WHERE variant_id = " + ANY_VARIANT)
                .setParameter("variants", variants.toArray(UUID[]::new))
                .executeUpdate();
    }

    void insertPrices(List<ListedPrice> prices) {
        sql.update("""
                        INSERT INTO catalog.variant_price (variant_id, product_id, currency, amount)
                        SELECT n.variant_id, v.product_id, n.currency, n.amount
                          FROM unnest(cast(:variants AS uuid[]), cast(:currencies AS text[]),
                                      cast(:amounts AS bigint[])) AS n (variant_id, currency, amount)
                          JOIN catalog.variant v ON v.id = n.variant_id
                        ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount
                        """)
                .setParameter(
                        "variants", prices.stream().map(ListedPrice::variantId).toArray(UUID[]::new))
                .setParameter(
                        "currencies", prices.stream().map(ListedPrice::currency).toArray(String[]::new))
                .setParameter(
                        "amounts", prices.stream().map(ListedPrice::amount).toArray(Long[]::new))
                .executeUpdate();
    }

    /**
     * Updates the lowest prices of the products of these variants.
     *
     * @return each product at least once, and once for each currency in which its lowest price changed
     */
    List<RepricedProduct> updateListingPrices(Collection<UUID> variants) {
        return sql.query("""
                        WITH touched AS (
                            SELECT DISTINCT v.product_id FROM catalog.variant v WHERE v.id = %s
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
                        """.formatted(ANY_VARIANT), RepricedProduct.class)
                .setParameter("variants", variants.toArray(UUID[]::new))
                .getResultList();
    }
}
