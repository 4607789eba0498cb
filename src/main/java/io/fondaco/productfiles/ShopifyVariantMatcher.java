package io.fondaco.productfiles;

import io.fondaco.catalog.Media;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the existing variants that the rows of a product mean. In the Shopify format a variant is identified by its
 * product and option values; SKUs may be missing, repeat, or change, while here a SKU identifies one variant
 * permanently. So a variant that is matched by its options keeps its SKU, a new variant whose SKU is taken gets
 * another, and the SKU of the file is kept as an attribute for the export.
 */
final class ShopifyVariantMatcher {
    static final int NO_MATCH = -1;

    private final ShopifyHeader header;
    private final StagedProduct staged;
    private final ProductDraft product;
    private final List<VariantDraft> existingVariants;
    private final List<List<String>> existingOptionValues;
    private final Optional<ProductSnapshot> existing;
    private final Set<String> takenSkus;
    private final List<String> options;
    private final boolean keepsDefaultOption;
    private final List<RowError> warnings = new ArrayList<>();

    ShopifyVariantMatcher(
            ShopifyHeader header, StagedProduct staged, Optional<ProductSnapshot> existing, Set<String> takenSkus) {
        this.header = header;
        this.staged = staged;
        this.existing = existing;
        this.takenSkus = takenSkus;
        ProductDraft parsed = staged.draft().orElseThrow();
        List<String> optionsBefore = existing.flatMap(
                        found -> Optional.ofNullable(found.draft().options()))
                .orElse(List.of());
        existingVariants = existing.map(found -> found.draft().variants()).orElse(List.of());
        keepsDefaultOption = parsed.options() != null
                && parsed.options().isEmpty()
                && ShopifyOptions.hasDefaultOption(optionsBefore, existingVariants);
        product = keepsDefaultOption ? parsed.withOptions(null) : parsed;
        options = orElse(product.options(), optionsBefore);
        existingOptionValues =
                existing.map(found -> found.optionValuesFor(options)).orElse(List.of());
        existingVariants.forEach(variant -> takenSkus.add(variant.sku()));
    }

    /** A row that may be a variant, and the draft of that variant. */
    private record MatchCandidate(StagedRow.StagedVariantRow row, VariantDraft variant) {}

    StagedProduct resolve() {
        Map<String, String> attributesBefore = existing.flatMap(
                        found -> Optional.ofNullable(found.draft().attributes()))
                .orElse(Map.of());
        Optional<RowError> conflict = handleConflict(attributesBefore);
        if (conflict.isPresent()) {
            return StagedProduct.rejected(conflict.get(), staged.rows());
        }
        List<MatchCandidate> candidates = new ArrayList<>();
        Iterator<VariantDraft> drafts = product.variants().iterator();
        for (StagedRow row : staged.rows()) {
            if (row instanceof StagedRow.StagedVariantRow variant) {
                VariantDraft draft = drafts.next();
                candidates.add(new MatchCandidate(variant, keepsDefaultOption ? withDefaultOption(draft) : draft));
            }
        }
        int[] matches = matchVariants(candidates);
        List<StagedRow> rows = new ArrayList<>(staged.rows().size());
        List<VariantDraft> variants = new ArrayList<>();
        int next = 0;
        for (StagedRow row : staged.rows()) {
            if (row instanceof StagedRow.StagedVariantRow) {
                rows.add(resolveRow(candidates.get(next), matches[next], variants));
                next++;
            } else {
                rows.add(row);
            }
        }
        Map<String, String> attributes = header.mergeAttributes(attributesBefore, product, true, product.attributes());
        keepNewWarnings(attributesBefore, attributes);
        ProductDraft resolved = product.withMedia(mergedMedia(variants))
                .withAttributes(attributes)
                .withVariants(List.of());
        return StagedProduct.assemble(resolved, variants, rows).withWarnings(warnings);
    }

    /** Two handles can give the same slug after unsupported characters are removed; they are still two products. */
    private Optional<RowError> handleConflict(Map<String, String> attributesBefore) {
        String handle = orElse(product.attributes(), Map.<String, String>of()).get(ShopifyAttribute.HANDLE);
        if (existing.isEmpty() || handle == null || matchesHandle(handle, product.slug(), attributesBefore)) {
            return Optional.empty();
        }
        return Optional.of(RowError.of(
                staged.firstRow().number(),
                header.nameOf(ShopifyColumns.HANDLE),
                "handle_taken",
                "The handle '%s' becomes the slug '" + product.slug() + "', which another product has",
                handle));
    }

