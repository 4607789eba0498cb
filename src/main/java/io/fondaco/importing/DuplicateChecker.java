package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.productfiles.RowError;
import io.fondaco.productfiles.StagedProduct;
import io.fondaco.productfiles.StagedRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Rejects products, SKUs and rows that appear in a file for the second time. The rows of a product must be consecutive;
 * where variants are identified by SKU, a SKU may be in one row only. The first appearance wins. The keys seen so far
 * are kept in the database, so that memory does not grow with the file.
 */
final class DuplicateChecker {
    private static final String PRODUCT = "product\u001f";
    private static final String VARIANT = "variant\u001f";

    private final ImportJobRepository jobs;

    DuplicateChecker(ImportJobRepository jobs) {
        this.jobs = jobs;
    }

    /** @param earlierSkus SKUs of these products that earlier rows of the file have already */
    record DuplicateCheck(List<StagedProduct> products, Set<String> earlierSkus) {}

    /** @param skusMustBeUnique whether a SKU that appears for the second time is rejected */
    DuplicateCheck rejectDuplicates(ImportId id, List<StagedProduct> products, boolean skusMustBeUnique) {
        Set<String> allKeys = new HashSet<>();
        for (StagedProduct product : products) {
            allKeys.addAll(keys(product));
        }
        Set<String> seenBefore = new HashSet<>(jobs.recordSeenKeys(id, List.copyOf(allKeys)));
        Set<String> seenInBatch = new HashSet<>();
        List<StagedProduct> checkedProducts = new ArrayList<>(products.size());
        for (StagedProduct product : products) {
            StagedProduct checked =
                    check(product, key -> seenBefore.contains(key) || seenInBatch.contains(key), skusMustBeUnique);
            checkedProducts.add(checked);
            seenInBatch.addAll(keys(product));
        }
        Set<String> earlierSkus = seenBefore.stream()
                .filter(key -> key.startsWith(VARIANT))
                .map(key -> key.substring(VARIANT.length()))
                .collect(Collectors.toSet());
        return new DuplicateCheck(checkedProducts, earlierSkus);
    }

    /**
     * The rows whose key no earlier row of the file has, in their order.
     *
     * @param duplicate the error of a row whose key an earlier row has
     */
    <T> List<T> rejectDuplicateRows(
            ImportId id, List<T> rows, Function<T, String> key, Function<T, RowError> duplicate, BatchResult result) {
        List<String> keys = rows.stream().map(key).distinct().toList();
        Set<String> seen = new HashSet<>(jobs.recordSeenKeys(id, keys));
        List<T> accepted = new ArrayList<>();
        for (T row : rows) {
            if (seen.add(key.apply(row))) {
                accepted.add(row);
            } else {
                result.reject(duplicate.apply(row));
            }
        }
        return accepted;
    }

    private static StagedProduct check(StagedProduct product, Predicate<String> isDuplicate, boolean skusMustBeUnique) {
        if (product.draft().isEmpty()) {
            return product;
        }
        ProductDraft draft = product.draft().get();
        if (isDuplicate.test(PRODUCT + draft.slug())) {
            RowError error = RowError.of(
                    product.rows().getFirst().number(),
                    "",
                    "duplicate_product",
                    "The product '%s' appears earlier in the file; the rows of a product must be consecutive",
                    draft.slug());
            return StagedProduct.rejected(error, product.rows());
        }
        if (!skusMustBeUnique) {
            return product;
        }
        List<StagedRow> rows = new ArrayList<>(product.rows().size());
        Set<String> dropped = new HashSet<>();
        for (StagedRow row : product.rows()) {
            if (row instanceof StagedRow.StagedVariantRow variant && isDuplicate.test(VARIANT + variant.sku())) {
                dropped.add(variant.sku());
                rows.add(new StagedRow.RejectedRow(RowError.of(
                        row.number(), "", "duplicate_sku", "The SKU '%s' appears earlier in the file", variant.sku())));
            } else {
                rows.add(row);
            }
        }
        if (dropped.isEmpty()) {
            return product;
        }
        List<VariantDraft> remaining = draft.variants().stream()
                .filter(variant -> !dropped.contains(variant.sku()))
                .toList();
        return StagedProduct.assemble(draft, remaining, rows);
    }

    private static List<String> keys(StagedProduct product) {
        List<String> keys = new ArrayList<>();
        product.draft().ifPresent(draft -> {
            keys.add(PRODUCT + draft.slug());
            draft.variants().forEach(variant -> keys.add(VARIANT + variant.sku()));
        });
        return keys;
    }
}
