package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.VariantDraft;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Refuses what stands in a file for the second time. A product's rows must follow each other; where SKUs are names, a SKU
 * belongs to one row.
 * The earlier place wins; what was met is kept in the database, so that a file of any size costs no memory.
 */
final class DuplicateChecker {
    private static final String PRODUCT = "product\u001f";
    private static final String VARIANT = "variant\u001f";

    private final ImportJobRepository jobs;

    DuplicateChecker(ImportJobRepository ledger) {
        this.jobs = ledger;
    }

    /**
     * @param earlierSkus SKUs that stood further up in the file
     */
    record DuplicateCheck(List<StagedProduct> products, Set<String> earlierSkus) {}

    /**
     * @param skusAreNames whether a SKU that stands in the file for the second time is refused
     */
    DuplicateCheck rejectDuplicates(ImportId id, List<StagedProduct> products, boolean skusAreNames) {
        Set<String> met = new HashSet<>();
        for (StagedProduct product : products) {
            met.addAll(keys(product));
        }
        Set<String> earlier = new HashSet<>(jobs.recordSeenKeys(id, List.copyOf(met)));
        Set<String> here = new HashSet<>();
        List<StagedProduct> fresh = new ArrayList<>(products.size());
        for (StagedProduct product : products) {
            StagedProduct checked = check(product, key -> earlier.contains(key) || here.contains(key), skusAreNames);
            fresh.add(checked);
            here.addAll(keys(product));
        }
        Set<String> earlierSkus = earlier.stream()
                .filter(key -> key.startsWith(VARIANT))
                .map(key -> key.substring(VARIANT.length()))
                .collect(Collectors.toSet());
        return new DuplicateCheck(fresh, earlierSkus);
    }

    private static StagedProduct check(StagedProduct product, Predicate<String> repeated, boolean skusAreNames) {
        if (product.draft().isEmpty()) {
            return product;
        }
        ProductDraft draft = product.draft().get();
        if (repeated.test(PRODUCT + draft.slug())) {
            RowError error = RowError.of(
                    product.rows().getFirst().number(),
                    "",
                    "duplicate_product",
                    "'%s' stands further up in the file; the rows of a product must follow each other",
                    draft.slug());
            return StagedProduct.rejected(error, product.rows());
        }
        if (!skusAreNames) {
            return product;
        }
        List<StagedRow> rows = new ArrayList<>(product.rows().size());
        Set<String> dropped = new HashSet<>();
        for (StagedRow row : product.rows()) {
            if (row instanceof StagedRow.StagedVariantRow variant && repeated.test(VARIANT + variant.sku())) {
                dropped.add(variant.sku());
                rows.add(new StagedRow.RejectedRow(RowError.of(
                        row.number(), "", "duplicate_sku", "'%s' stands further up in the file", variant.sku())));
            } else {
                rows.add(row);
            }
        }
        if (dropped.isEmpty()) {
            return product;
        }
        List<VariantDraft> left = draft.variants().stream()
                .filter(variant -> !dropped.contains(variant.sku()))
                .toList();
        return StagedProduct.assemble(draft, left, rows);
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
