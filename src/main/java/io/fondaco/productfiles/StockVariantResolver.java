package io.fondaco.productfiles;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.productfiles.StockRow.VariantReference;
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
 * Finds the variants that the rows of a stock file mean. As in the Shopify product file, a variant is identified by its
 * product and option values, because SKUs may be missing or repeat there; a row whose product or options are not found
 * identifies it by SKU.
 */
public final class StockVariantResolver {
    /** Maximum number of products in memory at a time. */
    private static final int PAGE_PRODUCTS = 100;

    private final Catalog catalog;

    public StockVariantResolver(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * @param sku the SKU of the variant; empty if the row is rejected
     * @param rowError why the row is rejected, or a warning about it
     */
    public record ResolvedVariant(Optional<String> sku, Optional<RowError> rowError) {}

    /** Resolves the variants by row number; a returned SKU may be unknown. Two statements per 100 products. */
    public Map<Long, ResolvedVariant> resolve(StockRowParser parser, Collection<StockRow> rows) {
        Map<Long, ResolvedVariant> resolved = new LinkedHashMap<>();
        List<StockRow> page = new ArrayList<>();
        Set<String> slugs = new HashSet<>();
        for (StockRow row : rows) {
            row.variant().ifPresent(variantReference -> slugs.add(variantReference.slug()));
            page.add(row);
            if (slugs.size() == PAGE_PRODUCTS) {
                resolve(parser, page, slugs, resolved);
                page.clear();
                slugs.clear();
            }
        }
        resolve(parser, page, slugs, resolved);
        return resolved;
    }

    private void resolve(
            StockRowParser parser, List<StockRow> rows, Set<String> slugs, Map<Long, ResolvedVariant> resolved) {
        Map<String, ProductSnapshot> products = slugs.isEmpty() ? Map.of() : catalog.findSnapshots(slugs);
        for (StockRow row : rows) {
            resolved.put(row.number(), resolve(parser, row, products));
        }
    }

    private static ResolvedVariant resolve(StockRowParser parser, StockRow row, Map<String, ProductSnapshot> products) {
        if (row.variant().isPresent()) {
            VariantReference variantReference = row.variant().get();
            @Nullable ProductSnapshot product = products.get(variantReference.slug());
            if (product != null && matchesHandle(product, variantReference)) {
                return resolveInProduct(parser, row, variantReference, product);
            }
            if (row.sku().isEmpty()) {
                return rejected(
                        parser,
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
            StockRowParser parser, StockRow row, VariantReference variantReference, ProductSnapshot product) {
        List<VariantDraft> variants = product.draft().variants();
        int match = indexByOptions(product, variantReference);
        if (match != ShopifyVariantMatcher.NO_MATCH) {
            VariantDraft variant = variants.get(match);
            return new ResolvedVariant(
                    Optional.of(variant.sku()), row.sku().flatMap(sku -> skuMismatch(parser, row, variant, sku)));
        }
        if (row.sku().isEmpty()) {
            return rejected(
                    parser,
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

    /** The index of the variant with these options; {@link ShopifyVariantMatcher#NO_MATCH} if there is none. */
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

    /** The values in the order of the product's options, if the row has the same options in another order. */
    private static List<String> inProductOrder(
            List<String> values, @Nullable List<String> optionNames, List<String> options) {
        if (optionNames == null
                || optionNames.size() != values.size()
                || !new HashSet<>(optionNames).equals(new HashSet<>(options))
                || optionNames.size() != options.size()) {
            return values;
        }
        return options.stream()
                .map(option -> values.get(optionNames.indexOf(option)))
                .toList();
    }

    private static Optional<RowError> skuMismatch(
            StockRowParser parser, StockRow row, VariantDraft variant, String sku) {
        Map<String, String> attributes = Objects.requireNonNull(variant.attributes());
        if (sku.equals(variant.sku()) || sku.equals(attributes.get(ShopifyAttribute.SKU))) {
            return Optional.empty();
        }
        return Optional.of(RowError.of(
                row.number(),
                parser.skuColumn(),
                "sku_kept",
                "The variant with this handle and these options has the SKU "
                        + variant.sku().replace("%", "%%") + ", not '%s'; the row is applied to it",
                sku));
    }

    private static ResolvedVariant rejected(
            StockRowParser parser, StockRow row, String code, String template, String value) {
        return new ResolvedVariant(
                Optional.empty(), Optional.of(RowError.of(row.number(), parser.skuColumn(), code, template, value)));
    }
}