    /** Whether a handle that gives this slug means the product that has the slug. */
    static boolean matchesHandle(String handle, String slug, Map<String, String> attributes) {
        return handle.equalsIgnoreCase(slug) || handle.equals(attributes.get(ShopifyAttribute.HANDLE));
    }

    private void keepNewWarnings(Map<String, String> before, Map<String, String> after) {
        Set<String> existingUrls = new HashSet<>();
        existing.ifPresent(found ->
                orElse(found.draft().media(), List.<Media>of()).forEach(image -> existingUrls.add(image.url())));
        boolean newInvalidImages = orElse(product.media(), List.<Media>of()).stream()
                .anyMatch(image -> !ShopifyMedia.isImageUrl(image.url()) && !existingUrls.contains(image.url()));
        for (RowError warning : staged.warnings()) {
            boolean isNew =
                    switch (warning.code()) {
                        case ShopifyMedia.INVALID_IMAGE -> newInvalidImages;
                        case ShopifyProductParser.HANDLE_CHANGED ->
                            !Objects.equals(before.get(ShopifyAttribute.HANDLE), after.get(ShopifyAttribute.HANDLE));
                        default -> true;
                    };
            if (isNew) {
                warnings.add(warning);
            }
        }
    }

    /** The index of the existing variant for each row, or {@link #NO_MATCH}. */
    private int[] matchVariants(List<MatchCandidate> candidates) {
        int[] matches = new int[candidates.size()];
        boolean[] used = new boolean[existingVariants.size()];
        for (int index = 0; index < matches.length; index++) {
            List<String> values = optionValues(candidates.get(index));
            matches[index] = values == null ? NO_MATCH : existingOptionValues.indexOf(values);
            claimMatch(used, matches, index);
        }
        // A row with new option values is matched by SKU only if that is the likely meaning: the options themselves
        // changed, the row has no option values, or the file has all variants. Otherwise it is a new variant.
        boolean optionsChanged = existing.filter(
                        found -> !options.equals(found.draft().options()))
                .isPresent();
        boolean complete = candidates.size() >= existingVariants.size();
        for (int index = 0; index < matches.length; index++) {
            MatchCandidate row = candidates.get(index);
            if (matches[index] == NO_MATCH && (optionsChanged || complete || optionValues(row) == null)) {
                matches[index] = row.row()
                        .fileSku()
                        .map(sku -> indexBySku(existingVariants, sku))
                        .orElse(NO_MATCH);
                claimMatch(used, matches, index);
            }
        }
        for (int index = 0; index < matches.length; index++) {
            if (matches[index] == NO_MATCH
                    && existingVariants.size() == 1
                    && optionValues(candidates.get(index)) == null) {
                matches[index] = 0;
                claimMatch(used, matches, index);
            }
        }
        return matches;
    }

    /** A variant is matched by one row only. */
    private static void claimMatch(boolean[] used, int[] matches, int index) {
        if (matches[index] != NO_MATCH && used[matches[index]]) {
            matches[index] = NO_MATCH;
        } else if (matches[index] != NO_MATCH) {
            used[matches[index]] = true;
        }
    }

    private @Nullable List<String> optionValues(MatchCandidate candidate) {
        List<String> values = candidate.variant().optionValues();
        return values == null && options.isEmpty() && !candidate.row().withoutVariantCells() ? List.of() : values;
    }

    /**
     * The index of the variant with this SKU, otherwise of the variant that had it in a file; {@link #NO_MATCH} if
     * there is none.
     */
    static int indexBySku(List<VariantDraft> stored, String sku) {
        for (int index = 0; index < stored.size(); index++) {
            if (stored.get(index).sku().equals(sku)) {
                return index;
            }
        }
        for (int index = 0; index < stored.size(); index++) {
            if (sku.equals(attributes(stored.get(index)).get(ShopifyAttribute.SKU))) {
                return index;
            }
        }
        return NO_MATCH;
    }

