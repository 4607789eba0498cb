package io.fondaco.importing;

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
 * Finds the variants of a product that the rows of a file mean. In the exchange format a variant is its product and its option
 * values; SKUs may be missing, repeat, or change, while here a SKU names one variant for good. So a variant that is found by its
 * options keeps its SKU, a new one whose SKU is taken gets another, and the file's SKU is kept as an attribute for the export.
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
            ShopifyHeader header, StagedProduct planned, Optional<ProductSnapshot> present, Set<String> takenSkus) {
        this.header = header;
        this.staged = planned;
        this.existing = present;
        this.takenSkus = takenSkus;
        ProductDraft read = planned.draft().orElseThrow();
        List<String> optionsBefore = present.flatMap(
                        found -> Optional.ofNullable(found.draft().options()))
                .orElse(List.of());
        existingVariants = present.map(found -> found.draft().variants()).orElse(List.of());
        keepsDefaultOption = read.options() != null
                && read.options().isEmpty()
                && ShopifyOptions.hasDefaultOption(optionsBefore, existingVariants);
        product = keepsDefaultOption ? read.withOptions(null) : read;
        options = orElse(product.options(), optionsBefore);
        existingOptionValues =
                present.map(found -> found.optionValuesFor(options)).orElse(List.of());
        existingVariants.forEach(variant -> takenSkus.add(variant.sku()));
    }

    /** A row that may be a variant's, with what it says about the variant. */
    private record MatchCandidate(StagedRow.StagedVariantRow row, VariantDraft variant) {}

    StagedProduct resolve() {
        Map<String, String> attributesBefore = existing.flatMap(
                        found -> Optional.ofNullable(found.draft().attributes()))
                .orElse(Map.of());
        Optional<RowError> foreign = handleConflict(attributesBefore);
        if (foreign.isPresent()) {
            return StagedProduct.rejected(foreign.get(), staged.rows());
        }
        List<MatchCandidate> asked = new ArrayList<>();
        Iterator<VariantDraft> drafts = product.variants().iterator();
        for (StagedRow row : staged.rows()) {
            if (row instanceof StagedRow.StagedVariantRow variant) {
                VariantDraft draft = drafts.next();
                asked.add(new MatchCandidate(variant, keepsDefaultOption ? withDefaultOption(draft) : draft));
            }
        }
        int[] matches = matchVariants(asked);
        List<StagedRow> rows = new ArrayList<>(staged.rows().size());
        List<VariantDraft> variants = new ArrayList<>();
        int next = 0;
        for (StagedRow row : staged.rows()) {
            if (row instanceof StagedRow.StagedVariantRow) {
                rows.add(resolveRow(asked.get(next), matches[next], variants));
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

    /** Two handles may read the same once signs that a slug cannot have are left out; they are two products all the same. */
    private Optional<RowError> handleConflict(Map<String, String> attributesBefore) {
        String handle = orElse(product.attributes(), Map.<String, String>of()).get(ShopifyAttribute.HANDLE);
        if (existing.isEmpty() || handle == null || matchesHandle(handle, product.slug(), attributesBefore)) {
            return Optional.empty();
        }
        return Optional.of(RowError.of(
                staged.firstRow().number(),
                header.nameOf(ShopifyColumns.HANDLE),
                "handle_taken",
                "The handle '%s' reads '" + product.slug() + "' here, and another product has that",
                handle));
    }

    /** Whether a handle that reads as this slug means the product that has the slug. */
    static boolean matchesHandle(String handle, String slug, Map<String, String> attributes) {
        return handle.equalsIgnoreCase(slug) || handle.equals(attributes.get(ShopifyAttribute.HANDLE));
    }

    private void keepNewWarnings(Map<String, String> before, Map<String, String> after) {
        Set<String> known = new HashSet<>();
        existing.ifPresent(
                found -> orElse(found.draft().media(), List.<Media>of()).forEach(picture -> known.add(picture.url())));
        boolean badPictures = orElse(product.media(), List.<Media>of()).stream()
                .anyMatch(picture -> !ShopifyMedia.isImageUrl(picture.url()) && !known.contains(picture.url()));
        for (RowError warning : staged.warnings()) {
            boolean news =
                    switch (warning.code()) {
                        case ShopifyMedia.INVALID_IMAGE -> badPictures;
                        case ShopifyProductParser.HANDLE_CHANGED ->
                            !Objects.equals(before.get(ShopifyAttribute.HANDLE), after.get(ShopifyAttribute.HANDLE));
                        default -> true;
                    };
            if (news) {
                warnings.add(warning);
            }
        }
    }

    /** For each row the stored variant that it means, or {@link #NO_MATCH}. */
    private int[] matchVariants(List<MatchCandidate> asked) {
        int[] matches = new int[asked.size()];
        boolean[] used = new boolean[existingVariants.size()];
        for (int index = 0; index < matches.length; index++) {
            List<String> values = optionValues(asked.get(index));
            matches[index] = values == null ? NO_MATCH : existingOptionValues.indexOf(values);
            claimMatch(used, matches, index);
        }
        // A row with new option values is a stored variant by its SKU only where that is the likely meaning: the
        // options
        // themselves changed, the file has no options, or it names all that there is. Otherwise it is one variant more.
        boolean optionsChanged = existing.filter(
                        found -> !options.equals(found.draft().options()))
                .isPresent();
        boolean complete = asked.size() >= existingVariants.size();
        for (int index = 0; index < matches.length; index++) {
            MatchCandidate row = asked.get(index);
            if (matches[index] == NO_MATCH && (optionsChanged || complete || optionValues(row) == null)) {
                matches[index] = row.row()
                        .fileSku()
                        .map(sku -> indexBySku(existingVariants, sku))
                        .orElse(NO_MATCH);
                claimMatch(used, matches, index);
            }
        }
        for (int index = 0; index < matches.length; index++) {
            if (matches[index] == NO_MATCH && existingVariants.size() == 1 && optionValues(asked.get(index)) == null) {
                matches[index] = 0;
                claimMatch(used, matches, index);
            }
        }
        return matches;
    }

    /** A variant is meant by one row only. */
    private static void claimMatch(boolean[] used, int[] matches, int index) {
        if (matches[index] != NO_MATCH && used[matches[index]]) {
            matches[index] = NO_MATCH;
        } else if (matches[index] != NO_MATCH) {
            used[matches[index]] = true;
        }
    }

    private @Nullable List<String> optionValues(MatchCandidate matchCandidate) {
        List<String> values = matchCandidate.variant().optionValues();
        return values == null && options.isEmpty() && !matchCandidate.row().withoutVariantCells() ? List.of() : values;
    }

    /** The variant that has this SKU here, else the one that had it in a file; {@link #NO_MATCH} when there is none. */
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

    private StagedRow resolveRow(MatchCandidate matchCandidate, int match, List<VariantDraft> variants) {
        StagedRow.StagedVariantRow row = matchCandidate.row();
        if (match != NO_MATCH) {
            variants.add(updatedVariant(matchCandidate, existingVariants.get(match)));
            return row.withSku(existingVariants.get(match).sku());
        }
        if (row.withoutVariantCells()
                && (existing.isPresent() || product.variants().size() > 1)) {
            return new StagedRow.ProductOnlyRow(row.number());
        }
        if (!existingVariants.isEmpty() && matchCandidate.variant().optionValues() == null && !options.isEmpty()) {
            return new StagedRow.RejectedRow(RowError.of(
                    row.number(),
                    header.nameOf(ShopifyColumns.optionValue(1)),
                    "variant_not_named",
                    "The product '%s' has several variants; say which by the option values",
                    product.slug()));
        }
        List<String> values = orElse(matchCandidate.variant().optionValues(), List.<String>of());
        if (options.isEmpty() && !values.isEmpty()) {
            return new StagedRow.RejectedRow(RowError.of(
                    row.number(),
                    header.nameOf(ShopifyColumns.optionValue(1)),
                    "option_without_name",
                    "'%s' belongs to no named option",
                    values.getFirst()));
        }
        String sku = availableSku(row, values);
        takenSkus.add(sku);
        Map<String, String> attributes = header.mergeAttributes(
                Map.of(), product, false, matchCandidate.variant().attributes());
        row.fileSku().filter(wanted -> !wanted.equals(sku)).ifPresent(wanted -> {
            attributes.put(ShopifyAttribute.SKU, wanted);
            warnings.add(RowError.of(
                    row.number(),
                    header.nameOf(ShopifyColumns.SKU),
                    "sku_shared",
                    "Another variant has the SKU '%s'; this one goes by " + sku.replace("%", "%%"),
                    wanted));
        });
        variants.add(withSkuAndAttributes(matchCandidate.variant(), sku, attributes));
        return row.withSku(sku);
    }

    private VariantDraft updatedVariant(MatchCandidate matchCandidate, VariantDraft before) {
        Map<String, String> attributesBefore = attributes(before);
        Map<String, String> attributes = header.mergeAttributes(
                attributesBefore, product, false, matchCandidate.variant().attributes());
        matchCandidate.row().fileSku().ifPresent(wanted -> {
            if (wanted.equals(before.sku())) {
                attributes.remove(ShopifyAttribute.SKU);
                return;
            }
            attributes.put(ShopifyAttribute.SKU, wanted);
            if (!wanted.equals(attributesBefore.get(ShopifyAttribute.SKU))) {
                warnings.add(RowError.of(
                        matchCandidate.row().number(),
                        header.nameOf(ShopifyColumns.SKU),
                        "sku_kept",
                        "Stock and orders know the variant by its SKU "
                                + before.sku().replace("%", "%%") + ", so it keeps it; '%s' is kept for the export",
                        wanted));
            }
        });
        return withSkuAndAttributes(matchCandidate.variant(), before.sku(), attributes);
    }

    private String availableSku(StagedRow.StagedVariantRow row, List<String> values) {
        return row.fileSku()
                .filter(sku -> !takenSkus.contains(sku))
                .orElseGet(() -> DerivedSku.firstAvailable(product.slug(), values, takenSkus));
    }

    /** The pictures that the file names, and those of variants that come with it. */
    private @Nullable List<Media> mergedMedia(List<VariantDraft> variants) {
        if (product.media() == null) {
            return null;
        }
        Map<String, String> images = new HashMap<>();
        existingVariants.forEach(variant -> images.put(variant.sku(), orElse(variant.imageUrl(), "")));
        List<String> fresh = variants.stream()
                .filter(variant ->
                        variant.imageUrl() != null && !variant.imageUrl().equals(images.get(variant.sku())))
                .map(VariantDraft::imageUrl)
                .filter(Objects::nonNull)
                .toList();
        List<Media> known = existing.flatMap(
                        found -> Optional.ofNullable(found.draft().media()))
                .orElse(List.of());
        return ShopifyMedia.merge(product.media(), fresh, known);
    }

    private static Map<String, String> attributes(VariantDraft variant) {
        return orElse(variant.attributes(), Map.of());
    }

    private static <T> T orElse(@Nullable T wanted, T otherwise) {
        return wanted == null ? otherwise : wanted;
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
                variant.inventoryTracked(),
                variant.inventoryPolicy(),
                variant.taxable(),
                variant.requiresShipping(),
                variant.imageUrl(),
                new TreeMap<>(attributes));
    }
}
