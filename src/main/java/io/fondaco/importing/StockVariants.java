package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.importing.StockRow.Named;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the variants that the rows of a stock file mean. As in the product file of the exchange format, a variant is
 * its product and its option values, because SKUs may be missing or repeat there; a row whose product or options are
 * not found here names it by the SKU.
 */
final class StockVariants {
    /** Products in memory at a time. */
    private static final int PAGE_PRODUCTS = 100;

    private final Catalog catalog;

    StockVariants(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * @param sku the variant goes by here; empty when the row is refused
     * @param note why it is refused, else what somebody should know of the row
     */
    record Found(Optional<String> sku, Optional<RowError> note) {}

    /**
     * By the numbers of the rows; of an SKU it is not said that anything has it. Two statements for each 100 products.
     */
    Map<Long, Found> find(StockFormat format, Collection<StockRow> rows) {
        Map<Long, Found> found = new LinkedHashMap<>();
        List<StockRow> page = new ArrayList<>();
        Set<String> slugs = new HashSet<>();
        for (StockRow row : rows) {
            row.variant().ifPresent(named -> slugs.add(named.slug()));
            page.add(row);
            if (slugs.size() == PAGE_PRODUCTS) {
                find(format, page, slugs, found);
                page.clear();
                slugs.clear();
            }
        }
        find(format, page, slugs, found);
        return found;
    }

    private void find(StockFormat format, List<StockRow> rows, Set<String> slugs, Map<Long, Found> found) {
        Map<String, ProductSnapshot> products = slugs.isEmpty() ? Map.of() : catalog.snapshots(slugs);
        for (StockRow row : rows) {
            found.put(row.number(), find(format, row, products));
        }
    }

    private static Found find(StockFormat format, StockRow row, Map<String, ProductSnapshot> products) {
        if (row.variant().isPresent()) {
            Named named = row.variant().get();
            @Nullable ProductSnapshot product = products.get(named.slug());
            if (product != null && isMeant(product, named)) {
                return ofProduct(format, row, named, product);
            }
            if (row.sku().isEmpty()) {
                return refused(
                        format, row, "unknown_product", "There is no product with the handle '%s'", named.handle());
            }
        }
        return new Found(row.sku(), Optional.empty());
    }

    private static boolean isMeant(ProductSnapshot product, Named named) {
        return ShopifyMatching.isHandleOf(
                named.handle(),
                named.slug(),
                Objects.requireNonNull(product.product().attributes()));
    }

    private static Found ofProduct(StockFormat format, StockRow row, Named named, ProductSnapshot product) {
        List<VariantDraft> variants = product.product().variants();
        int match = byOptions(product, named);
        if (match != ShopifyMatching.NONE) {
            VariantDraft variant = variants.get(match);
            return new Found(Optional.of(variant.sku()), row.sku().flatMap(sku -> otherSku(format, row, variant, sku)));
        }
        if (row.sku().isEmpty()) {
            return refused(
                    format,
                    row,
                    "variant_not_named",
                    "The product '%s' has no variant with these options, and the row has no SKU",
                    named.handle());
        }
        int bySku = ShopifyMatching.bySku(variants, row.sku().get());
        return new Found(
                bySku == ShopifyMatching.NONE
                        ? row.sku()
                        : Optional.of(variants.get(bySku).sku()),
                Optional.empty());
    }

    /** The variant with these options; {@link ShopifyMatching#NONE} when there is none. */
    private static int byOptions(ProductSnapshot product, Named named) {
        List<VariantDraft> variants = product.product().variants();
        List<String> values = named.values();
        if (values == null) {
            return variants.size() == 1 ? 0 : ShopifyMatching.NONE;
        }
        List<String> ordered = inOrder(
                values,
                named.options(),
                Objects.requireNonNull(product.product().options()));
        for (int index = 0; index < variants.size(); index++) {
            if (ordered.equals(variants.get(index).optionValues())) {
                return index;
            }
        }
        return ShopifyMatching.NONE;
    }

    /** The values in the order of the product's options, where the row names the same ones in another order. */
    private static List<String> inOrder(List<String> values, @Nullable List<String> named, List<String> options) {
        if (named == null
                || named.size() != values.size()
                || !new HashSet<>(named).equals(new HashSet<>(options))
                || named.size() != options.size()) {
            return values;
        }
        return options.stream().map(option -> values.get(named.indexOf(option))).toList();
    }

    private static Optional<RowError> otherSku(StockFormat format, StockRow row, VariantDraft variant, String sku) {
        Map<String, String> attributes = Objects.requireNonNull(variant.attributes());
        if (sku.equals(variant.sku()) || sku.equals(attributes.get(ShopifyAttribute.SKU))) {
            return Optional.empty();
        }
        return Optional.of(RowError.of(
                row.number(),
                format.skuColumn(),
                "sku_kept",
                "The variant with this handle and these options goes by "
                        + variant.sku().replace("%", "%%") + " here, not by '%s'; the row counts for it",
                sku));
    }

    private static Found refused(StockFormat format, StockRow row, String code, String template, String value) {
        return new Found(
                Optional.empty(), Optional.of(RowError.of(row.number(), format.skuColumn(), code, template, value)));
    }
}
