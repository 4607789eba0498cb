package io.fondaco.catalog;

import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The catalog, for other modules. Calls join the caller's transaction and follow its route. */
public interface Catalog {
    /** The events of products. */
    sealed interface ProductEvent extends DomainEvent {
        ProductId id();

        String slug();

        /** The variants that it is about; empty if it is about the product itself, or about too many variants. */
        List<String> skus();

        @EventType(name = "product.created", summary = "A product was created.")
        record ProductCreated(ProductId id, String slug, List<String> skus) implements ProductEvent {
            public ProductCreated {
                skus = List.copyOf(skus);
            }
        }

        @EventType(name = "product.updated", summary = "A product, its variants or its categories changed.")
        record ProductUpdated(ProductId id, String slug, List<String> skus) implements ProductEvent {
            public ProductUpdated {
                skus = List.copyOf(skus);
            }
        }

        @EventType(name = "product.prices_changed", summary = "Prices of variants of a product changed.")
        record ProductPricesChanged(ProductId id, String slug, List<String> skus) implements ProductEvent {
            public ProductPricesChanged {
                skus = List.copyOf(skus);
            }
        }

        @EventType(
                name = "product.availability_changed",
                summary = "Variants of a product sold out, or can be bought again.")
        record ProductAvailabilityChanged(ProductId id, String slug, List<String> skus) implements ProductEvent {
            public ProductAvailabilityChanged {
                skus = List.copyOf(skus);
            }
        }
    }

    /**
     * Says which codes of tax categories and shipping profiles exist, for the catalog. It is asked when a product or a
     * variant gets another code, so that a typing error is rejected instead of being taxed or sent as the default. The
     * codes {@code standard}, {@code exempt} and {@code default} always exist; the catalog does not ask about them.
     */
    interface ProductCodes {
        /** The form of every code, as a regular expression. */
        String PATTERN = "[a-z0-9_-]{1,40}";

        /** Those of the codes that are not tax categories. */
        Set<String> unknownTaxCategories(Set<String> codes);

        /** Those of the codes that are not shipping profiles. */
        Set<String> unknownShippingProfiles(Set<String> codes);

        /** Whether a text has the form of a code. */
        static boolean isCode(String text) {
            return text.matches(PATTERN);
        }
    }

    /**
     * The variants with these SKUs. Unknown SKUs are missing from the result; variants that are not for sale are
     * included with {@link SellableVariant#forSale} false. One statement.
     */
    Map<String, SellableVariant> variantsBySku(Collection<String> skus);

    /** The id of the variant with each SKU; unknown SKUs are missing. One statement. */
    Map<String, VariantId> idsBySku(Collection<String> skus);

    /** The SKU of each variant; variants that were deleted are missing. One statement. */
    Map<VariantId, String> skus(Collection<VariantId> variants);

    /** The active product with this id; empty also if its stored data is unreadable. One statement. */
    Optional<Product> findActive(ProductId id);

    /** The active product with this slug; empty also if its stored data is unreadable. One statement. */
    Optional<Product> findActive(String slug);

    /** The orders of active products; each has its own index. */
    enum ListingOrder {
        CREATED_AT,
        TITLE,
        /** By the lowest price in one currency; products without a price in it are not listed. */
        LOWEST_PRICE
    }

    /**
     * The place of a product in a listing.
     *
     * @param key by which the listing is sorted: an {@link java.time.Instant}, a title, or an amount as a {@link Long}
     * @param id decides between equal keys
     */
    record ListingPosition(Object key, UUID id) {}

    /**
     * A page of active products.
     *
     * @param currency of the prices, for {@link ListingOrder#LOWEST_PRICE}
     * @param category lists products of this category and its descendants; null lists all
     * @param after the last product of the page before; null for the first page
     * @param limit maximum number of products
     */
    record Listing(
            ListingOrder order,
            boolean descending,
            String currency,
            @Nullable CategoryId category,
            @Nullable ListingPosition after,
            int limit) {}

    /** Products whose stored data is unreadable are omitted. One statement. */
    List<Product> listActive(Listing listing);