    private StagedRow resolveRow(MatchCandidate candidate, int match, List<VariantDraft> variants) {
        StagedRow.StagedVariantRow row = candidate.row();
        if (match != NO_MATCH) {
            variants.add(updatedVariant(candidate, existingVariants.get(match)));
            return row.withSku(existingVariants.get(match).sku());
        }
        if (row.withoutVariantCells()
                && (existing.isPresent() || product.variants().size() > 1)) {
            return new StagedRow.ProductOnlyRow(row.number());
        }
        if (!existingVariants.isEmpty() && candidate.variant().optionValues() == null && !options.isEmpty()) {
            return new StagedRow.RejectedRow(RowError.of(
                    row.number(),
                    header.nameOf(ShopifyColumns.optionValue(1)),
                    "variant_not_named",
                    "The product '%s' has several variants; identify one by its option values",
                    product.slug()));
        }
        List<String> values = orElse(candidate.variant().optionValues(), List.<String>of());
        if (options.isEmpty() && !values.isEmpty()) {
            return new StagedRow.RejectedRow(RowError.of(
                    row.number(),
                    header.nameOf(ShopifyColumns.optionValue(1)),
                    "option_without_name",
                    "The option of the value '%s' has no name",
                    values.getFirst()));
        }
        String sku = availableSku(row, values);
        takenSkus.add(sku);
        Map<String, String> attributes = header.mergeAttributes(
                Map.of(), product, false, candidate.variant().attributes());
        row.fileSku().filter(fileSku -> !fileSku.equals(sku)).ifPresent(fileSku -> {
            attributes.put(ShopifyAttribute.SKU, fileSku);
            warnings.add(RowError.of(
                    row.number(),
                    header.nameOf(ShopifyColumns.SKU),
                    "sku_shared",
                    "Another variant has the SKU '%s'; this variant gets the SKU " + sku.replace("%", "%%"),
                    fileSku));
        });
        variants.add(withSkuAndAttributes(candidate.variant(), sku, attributes));
        return row.withSku(sku);
    }

    private VariantDraft updatedVariant(MatchCandidate candidate, VariantDraft before) {
        Map<String, String> attributesBefore = attributes(before);
        Map<String, String> attributes = header.mergeAttributes(
                attributesBefore, product, false, candidate.variant().attributes());
        candidate.row().fileSku().ifPresent(fileSku -> {
            if (fileSku.equals(before.sku())) {
                attributes.remove(ShopifyAttribute.SKU);
                return;
            }
            attributes.put(ShopifyAttribute.SKU, fileSku);
            if (!fileSku.equals(attributesBefore.get(ShopifyAttribute.SKU))) {
                warnings.add(RowError.of(
                        candidate.row().number(),
                        header.nameOf(ShopifyColumns.SKU),
                        "sku_kept",
                        "The variant keeps its SKU " + before.sku().replace("%", "%%")
                                + ", because stock and orders refer to it; '%s' is kept for the export",
                        fileSku));
            }
        });
        return withSkuAndAttributes(candidate.variant(), before.sku(), attributes);
    }

    private String availableSku(StagedRow.StagedVariantRow row, List<String> values) {
        return row.fileSku()
                .filter(sku -> !takenSkus.contains(sku))
                .orElseGet(() -> DerivedSku.firstAvailable(product.slug(), values, takenSkus));
    }

    /** The images of the file and the new images of its variants. */
    private @Nullable List<Media> mergedMedia(List<VariantDraft> variants) {
        if (product.media() == null) {
            return null;
        }
        Map<String, String> images = new HashMap<>();
        existingVariants.forEach(variant -> images.put(variant.sku(), orElse(variant.imageUrl(), "")));
        List<String> newImages = variants.stream()
                .filter(variant ->
                        variant.imageUrl() != null && !variant.imageUrl().equals(images.get(variant.sku())))
                .map(VariantDraft::imageUrl)
                .filter(Objects::nonNull)
                .toList();
        List<Media> existingMedia = existing.flatMap(
                        found -> Optional.ofNullable(found.draft().media()))
                .orElse(List.of());
        return ShopifyMedia.merge(product.media(), newImages, existingMedia);
    }

    private static Map<String, String> attributes(VariantDraft variant) {
        return orElse(variant.attributes(), Map.of());
    }

    private static <T> T orElse(@Nullable T value, T fallback) {
        return value == null ? fallback : value;
    }

    private static VariantDraft withDefaultOption(VariantDraft variant) {
        boolean none = variant.optionValues() != null && variant.optionValues().isEmpty();
        return none ? variant.withOptionValues(ShopifyOptions.DEFAULT_VALUES) : variant;
    }

    private static VariantDraft withSkuAndAttributes(VariantDraft variant, String sku, Map<String, String> attributes) {
        return new VariantDraft(
                sku,
                variant.optionValues(),
                variant.barcode(),
                variant.weightGrams(),
                variant.lengthMm(),
                variant.widthMm(),
                variant.heightMm(),
                variant.inventoryTracked(),
                variant.inventoryPolicy(),
                variant.taxable(),
                variant.taxCategory(),
                variant.requiresShipping(),
                variant.imageUrl(),
                new TreeMap<>(attributes));
    }
}
