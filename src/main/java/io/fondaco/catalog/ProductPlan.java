package io.fondaco.catalog;

import io.fondaco.catalog.Catalog.FirstRows;
import io.fondaco.catalog.Upserted.Change;
import io.fondaco.catalog.Upserted.Refusal;
import io.fondaco.catalog.Upserted.UpsertedVariant;
import io.fondaco.platform.identity.TypeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a draft means for a product: the rows to write, and the answer to give. Pure: reads nothing, writes nothing.
 *
 * @param product as it shall be; absent when unchanged or refused
 * @param categories as they shall be, by path; absent when unchanged or refused
 * @param variants to be written
 */
record ProductPlan(
        Upserted outcome,
        UUID productId,
        Optional<ProductRow> product,
        Optional<List<List<String>>> categories,
        List<ProductRow.VariantRow> variants) {

    /**
     * @param firstRows of the file that the drafts were read from
     */
    static ProductPlan of(
            ProductDraft draft,
            Optional<ProductRow> present,
            CategoryTree tree,
            Map<String, String> skuOwners,
            FirstRows firstRows) {
        UUID id = present.map(ProductRow::id).orElseGet(TypeId::newUuid);
        if (present.isPresent() && firstRows.refusedProducts().contains(draft.slug())) {
            return plan(id, ProductDraft.ofVariants(draft.slug(), draft.variants()), present, tree, skuOwners);
        }
        ProductPlan plan = plan(id, draft, present, tree, skuOwners);
        Map<String, UpsertedVariant> refused = new LinkedHashMap<>();
        plan.outcome().variants().forEach((sku, variant) -> {
            if (variant.refusal().isPresent() && firstRows.skus().contains(sku)) {
                refused.put(sku, variant);
            }
        });
        if (refused.isEmpty() || present.isEmpty() || plan.outcome().refusal().isPresent()) {
            return plan;
        }
        // The refused row speaks for the product as well, so nothing that it says about the product takes effect.
        List<VariantDraft> others = draft.variants().stream()
                .filter(variant -> !refused.containsKey(variant.sku()))
                .toList();
        ProductPlan rest = plan(id, ProductDraft.ofVariants(draft.slug(), others), present, tree, skuOwners);
        Map<String, UpsertedVariant> variants = new LinkedHashMap<>(refused);
        variants.putAll(rest.outcome().variants());
        Upserted outcome = new Upserted(
                draft.slug(), rest.outcome().product(), variants, rest.outcome().refusal());
        return new ProductPlan(outcome, id, rest.product(), rest.categories(), rest.variants());
    }

    private static ProductPlan plan(
            UUID id,
            ProductDraft draft,
            Optional<ProductRow> present,
            CategoryTree tree,
            Map<String, String> skuOwners) {
        List<List<String>> categoriesBefore = present.map(row -> row.categories().stream()
                        .map(category -> tree.path(category.id()))
                        .toList())
                .orElse(List.of());
        List<List<String>> categories =
                or(draft.categories(), categoriesBefore).stream().distinct().toList();
        ProductRow merged = merge(id, draft, present);
        Optional<Refusal> refusal = ProductRules.check(merged, categories);
        if (refusal.isPresent()) {
            return refused(draft, id, Map.of(), refusal.get());
        }
        boolean same =
                present.filter(row -> sameProduct(row, merged)).isPresent() && categories.equals(categoriesBefore);
        Change change = present.isEmpty() ? Change.CREATED : same ? Change.UNCHANGED : Change.UPDATED;
        Variants variants = new Variants(merged, present, skuOwners);
        variants.plan(draft.variants());
        Optional<Refusal> whole = variants.refusalOfProduct();
        if (whole.isPresent()) {
            return refused(draft, id, variants.refusals(), whole.get());
        }
        return new ProductPlan(
                new Upserted(draft.slug(), Optional.of(change), variants.outcomes, Optional.empty()),
                id,
                change == Change.UNCHANGED ? Optional.empty() : Optional.of(merged),
                change == Change.UNCHANGED || categories.equals(categoriesBefore)
                        ? Optional.empty()
                        : Optional.of(categories),
                variants.rows);
    }

    private static ProductPlan refused(
            ProductDraft draft, UUID id, Map<String, UpsertedVariant> variants, Refusal refusal) {
        return new ProductPlan(
                new Upserted(draft.slug(), Optional.empty(), variants, Optional.of(refusal)),
                id,
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /**
     * The values of a variant once its product has other options: they go with the names. An option whose name is new takes
     * the values of the one in its place if that name is gone and the number of options is the same: it was renamed. A value
     * that is missing is empty.
     */
    static List<String> moved(List<String> before, List<String> after, List<String> values) {
        if (before.equals(after)) {
            return values;
        }
        List<String> moved = new ArrayList<>(after.size());
        for (int index = 0; index < after.size(); index++) {
            int from = before.indexOf(after.get(index));
            if (from < 0 && before.size() == after.size() && !after.contains(before.get(index))) {
                from = index;
            }
            moved.add(from >= 0 && from < values.size() ? values.get(from) : "");
        }
        return moved;
    }

    private static ProductRow merge(UUID id, ProductDraft draft, Optional<ProductRow> present) {
        ProductRow row = present.orElse(null);
        return new ProductRow(
                id,
                draft.slug(),
                stripped(draft.title(), row == null ? "" : row.title()),
                or(draft.description(), row == null ? "" : row.description()),
                or(draft.vendor(), row == null ? "" : row.vendor()),
                or(draft.productType(), row == null ? "" : row.productType()),
                or(draft.status(), row == null ? ProductStatus.DRAFT : row.status()),
                or(draft.tags(), row == null ? List.of() : row.tags()),
                stripped(draft.options(), row == null ? List.of() : row.options()),
                or(draft.media(), row == null ? List.of() : row.media()),
                or(draft.seoTitle(), row == null ? "" : row.seoTitle()),
                or(draft.seoDescription(), row == null ? "" : row.seoDescription()),
                or(draft.attributes(), row == null ? Map.of() : row.attributes()),
                0,
                null,
                null,
                List.of(),
                List.of());
    }

    private static boolean sameProduct(ProductRow a, ProductRow b) {
        return a.title().equals(b.title())
                && a.description().equals(b.description())
                && a.vendor().equals(b.vendor())
                && a.productType().equals(b.productType())
                && a.status() == b.status()
                && a.tags().equals(b.tags())
                && a.options().equals(b.options())
                && a.media().equals(b.media())
                && a.seoTitle().equals(b.seoTitle())
                && a.seoDescription().equals(b.seoDescription())
                && a.attributes().equals(b.attributes());
    }

    private static <T> T or(@Nullable T wanted, T otherwise) {
        return wanted == null ? otherwise : wanted;
    }

    /** Blanks around a name mean nothing, and nobody sees them. */
    private static String stripped(@Nullable String wanted, String otherwise) {
        return wanted == null ? otherwise : wanted.strip();
    }

    private static List<String> stripped(@Nullable List<String> wanted, List<String> otherwise) {
        return wanted == null ? otherwise : wanted.stream().map(String::strip).toList();
    }

    /** Plans the variants of one product. What they must be to each other is judged over all, as they are afterwards. */
    private static final class Variants {
        private final ProductRow product;
        private final Map<String, String> skuOwners;
        private final boolean created;
        private final boolean optionsChanged;
        private final Map<String, ProductRow.VariantRow> present = new LinkedHashMap<>();
        /** Stored variants as the options of the product leave them, before the drafts are looked at. */
        private final Map<String, ProductRow.VariantRow> stored = new LinkedHashMap<>();

        private final Map<String, ProductRow.VariantRow> accepted = new LinkedHashMap<>();
        private final Map<String, UpsertedVariant> outcomes = new LinkedHashMap<>();
        private final List<ProductRow.VariantRow> rows = new ArrayList<>();
        private int nextPosition;

        Variants(ProductRow product, Optional<ProductRow> before, Map<String, String> skuOwners) {
            this.product = product;
            this.skuOwners = skuOwners;
            created = before.isEmpty();
            optionsChanged = before.filter(row -> !row.options().equals(product.options()))
                    .isPresent();
            before.ifPresent(row -> row.variants().forEach(variant -> {
                present.put(variant.sku(), variant);
                stored.put(
                        variant.sku(),
                        variant.withOptionValues(moved(row.options(), product.options(), variant.optionValues())));
                nextPosition = Math.max(nextPosition, variant.position() + 1);
            }));
        }

        void plan(List<VariantDraft> drafts) {
            for (VariantDraft draft : drafts) {
                ProductRow.VariantRow merged = merge(draft, stored.get(draft.sku()));
                Optional<Refusal> refusal = refusal(merged);
                if (refusal.isPresent()) {
                    refuse(draft.sku(), refusal.get());
                } else {
                    accepted.put(draft.sku(), merged);
                    outcomes.put(draft.sku(), outcome(merged));
                }
            }
            boolean settled = false;
            // Each round but the last refuses a draft at least.
            while (!settled) {
                settled = refuseTwins();
            }
            stored.forEach((sku, row) -> {
                ProductRow.VariantRow after = accepted.getOrDefault(sku, row);
                if (change(after) != Change.UNCHANGED) {
                    rows.add(after);
                }
            });
            accepted.forEach((sku, row) -> {
                if (!stored.containsKey(sku)) {
                    rows.add(row);
                }
            });
        }

        private void refuse(String sku, Refusal refusal) {
            accepted.remove(sku);
            outcomes.put(sku, new UpsertedVariant(Optional.empty(), Optional.empty(), Optional.of(refusal)));
        }

        private UpsertedVariant outcome(ProductRow.VariantRow row) {
            return new UpsertedVariant(
                    Optional.of(new VariantId(row.id())), Optional.of(change(row)), Optional.empty());
        }

        private Change change(ProductRow.VariantRow after) {
            ProductRow.VariantRow before = present.get(after.sku());
            return before == null
                    ? Change.CREATED
                    : before.asDraft().equals(after.asDraft()) ? Change.UNCHANGED : Change.UPDATED;
        }

        /** Refuses drafts that want option values which another variant has; those that keep their values are not asked. */
        private boolean refuseTwins() {
            Map<List<String>, String> holders = new HashMap<>();
            stored.forEach((sku, row) -> {
                ProductRow.VariantRow after = accepted.getOrDefault(sku, row);
                if (!movesTo(after)) {
                    holders.putIfAbsent(after.optionValues(), sku);
                }
            });
            Map<String, Refusal> refused = new LinkedHashMap<>();
            accepted.forEach((sku, row) -> {
                if (!movesTo(row)) {
                    return;
                }
                String twin = holders.putIfAbsent(row.optionValues(), sku);
                if (twin != null) {
                    ProductRules.refuse(
                                    "option_values",
                                    "duplicate_options",
                                    "The variant '%s' has the same options".formatted(twin),
                                    String.join(" / ", row.optionValues()))
                            .ifPresent(refusal -> refused.put(sku, refusal));
                }
            });
            refused.forEach(this::refuse);
            return refused.isEmpty();
        }

        /** Whether a variant comes to option values that it did not have. */
        private boolean movesTo(ProductRow.VariantRow after) {
            ProductRow.VariantRow row = stored.get(after.sku());
            return row == null || !row.optionValues().equals(after.optionValues());
        }

        /** What is wrong with the product because of its variants. */
        Optional<Refusal> refusalOfProduct() {
            if (created) {
                Optional<Refusal> first = outcomes.values().stream()
                        .flatMap(outcome -> outcome.refusal().stream())
                        .findFirst();
                return accepted.isEmpty() ? first : Optional.empty();
            }
            return optionsChanged ? refusalOfOptions() : Optional.empty();
        }

        private Optional<Refusal> refusalOfOptions() {
            Map<List<String>, String> holders = new HashMap<>();
            Map<String, ProductRow.VariantRow> after = new LinkedHashMap<>(stored);
            after.putAll(accepted);
            for (ProductRow.VariantRow row : after.values()) {
                int missing = row.optionValues().indexOf("");
                if (missing >= 0
                        || row.optionValues().size() != product.options().size()) {
                    return ProductRules.refuse(
                            "options",
                            "option_count",
                            "The variant '%s' has no value for the option".formatted(row.sku()),
                            product.options().get(Math.max(0, missing)));
                }
                String twin = holders.putIfAbsent(row.optionValues(), row.sku());
                if (twin != null) {
                    return ProductRules.refuse(
                            "options",
                            "duplicate_options",
                            "The variants '%s' and '%s' would have the same options".formatted(twin, row.sku()),
                            String.join(" / ", row.optionValues()));
                }
            }
            return Optional.empty();
        }

        /** The variants that were refused, for a product that is refused as a whole. */
        Map<String, UpsertedVariant> refusals() {
            Map<String, UpsertedVariant> refusals = new LinkedHashMap<>();
            outcomes.forEach((sku, outcome) -> {
                if (outcome.refusal().isPresent()) {
                    refusals.put(sku, outcome);
                }
            });
            return refusals;
        }

        private Optional<Refusal> refusal(ProductRow.VariantRow variant) {
            if (outcomes.containsKey(variant.sku())) {
                return ProductRules.refuse("sku", "duplicate_sku", "The product names this SKU twice", variant.sku());
            }
            String owner = skuOwners.get(variant.sku());
            if (owner != null && !owner.equals(product.slug())) {
                return ProductRules.refuse(
                        "sku", "sku_taken", "The product '%s' has this SKU".formatted(owner), variant.sku());
            }
            boolean isNew = !stored.containsKey(variant.sku());
            long fresh = accepted.keySet().stream()
                    .filter(sku -> !stored.containsKey(sku))
                    .count();
            if (isNew && stored.size() + fresh >= ProductRules.MAX_VARIANTS) {
                return ProductRules.refuse(
                        "sku",
                        "too_many_variants",
                        "At most %d variants".formatted(ProductRules.MAX_VARIANTS),
                        variant.sku());
            }
            // A stored variant with a wrong number of values must not stand in the way of its price or its weight.
            boolean judged = optionsChanged || movesTo(variant);
            return ProductRules.check(
                    variant,
                    judged ? product.options().size() : variant.optionValues().size());
        }

        private ProductRow.VariantRow merge(VariantDraft draft, ProductRow.@Nullable VariantRow row) {
            return new ProductRow.VariantRow(
                    row == null ? TypeId.newUuid() : row.id(),
                    product.id(),
                    draft.sku(),
                    row == null ? nextPosition++ : row.position(),
                    stripped(draft.optionValues(), row == null ? List.of() : row.optionValues()),
                    or(draft.barcode(), row == null ? "" : row.barcode()),
                    or(draft.weightGrams(), row == null ? 0L : row.weightGrams()),
                    or(draft.inventoryTracked(), row == null || row.inventoryTracked()),
                    or(draft.inventoryPolicy(), row == null ? InventoryPolicy.DENY : row.inventoryPolicy()),
                    or(draft.taxable(), row == null || row.taxable()),
                    or(draft.requiresShipping(), row == null || row.requiresShipping()),
                    or(draft.imageUrl(), row == null ? "" : row.imageUrl()),
                    or(draft.attributes(), row == null ? Map.of() : row.attributes()),
                    0,
                    null,
                    null);
        }
    }
}