    /**
     * Those of the names that are slugs or ids of products; it may contain other slugs too. One statement.
     *
     * @param names at most 1,000
     */
    Set<String> existingProducts(Collection<String> names);

    /** All categories. One statement. */
    CategoryTree categoryTree();

    /** The category with this slug. One statement. */
    Optional<CategoryId> findCategory(String slug);

    /**
     * The rows of a file that set fields of a product and of its first variant at the same time. If such a row is
     * rejected, it does not change an existing product.
     *
     * @param skus of the variants in such rows
     * @param rejectedProducts slugs of products whose row was rejected before; if they exist, only their variants
     *     change
     */
    record ProductLevelRows(Set<String> skus, Set<String> rejectedProducts) {
        public static final ProductLevelRows NONE = new ProductLevelRows(Set.of(), Set.of());

        public ProductLevelRows {
            skus = Set.copyOf(skus);
            rejectedProducts = Set.copyOf(rejectedProducts);
        }
    }

    /**
     * Creates or updates products by slug and their variants by SKU, all in the caller's transaction. A draft that
     * breaks a rule is rejected; the others are written. Nothing is written for a rejected product, nor for a new
     * product all of whose variants are rejected. A fixed number of statements, whatever the number of drafts.
     *
     * @param drafts at most 1,000, each slug once
     * @return one result per draft, in the same order
     */
    List<ProductUpsertResult> upsert(List<ProductDraft> drafts, ProductLevelRows productLevelRows);

    /** {@link #upsert(List, ProductLevelRows)} of drafts that do not come from a file. */
    default List<ProductUpsertResult> upsert(List<ProductDraft> drafts) {
        return upsert(drafts, ProductLevelRows.NONE);
    }

    /** What {@link #upsert(List, ProductLevelRows)} would return, without writing. */
    List<ProductUpsertResult> preview(List<ProductDraft> drafts, ProductLevelRows productLevelRows);

    /** What {@link #upsert(List)} would return, without writing. */
    default List<ProductUpsertResult> preview(List<ProductDraft> drafts) {
        return preview(drafts, ProductLevelRows.NONE);
    }

    /** The products with these slugs, by slug, locked until the caller's transaction ends. */
    Map<String, ProductSnapshot> lockSnapshots(Collection<String> slugs);

    /** The products with these slugs, by slug. Two statements. */
    Map<String, ProductSnapshot> findSnapshots(Collection<String> slugs);

    /** The products that have variants with these SKUs, with all their variants. Two statements. */
    List<ProductSnapshot> findSnapshotsBySku(Collection<String> skus);

    /**
     * The next products in the order of their ids, with all their variants.
     *
     * @param after the last product of the page before; empty for the first page
     */
    List<ProductSnapshot> listSnapshotsAfter(Optional<ProductId> after, int limit);

    /**
     * The attribute keys that any product or any variant has, in alphabetical order. One statement per 50,000 products
     * or variants; it returns keys only.
     *
     * @param prefix of the keys
     * @param limit maximum number of keys
     */
    SortedSet<String> attributeKeys(AttributeOwner owner, String prefix, int limit);

    /** The kind of record that has attributes. */
    enum AttributeOwner {
        PRODUCTS,
        VARIANTS
    }

    /**
     * The currencies in which any product has a price, in alphabetical order. One statement, whose time does not depend
     * on the number of products.
     */
    List<String> currencies();

    /**
     * Updates the prices by which listings are sorted, invalidates cached responses and publishes events. Call it in
     * the transaction that changes the prices.
     *
     * @param prices all prices of each changed variant
     */
    void pricesChanged(Map<VariantId, List<VariantPrice>> prices);

    /**
     * Invalidates cached responses and publishes events for variants whose prices in price lists changed. Call it in
     * the transaction that changes the prices. Three statements.
     */
    void listPricesChanged(Collection<VariantId> variants);

    /**
     * Invalidates cached responses and publishes events for SKUs that can now be bought, or no longer. Call it in the
     * transaction that changes the availability. SKUs that are not in the catalog are ignored.
     */
    void availabilityChanged(Collection<String> skus);
}
