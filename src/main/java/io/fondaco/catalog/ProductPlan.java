package io.fondaco.catalog;

import io.fondaco.catalog.Upserted.Change;
import io.fondaco.catalog.Upserted.Refusal;
import io.fondaco.catalog.Upserted.UpsertedVariant;
import io.fondaco.platform.identity.TypeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    static ProductPlan of(
            ProductDraft draft, Optional<ProductRow> present, CategoryTree tree, Map<String, String> skuOwners) {
        UUID id = present.map(ProductRow::id).orElseGet(TypeId::newUuid);
        List<List<String>> categoriesBefore = present.map(row -> row.categories().stream()
                        .map(category -> tree.path(category.id()))
                        .toList())
                .orElse(List.of());
        List<List<String>> categories =
                or(draft.categories(), categoriesBefore).stream().distinct().toList();
        ProductRow merged = merge(id, draft, present);
        Optional<Refusal> refusal = ProductRules.check(merged, categories);
        if (refusal.isPresent()) {
            return new ProductPlan(
                    new Upserted(draft.slug(), Optional.empty(), Map.of(), refusal),
                    id,
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
        }
        boolean same =
                present.filter(row -> sameProduct(row, merged)).isPresent() && categories.equals(categoriesBefore);
        Change change = present.isEmpty() ? Change.CREATED : same ? Change.UNCHANGED : Change.UPDATED;
        Variants variants = new Variants(merged, present, skuOwners);
        draft.variants().forEach(variants::plan);
        return new ProductPlan(
                new Upserted(draft.slug(), Optional.of(change), variants.outcomes, Optional.empty()),
                id,
                change == Change.UNCHANGED ? Optional.empty() : Optional.of(merged),
                change == Change.UNCHANGED || categories.equals(categoriesBefore)
                        ? Optional.empty()
                        : Optional.of(categories),
                variants.rows);
    }

    private static ProductRow merge(UUID id, ProductDraft draft, Optional<ProductRow> present) {
        ProductRow row = present.orElse(null);
        return new ProductRow(
                id,
                draft.slug(),
                or(draft.title(), row == null ? "" : row.title()),
                or(draft.description(), row == null ? "" : row.description()),
                or(draft.vendor(), row == null ? "" : row.vendor()),
                or(draft.productType(), row == null ? "" : row.productType()),
                or(draft.status(), row == null ? ProductStatus.DRAFT : row.status()),
                or(draft.tags(), row == null ? List.of() : row.tags()),
                or(draft.options(), row == null ? List.of() : row.options()),
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

    /** Plans the variants of one product, one after the other. */
    private static final class Variants {
        private final ProductRow product;
        private final Map<String, String> skuOwners;
        private final Map<String, ProductRow.VariantRow> present = new HashMap<>();
        private final Map<List<String>, String> combinations = new HashMap<>();
        private final Set<String> seen = new HashSet<>();
        private final Map<String, UpsertedVariant> outcomes = new LinkedHashMap<>();
        private final List<ProductRow.VariantRow> rows = new ArrayList<>();
        private int nextPosition;

        Variants(ProductRow product, Optional<ProductRow> before, Map<String, String> skuOwners) {
            this.product = product;
            this.skuOwners = skuOwners;
            before.ifPresent(row -> row.variants().forEach(variant -> {
                present.put(variant.sku(), variant);
                combinations.put(variant.optionValues(), variant.sku());
                nextPosition = Math.max(nextPosition, variant.position() + 1);
            }));
        }

        void plan(VariantDraft draft) {
            ProductRow.VariantRow before = present.get(draft.sku());
            ProductRow.VariantRow merged = merge(draft, before);
            Optional<Refusal> refusal = refusal(merged);
            if (refusal.isPresent()) {
                outcomes.put(draft.sku(), new UpsertedVariant(Optional.empty(), Optional.empty(), refusal));
                return;
            }
            if (before != null) {
                combinations.remove(before.optionValues(), before.sku());
            } else {
                nextPosition++;
            }
            combinations.put(merged.optionValues(), merged.sku());
            Change change = before == null
                    ? Change.CREATED
                    : before.asDraft().equals(merged.asDraft()) ? Change.UNCHANGED : Change.UPDATED;
            if (change != Change.UNCHANGED) {
                rows.add(merged);
            }
            outcomes.put(
                    draft.sku(),
                    new UpsertedVariant(
                            Optional.of(new VariantId(merged.id())), Optional.of(change), Optional.empty()));
        }

        private Optional<Refusal> refusal(ProductRow.VariantRow variant) {
            if (!seen.add(variant.sku())) {
                return ProductRules.refuse("sku", "duplicate_sku", "The product names this SKU twice", variant.sku());
            }
            String owner = skuOwners.get(variant.sku());
            if (owner != null && !owner.equals(product.slug())) {
                return ProductRules.refuse(
                        "sku", "sku_taken", "The product '%s' has this SKU".formatted(owner), variant.sku());
            }
            String twin = combinations.get(variant.optionValues());
            if (twin != null && !twin.equals(variant.sku())) {
                return ProductRules.refuse(
                        "option_values",
                        "duplicate_options",
                        "The variant '%s' has the same options".formatted(twin),
                        String.join(" / ", variant.optionValues()));
            }
            if (present.size() + rows.size() >= ProductRules.MAX_VARIANTS && !present.containsKey(variant.sku())) {
                return ProductRules.refuse(
                        "sku",
                        "too_many_variants",
                        "At most %d variants".formatted(ProductRules.MAX_VARIANTS),
                        variant.sku());
            }
            return ProductRules.check(variant, product.options().size());
        }

        private ProductRow.VariantRow merge(VariantDraft draft, ProductRow.@Nullable VariantRow row) {
            return new ProductRow.VariantRow(
                    row == null ? TypeId.newUuid() : row.id(),
                    product.id(),
                    draft.sku(),
                    row == null ? nextPosition : row.position(),
                    or(draft.optionValues(), row == null ? List.of() : row.optionValues()),
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
