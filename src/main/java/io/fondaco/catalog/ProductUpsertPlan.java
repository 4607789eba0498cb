package io.fondaco.catalog;

import io.fondaco.catalog.Catalog.ProductLevelRows;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.catalog.ProductUpsertResult.ValidationError;
import io.fondaco.catalog.ProductUpsertResult.VariantUpsertResult;
import io.fondaco.catalog.ProductValidator.UnknownCodes;
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
 * The comparison of a product draft with the stored product: the rows to write, and the result to return. Pure: it
 * reads and writes nothing.
 *
 * @param product the new state; empty if it is unchanged or rejected
 * @param categories the new category paths; empty if they are unchanged or the product is rejected
 * @param variants the rows to write
 */
record ProductUpsertPlan(
        ProductUpsertResult result,
        UUID productId,
        Optional<Product> product,
        Optional<List<List<String>>> categories,
        List<Product.Variant> variants) {

    /**
     * @param unknownCodes codes that occur in drafts but do not exist
     * @param productLevelRows of the file that the drafts were read from
     */
    static ProductUpsertPlan of(
            ProductDraft draft,
            Optional<Product> present,
            CategoryTree tree,
            Map<String, String> skuOwners,
            UnknownCodes unknownCodes,
            ProductLevelRows productLevelRows) {
        UUID id = present.map(Product::id).orElseGet(TypeId::newUuid);
        if (present.isPresent() && productLevelRows.rejectedProducts().contains(draft.slug())) {
            ProductDraft onlyVariants = ProductDraft.ofVariants(draft.slug(), draft.variants());
            return plan(id, onlyVariants, present, tree, skuOwners, unknownCodes);
        }
        ProductUpsertPlan plan = plan(id, draft, present, tree, skuOwners, unknownCodes);
        Map<String, VariantUpsertResult> rejected = new LinkedHashMap<>();
        plan.result().variants().forEach((sku, variant) -> {
            if (variant.error().isPresent() && productLevelRows.skus().contains(sku)) {
                rejected.put(sku, variant);
            }
        });
        if (rejected.isEmpty() || present.isEmpty() || plan.result().error().isPresent()) {
            return plan;
        }
        // The rejected row also sets fields of the product, so the product stays as it is.
        List<VariantDraft> others = draft.variants().stream()
                .filter(variant -> !rejected.containsKey(variant.sku()))
                .toList();
        ProductUpsertPlan rest =
                plan(id, ProductDraft.ofVariants(draft.slug(), others), present, tree, skuOwners, unknownCodes);
        Map<String, VariantUpsertResult> variants = new LinkedHashMap<>(rejected);
        variants.putAll(rest.result().variants());
        ProductUpsertResult outcome = new ProductUpsertResult(
                draft.slug(),
                rest.result().productChange(),
                variants,
                rest.result().error());
        return new ProductUpsertPlan(outcome, id, rest.product(), rest.categories(), rest.variants());
    }

    private static ProductUpsertPlan plan(
            UUID id,
            ProductDraft draft,
            Optional<Product> present,
            CategoryTree tree,
            Map<String, String> skuOwners,
            UnknownCodes unknownCodes) {
        List<List<String>> categoriesBefore = present.map(row -> row.categories().stream()
                        .map(category -> tree.path(category.id().value()))
                        .toList())
                .orElse(List.of());
        List<List<String>> categories = valueOrDefault(draft.categories(), categoriesBefore).stream()
                .distinct()
                .toList();
        Product merged = merge(id, draft, present);
        Optional<ValidationError> error =
                ProductValidator.validate(merged, categories).or(() -> unknownCodes.validate(merged, present));
        if (error.isPresent()) {
            return rejected(draft, id, Map.of(), error.get());
        }
        boolean same =
                present.filter(row -> sameProduct(row, merged)).isPresent() && categories.equals(categoriesBefore);
        ChangeType changeType =
                present.isEmpty() ? ChangeType.CREATED : same ? ChangeType.UNCHANGED : ChangeType.UPDATED;
        VariantPlanner variantPlanner = new VariantPlanner(merged, present, skuOwners, unknownCodes);
        variantPlanner.plan(draft.variants());
        Optional<ValidationError> whole = variantPlanner.productError();
        if (whole.isPresent()) {
            return rejected(draft, id, variantPlanner.rejectedVariants(), whole.get());
        }
        return new ProductUpsertPlan(
                new ProductUpsertResult(
                        draft.slug(), Optional.of(changeType), variantPlanner.results, Optional.empty()),
                id,
                changeType == ChangeType.UNCHANGED ? Optional.empty() : Optional.of(merged),
                changeType == ChangeType.UNCHANGED || categories.equals(categoriesBefore)
                        ? Optional.empty()
                        : Optional.of(categories),
                variantPlanner.rows);
    }

    private static ProductUpsertPlan rejected(
            ProductDraft draft, UUID id, Map<String, VariantUpsertResult> variants, ValidationError validationError) {
        return new ProductUpsertPlan(
                new ProductUpsertResult(draft.slug(), Optional.empty(), variants, Optional.of(validationError)),
                id,
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /**
     * The values of a variant after the options of its product changed: they follow the option names. A new option
     * takes the values of the old option at the same position if that name no longer exists and the number of options
     * is the same: the option was renamed. A missing value is empty.
     */
    static List<String> realignOptionValues(List<String> before, List<String> after, List<String> values) {
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

    private static Product merge(UUID id, ProductDraft draft, Optional<Product> present) {
        Product row = present.orElse(null);
        return new Product(
                id,
                draft.slug(),
                strippedOrDefault(draft.title(), row == null ? "" : row.title()),
                valueOrDefault(draft.description(), row == null ? "" : row.description()),
                valueOrDefault(draft.vendor(), row == null ? "" : row.vendor()),
                valueOrDefault(draft.productType(), row == null ? "" : row.productType()),
                valueOrDefault(draft.status(), row == null ? ProductStatus.DRAFT : row.status()),
                valueOrDefault(draft.tags(), row == null ? List.of() : row.tags()),
                strippedOrDefault(draft.options(), row == null ? List.of() : row.options()),
                valueOrDefault(draft.media(), row == null ? List.of() : row.media()),
                valueOrDefault(draft.seoTitle(), row == null ? "" : row.seoTitle()),
                valueOrDefault(draft.seoDescription(), row == null ? "" : row.seoDescription()),
                valueOrDefault(draft.taxCategory(), row == null ? Product.STANDARD_TAX_CATEGORY : row.taxCategory()),
                valueOrDefault(
                        draft.shippingProfile(),
                        row == null ? Product.DEFAULT_SHIPPING_PROFILE : row.shippingProfile()),
                valueOrDefault(draft.attributes(), row == null ? Map.of() : row.attributes()),
                0,
                null,
                null,
                List.of(),
                List.of());
    }

    private static boolean sameProduct(Product a, Product b) {
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
                && a.taxCategory().equals(b.taxCategory())
                && a.shippingProfile().equals(b.shippingProfile())
                && a.attributes().equals(b.attributes());
    }

    private static <T> T valueOrDefault(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    /** Null if it is not known, which the draft expresses by 0. */
    private static @Nullable Integer millimeters(@Nullable Integer value, @Nullable Integer otherwise) {
        Integer millimeters = value == null ? otherwise : value;
        return Integer.valueOf(0).equals(millimeters) ? null : millimeters;
    }

    /** Null for the tax category of the product, which the draft expresses by an empty text. */
    private static @Nullable String taxCategory(@Nullable String value, @Nullable String otherwise) {
        String taxCategory = value == null ? otherwise : value;
        return "".equals(taxCategory) ? null : taxCategory;
    }

    /** Surrounding white space of a name is removed. */
    private static String strippedOrDefault(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value.strip();
    }

    private static List<String> strippedOrDefault(@Nullable List<String> value, List<String> otherwise) {
        return value == null ? otherwise : value.stream().map(String::strip).toList();
    }

    /** Plans the variants of one product. Rules between variants are checked on their planned state. */
    private static final class VariantPlanner {
        private final Product product;
        private final Map<String, String> skuOwners;
        private final UnknownCodes unknownCodes;
        private final boolean newProduct;
        private final boolean optionsChanged;
        private final Map<String, Product.Variant> storedVariants = new LinkedHashMap<>();
        /** Stored variants with their values realigned to the new options, before the drafts are applied. */
        private final Map<String, Product.Variant> realignedVariants = new LinkedHashMap<>();

        private final Map<String, Product.Variant> accepted = new LinkedHashMap<>();
        private final Map<String, VariantUpsertResult> results = new LinkedHashMap<>();
        private final List<Product.Variant> rows = new ArrayList<>();
        private int nextPosition;

        VariantPlanner(
                Product product, Optional<Product> before, Map<String, String> skuOwners, UnknownCodes unknownCodes) {
            this.product = product;
            this.skuOwners = skuOwners;
            this.unknownCodes = unknownCodes;
            newProduct = before.isEmpty();
            optionsChanged = before.filter(row -> !row.options().equals(product.options()))
                    .isPresent();
            before.ifPresent(row -> row.variants().forEach(variant -> {
                storedVariants.put(variant.sku(), variant);
                realignedVariants.put(
                        variant.sku(),
                        variant.withOptionValues(
                                realignOptionValues(row.options(), product.options(), variant.optionValues())));
                nextPosition = Math.max(nextPosition, variant.position() + 1);
            }));
        }

        void plan(List<VariantDraft> drafts) {
            for (VariantDraft draft : drafts) {
                Product.Variant merged = merge(draft, realignedVariants.get(draft.sku()));
                Optional<ValidationError> error = validate(merged);
                if (error.isPresent()) {
                    reject(draft.sku(), error.get());
                } else {
                    accepted.put(draft.sku(), merged);
                    results.put(draft.sku(), toResult(merged));
                }
            }
            boolean done = false;
            // Each round except the last rejects at least one draft.
            while (!done) {
                done = rejectDuplicateOptions();
            }
            realignedVariants.forEach((sku, row) -> {
                Product.Variant after = accepted.getOrDefault(sku, row);
                if (change(after) != ChangeType.UNCHANGED) {
                    rows.add(after);
                }
            });
            accepted.forEach((sku, row) -> {
                if (!realignedVariants.containsKey(sku)) {
                    rows.add(row);
                }
            });
        }

        private void reject(String sku, ValidationError validationError) {
            accepted.remove(sku);
            results.put(sku, new VariantUpsertResult(Optional.empty(), Optional.empty(), Optional.of(validationError)));
        }

        private VariantUpsertResult toResult(Product.Variant row) {
            return new VariantUpsertResult(
                    Optional.of(new VariantId(row.id())), Optional.of(change(row)), Optional.empty());
        }

        private ChangeType change(Product.Variant after) {
            Product.Variant before = storedVariants.get(after.sku());
            return before == null
                    ? ChangeType.CREATED
                    : before.asDraft().equals(after.asDraft()) ? ChangeType.UNCHANGED : ChangeType.UPDATED;
        }

        /**
         * Rejects drafts with option values that another variant has; drafts that keep their values are not checked.
         */
        private boolean rejectDuplicateOptions() {
            Map<List<String>, String> holders = new HashMap<>();
            realignedVariants.forEach((sku, row) -> {
                Product.Variant after = accepted.getOrDefault(sku, row);
                if (!changesOptionValues(after)) {
                    holders.putIfAbsent(after.optionValues(), sku);
                }
            });
            Map<String, ValidationError> rejected = new LinkedHashMap<>();
            accepted.forEach((sku, row) -> {
                if (!changesOptionValues(row)) {
                    return;
                }
                String duplicate = holders.putIfAbsent(row.optionValues(), sku);
                if (duplicate != null) {
                    ProductValidator.error(
                                    "option_values",
                                    "duplicate_options",
                                    "The variant '%s' has the same options".formatted(duplicate),
                                    String.join(" / ", row.optionValues()))
                            .ifPresent(validationError -> rejected.put(sku, validationError));
                }
            });
            rejected.forEach(this::reject);
            return rejected.isEmpty();
        }

        /** Whether a variant gets option values that it did not have. */
        private boolean changesOptionValues(Product.Variant after) {
            Product.Variant row = realignedVariants.get(after.sku());
            return row == null || !row.optionValues().equals(after.optionValues());
        }

        /** The error of the product that follows from its variants. */
        Optional<ValidationError> productError() {
            if (newProduct) {
                Optional<ValidationError> first = results.values().stream()
                        .flatMap(outcome -> outcome.error().stream())
                        .findFirst();
                return accepted.isEmpty() ? first : Optional.empty();
            }
            return optionsChanged ? optionError() : Optional.empty();
        }

        private Optional<ValidationError> optionError() {
            Map<List<String>, String> holders = new HashMap<>();
            Map<String, Product.Variant> after = new LinkedHashMap<>(realignedVariants);
            after.putAll(accepted);
            for (Product.Variant row : after.values()) {
                int missing = row.optionValues().indexOf("");
                if (missing >= 0
                        || row.optionValues().size() != product.options().size()) {
                    return ProductValidator.error(
                            "options",
                            "option_count",
                            "The variant '%s' has no value for the option".formatted(row.sku()),
                            product.options().get(Math.max(0, missing)));
                }
                String duplicate = holders.putIfAbsent(row.optionValues(), row.sku());
                if (duplicate != null) {
                    return ProductValidator.error(
                            "options",
                            "duplicate_options",
                            "The variants '%s' and '%s' would have the same options".formatted(duplicate, row.sku()),
                            String.join(" / ", row.optionValues()));
                }
            }
            return Optional.empty();
        }

        /** The rejected variants, for the result of a product that is rejected as a whole. */
        Map<String, VariantUpsertResult> rejectedVariants() {
            Map<String, VariantUpsertResult> rejected = new LinkedHashMap<>();
            results.forEach((sku, outcome) -> {
                if (outcome.error().isPresent()) {
                    rejected.put(sku, outcome);
                }
            });
            return rejected;
        }

        private Optional<ValidationError> validate(Product.Variant variant) {
            if (results.containsKey(variant.sku())) {
                return ProductValidator.error("sku", "duplicate_sku", "The product has this SKU twice", variant.sku());
            }
            String owner = skuOwners.get(variant.sku());
            if (owner != null && !owner.equals(product.slug())) {
                return ProductValidator.error(
                        "sku", "sku_taken", "The product '%s' already has this SKU".formatted(owner), variant.sku());
            }
            boolean isNew = !realignedVariants.containsKey(variant.sku());
            long newVariants = accepted.keySet().stream()
                    .filter(sku -> !realignedVariants.containsKey(sku))
                    .count();
            if (isNew && realignedVariants.size() + newVariants >= ProductValidator.MAX_VARIANTS) {
                return ProductValidator.error(
                        "sku",
                        "too_many_variants",
                        "At most %d variants".formatted(ProductValidator.MAX_VARIANTS),
                        variant.sku());
            }
            // A stored variant with a wrong number of values must not prevent changes of its price or weight.
            boolean checked = optionsChanged || changesOptionValues(variant);
            return ProductValidator.validate(
                            variant,
                            checked
                                    ? product.options().size()
                                    : variant.optionValues().size())
                    .or(() -> unknownCodes.validate(variant, storedVariants.get(variant.sku())));
        }

        private Product.Variant merge(VariantDraft draft, Product.@Nullable Variant row) {
            return new Product.Variant(
                    row == null ? TypeId.newUuid() : row.id(),
                    product.id(),
                    draft.sku(),
                    row == null ? nextPosition++ : row.position(),
                    strippedOrDefault(draft.optionValues(), row == null ? List.of() : row.optionValues()),
                    valueOrDefault(draft.barcode(), row == null ? "" : row.barcode()),
                    valueOrDefault(draft.weightGrams(), row == null ? 0L : row.weightGrams()),
                    millimeters(draft.lengthMm(), row == null ? null : row.lengthMm()),
                    millimeters(draft.widthMm(), row == null ? null : row.widthMm()),
                    millimeters(draft.heightMm(), row == null ? null : row.heightMm()),
                    valueOrDefault(draft.inventoryTracked(), row == null || row.inventoryTracked()),
                    valueOrDefault(draft.inventoryPolicy(), row == null ? InventoryPolicy.DENY : row.inventoryPolicy()),
                    valueOrDefault(draft.taxable(), row == null || row.taxable()),
                    taxCategory(draft.taxCategory(), row == null ? null : row.taxCategory()),
                    valueOrDefault(draft.requiresShipping(), row == null || row.requiresShipping()),
                    valueOrDefault(draft.imageUrl(), row == null ? "" : row.imageUrl()),
                    valueOrDefault(draft.attributes(), row == null ? Map.of() : row.attributes()),
                    0,
                    null,
                    null);
        }
    }
}
