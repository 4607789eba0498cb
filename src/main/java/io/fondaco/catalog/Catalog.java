package io.fondaco.catalog;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The catalogue, for other modules. Calls join the caller's transaction and follow its route. */
public interface Catalog {
    /**
     * What an event tells of a product.
     *
     * @param skus the variants that it is about; empty when it is about the product, or about too many
     */
    record ProductNews(ProductId id, String slug, List<String> skus) {
        public ProductNews {
            skus = List.copyOf(skus);
        }
    }

    /**
     * The variants that have these SKUs; unknown ones are missing from the answer, variants that are not for sale are
     * in it and say so. One statement.
     */
    Map<String, SellableVariant> variantsBySku(Collection<String> skus);

    /**
     * Creates or updates products by slug and their variants by SKU, all in the caller's transaction. A draft that
     * breaks a rule is refused by itself; the others go in. A fixed number of statements however many drafts.
     *
     * @param drafts at most 1,000, each slug once
     * @return one per draft, in the same order
     */
    List<Upserted> upsert(List<ProductDraft> drafts);

    /** What {@link #upsert} would answer, without writing. */
    List<Upserted> preview(List<ProductDraft> drafts);

    /**
     * The next products in the order of their ids, with all their variants.
     *
     * @param after the last product of the page before; empty for the first page
     */
    List<ProductSnapshot> snapshotsAfter(Optional<ProductId> after, int limit);

    /**
     * Tells that prices changed, so that listings can be sorted by them: the whole set of prices of each variant named.
     * To be called in the transaction that changes them.
     */
    void pricesChanged(Map<VariantId, List<PriceTag>> prices);

    /**
     * Tells that of these SKUs one can be bought now that could not, or the other way round, so that nobody is shown
     * otherwise. To be called in the transaction that changes it; SKUs that are not in the catalogue do no harm.
     */
    void availabilityChanged(Collection<String> skus);
}
