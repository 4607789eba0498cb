package io.fondaco.catalog;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/** The catalogue, for other modules. Calls join the caller's transaction and follow its route. */
public interface Catalog {
    /**
     * What an event tells of a product.
     *
     * @param skus the variants that it is about; empty when it is about the product, or about too many
     */
    record ProductEventPayload(ProductId id, String slug, List<String> skus) {
        public ProductEventPayload {
            skus = List.copyOf(skus);
        }
    }

    /**
     * The variants that have these SKUs; unknown ones are missing from the answer, variants that are not for sale are
     * in it and say so. One statement.
     */
    Map<String, SellableVariant> variantsBySku(Collection<String> skus);

    /**
     * The rows of a file that speak for a product and for its first variant at the same time. What such a row says about a
     * product that exists takes effect only if the row is not refused.
     *
     * @param skus of the variants in such rows
     * @param rejectedProducts slugs of products whose row was refused before; if they exist, only their variants change
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
     * breaks a rule is refused by itself; the others go in. Nothing is written of a refused product, nor of a new one all of
     * whose variants are refused. A fixed number of statements however many drafts.
     *
     * @param drafts at most 1,000, each slug once
     * @return one per draft, in the same order
     */
    List<ProductUpsertResult> upsert(List<ProductDraft> drafts, ProductLevelRows productLevelRows);

    /** {@link #upsert(List, ProductLevelRows)} of drafts that were read from no file. */
    default List<ProductUpsertResult> upsert(List<ProductDraft> drafts) {
        return upsert(drafts, ProductLevelRows.NONE);
    }

    /** What {@link #upsert(List, ProductLevelRows)} would answer, without writing. */
    List<ProductUpsertResult> preview(List<ProductDraft> drafts, ProductLevelRows productLevelRows);

    /** What {@link #upsert(List)} would answer, without writing. */
    default List<ProductUpsertResult> preview(List<ProductDraft> drafts) {
        return preview(drafts, ProductLevelRows.NONE);
    }

    /** The products that have these slugs, by slug, locked until the caller's transaction ends. */
    Map<String, ProductSnapshot> lockSnapshots(Collection<String> slugs);

    /** The products that have these slugs, by slug. Two statements. */
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
     * The keys of attributes that products have, or variants, in alphabetical order. One statement for each 50,000 of
     * them, that reads nothing but keys.
     *
     * @param prefix that the keys begin with
     * @param limit the most that are told
     */
    SortedSet<String> attributeKeys(AttributeOwner owner, String prefix, int limit);

    /** What attributes belong to. */
    enum AttributeOwner {
        PRODUCTS,
        VARIANTS
    }

    /**
     * The currencies that any product has prices in, in alphabetical order. One statement, that takes the same time at
     * any size.
     */
    List<String> currencies();

    /**
     * Tells that prices changed, so that listings can be sorted by them: the whole set of prices of each variant named.
     * To be called in the transaction that changes them.
     */
    void pricesChanged(Map<VariantId, List<VariantPrice>> prices);

    /**
     * Tells that of these SKUs one can be bought now that could not, or the other way round, so that nobody is shown
     * otherwise. To be called in the transaction that changes it; SKUs that are not in the catalogue do no harm.
     */
    void availabilityChanged(Collection<String> skus);
}
