package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.importing.StockRow.VariantReference;
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
final class StockVariantResolver {
    /** Products in memory at a time. */
    private static final int PAGE_PRODUCTS = 100;

    private final Catalog catalog;

    StockVariantResolver(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * @param sku the variant goes by here; empty when the row is refused
     * @param rowError why it is refused, else what somebody should know of the row
     */
    record ResolvedVariant(Optional<String> sku, Optional<RowError> rowError) {}

    /**
     * By the numbers of the rows; of an SKU it is not said that anything has it. Two statements for each 100 products.
     */
    Map<Long, ResolvedVariant> resolve(StockRowParser format, Collection<StockRow> rows) {
        Map<Long, ResolvedVariant> found = new LinkedHashMap<>();
        List<StockRow> page = new ArrayList<>();
        Set<String> slugs = new HashSet<>();
        for (StockRow row : rows) {
            row.variant().ifPresent(variantReference -> slugs.add(variantReference.slug()));
            page.add(row);
            if (slugs.size() == PAGE_PRODUCTS) {
                resolve(format, page, slugs, found);
                page.clear();
                slugs.clear();
            }
        }
        resolve(format, page, slugs, found);
        return found;
    }

    private void resolve(
            StockRowParser format, List<StockRow> rows, Set<String> slugs, Map<Long, ResolvedVariant> found) {
        Map<String, ProductSnapshot> products = slugs.isEmpty() ? Map.of() : catalog.findSnapshots(slugs);
        for (StockRow row : rows) {
            found.put(row.number(), resolve(format, row, products));
        }
    }

    private static ResolvedVariant resolve(StockRowParser format, StockRow row, Map<String, ProductSnapshot> products) {
        if (row.variant().isPresent()) {
            VariantReference variantReference = row.variant().get();
            @Nullable ProductSnapshot product = products.get(variantReference.slug());
            if (product != null && matchesHandle(product, variantReference)) {
                return resolveInProduct(format, row, variantReference, product);
            }
            if (row.sku().isEmpty()) {
                return rejected(
                        format,
                        row,
                        "unknown_product",
                        "There is no product with the handle '%s'",
                        variantReference.handle());
            }
        }
        return new ResolvedVariant(row.sku(), Optional.empty());
    }

    private static boolean matchesHandle(ProductSnapshot product, VariantReference variantReference) {
        return ShopifyVariantMatcher.matchesHandle(
                variantReference.handle(),
                variantReference.slug(),
                Objects.requireNonNull(product.draft().attributes()));
    }

    private static ResolvedVariant resolveInProduct(
            StockRowParser format, StockRow row, VariantReference variantReference, ProductSnapshot product) {
        List<VariantDraft> variants = product.draft().variants();
        int match = indexByOptions(product, variantReference);
        if (match != ShopifyVariantMatcher.NO_MATCH) {
            VariantDraft variant = variants.get(match);
            return new ResolvedVariant(
                    Optional.of(variant.sku()), row.sku().flatMap(sku -> skuMismatch(format, row, variant, sku)));
        }
        if (row.sku().isEmpty()) {
            return rejected(
                    format,
                    row,
                    "variant_not_named",
                    "The product '%s' has no variant with these options, and the row has no SKU",
                    variantReference.handle());
        }
        int bySku = ShopifyVariantMatcher.indexBySku(variants, row.sku().get());
        return new ResolvedVariant(
                bySku == ShopifyVariantMatcher.NO_MATCH
                        ? row.sku()
                        : Optional.of(variants.get(bySku).sku()),
                Optional.empty());
    }

    /** The variant with these options; {@link ShopifyVariantMatcher#NO_MATCH} when there is none. */
    private static int indexByOptions(ProductSnapshot product, VariantReference variantReference) {
        List<VariantDraft> variants = product.draft().variants();
        List<String> values = variantReference.optionValues();
        if (values == null) {
            return variants.size() == 1 ? 0 : ShopifyVariantMatcher.NO_MATCH;
        }
        List<String> options = Objects.requireNonNull(product.draft().options());
        List<String> ordered = values.isEmpty() && ShopifyOptions.hasDefaultOption(options, variants)
                ? ShopifyOptions.DEFAULT_VALUES
                : inProductOrder(values, variantReference.optionNames(), options);
        for (int index = 0; index < variants.size(); index++) {
            if (ordered.equals(variants.get(index).optionValues())) {
                return index;
            }
        }
        return ShopifyVariantMatcher.NO_MATCH;
    }

    /** The values in the order of the product's options, where the row names the same ones in another order. */
    private static List<String> inProductOrder(
            List<String> values, @Nullable List<String> named, List<String> options) {
        if (named == null
                || named.size() != values.size()
                || !new HashSet<>(named).equals(new HashSet<>(options))
                || named.size() != options.size()) {
            return values;
        }
        return options.stream().map(option -> values.get(named.indexOf(option))).toList();
    }

    private static Optional<RowError> skuMismatch(
            StockRowParser format, StockRow row, VariantDraft variant, String sku) {
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

    private static ResolvedVariant rejected(
            StockRowParser format, StockRow row, String code, String template, String value) {
        return new ResolvedVariant(
                Optional.empty(), Optional.of(RowError.of(row.number(), format.skuColumn(), code, template, value)));
    }
}
