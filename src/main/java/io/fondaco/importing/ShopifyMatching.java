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
final class ShopifyMatching {
    static final int NONE = -1;

    private final ShopifyHeader header;
    private final PlannedProduct planned;
    private final ProductDraft product;
    private final List<VariantDraft> stored;
    private final List<List<String>> storedValues;
    private final Optional<ProductSnapshot> present;
    private final Set<String> takenSkus;
    private final List<String> options;
    private final List<RowError> warnings = new ArrayList<>();

    ShopifyMatching(
            ShopifyHeader header, PlannedProduct planned, Optional<ProductSnapshot> present, Set<String> takenSkus) {
        this.header = header;
        this.planned = planned;
        this.present = present;
        this.takenSkus = takenSkus;
        product = planned.draft().orElseThrow();
        List<String> optionsBefore = present.flatMap(
                        found -> Optional.ofNullable(found.product().options()))
                .orElse(List.of());
        options = or(product.options(), optionsBefore);
        stored = present.map(found -> found.product().variants()).orElse(List.of());
        storedValues = present.map(found -> found.valuesUnder(options)).orElse(List.of());
        stored.forEach(variant -> takenSkus.add(variant.sku()));
    }

    /** A row that may be a variant's, with what it says about the variant. */
    private record Asked(PlannedRow.OfVariant row, VariantDraft variant) {}

    PlannedProduct resolve() {
        Map<String, String> attributesBefore = present.flatMap(
                        found -> Optional.ofNullable(found.product().attributes()))
                .orElse(Map.of());
        Optional<RowError> foreign = foreignHandle(attributesBefore);
        if (foreign.isPresent()) {
            return PlannedProduct.refused(foreign.get(), planned.rows());
        }
        List<Asked> asked = new ArrayList<>();
        Iterator<VariantDraft> drafts = product.variants().iterator();
        for (PlannedRow row : planned.rows()) {
            if (row instanceof PlannedRow.OfVariant variant) {
                asked.add(new Asked(variant, drafts.next()));
            }
        }
        int[] matches = matches(asked);
        List<PlannedRow> rows = new ArrayList<>(planned.rows().size());
        List<VariantDraft> variants = new ArrayList<>();
        int next = 0;
        for (PlannedRow row : planned.rows()) {
            if (row instanceof PlannedRow.OfVariant) {
                rows.add(row(asked.get(next), matches[next], variants));
                next++;
            } else {
                rows.add(row);
            }
        }
        Map<String, String> attributes = header.merged(attributesBefore, product, true, product.attributes());
        keepWarnings(attributesBefore, attributes);
        ProductDraft resolved =
                product.withMedia(media(variants)).withAttributes(attributes).withVariants(List.of());
        return PlannedProduct.complete(resolved, variants, rows).withWarnings(warnings);
    }

    /** Two handles may read the same once signs that a slug cannot have are left out; they are two products all the same. */
    private Optional<RowError> foreignHandle(Map<String, String> attributesBefore) {
        String handle = or(product.attributes(), Map.<String, String>of()).get(ShopifyAttribute.HANDLE);
        if (present.isEmpty() || handle == null || isHandleOf(handle, product.slug(), attributesBefore)) {
            return Optional.empty();
        }
        return Optional.of(RowError.of(
                planned.head().number(),
                header.name(ShopifyColumns.HANDLE),
                "handle_taken",
                "The handle '%s' reads '" + product.slug() + "' here, and another product has that",
                handle));
    }

    /** Whether a handle that reads as this slug means the product that has the slug. */
    static boolean isHandleOf(String handle, String slug, Map<String, String> attributes) {
        return handle.equalsIgnoreCase(slug) || handle.equals(attributes.get(ShopifyAttribute.HANDLE));
    }

    private void keepWarnings(Map<String, String> before, Map<String, String> after) {
        Set<String> known = new HashSet<>();
        present.ifPresent(
                found -> or(found.product().media(), List.<Media>of()).forEach(picture -> known.add(picture.url())));
        boolean badPictures = or(product.media(), List.<Media>of()).stream()
                .anyMatch(picture -> !ShopifyMedia.isAddress(picture.url()) && !known.contains(picture.url()));
        for (RowError warning : planned.warnings()) {
            boolean news =
                    switch (warning.code()) {
                        case ShopifyMedia.INVALID_IMAGE -> badPictures;
                        case ShopifyProducts.HANDLE_CHANGED ->
                            !Objects.equals(before.get(ShopifyAttribute.HANDLE), after.get(ShopifyAttribute.HANDLE));
                        default -> true;
                    };
            if (news) {
                warnings.add(warning);
            }
        }
    }

    /** For each row the stored variant that it means, or {@link #NONE}. */
    private int[] matches(List<Asked> asked) {
        int[] matches = new int[asked.size()];
        boolean[] used = new boolean[stored.size()];
        for (int index = 0; index < matches.length; index++) {
            List<String> values = values(asked.get(index));
            matches[index] = values == null ? NONE : storedValues.indexOf(values);
            use(used, matches, index);
        }
        // A row with new option values is a stored variant by its SKU only where that is the likely meaning: the
        // options
        // themselves changed, the file has no options, or it names all that there is. Otherwise it is one variant more.
        boolean optionsChanged = present.filter(
                        found -> !options.equals(found.product().options()))
                .isPresent();
        boolean complete = asked.size() >= stored.size();
        for (int index = 0; index < matches.length; index++) {
            Asked row = asked.get(index);
            if (matches[index] == NONE && (optionsChanged || complete || values(row) == null)) {
                matches[index] =
                        row.row().fileSku().map(sku -> bySku(stored, sku)).orElse(NONE);
                use(used, matches, index);
            }
        }
        for (int index = 0; index < matches.length; index++) {
            if (matches[index] == NONE && stored.size() == 1 && values(asked.get(index)) == null) {
                matches[index] = 0;
                use(used, matches, index);
            }
        }
        return matches;
    }

    /** A variant is meant by one row only. */
    private static void use(boolean[] used, int[] matches, int index) {
        if (matches[index] != NONE && used[matches[index]]) {
            matches[index] = NONE;
        } else if (matches[index] != NONE) {
            used[matches[index]] = true;
        }
    }

    private @Nullable List<String> values(Asked asked) {
        List<String> values = asked.variant().optionValues();
        return values == null && options.isEmpty() && !asked.row().bare() ? List.of() : values;
    }

    /** The variant that has this SKU here, else the one that had it in a file; {@link #NONE} when there is none. */
    static int bySku(List<VariantDraft> stored, String sku) {
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
        return NONE;
    }

    private PlannedRow row(Asked asked, int match, List<VariantDraft> variants) {
        PlannedRow.OfVariant row = asked.row();
        if (match != NONE) {
            variants.add(known(asked, stored.get(match)));
            return row.withSku(stored.get(match).sku());
        }
        if (row.bare() && (present.isPresent() || product.variants().size() > 1)) {
            return new PlannedRow.OfProduct(row.number());
        }
        if (!stored.isEmpty() && asked.variant().optionValues() == null && !options.isEmpty()) {
            return new PlannedRow.Refused(RowError.of(
                    row.number(),
                    header.name(ShopifyColumns.optionValue(1)),
                    "variant_not_named",
                    "The product '%s' has several variants; say which by the option values",
                    product.slug()));
        }
        List<String> values = or(asked.variant().optionValues(), List.<String>of());
        if (options.isEmpty() && !values.isEmpty()) {
            return new PlannedRow.Refused(RowError.of(
                    row.number(),
                    header.name(ShopifyColumns.optionValue(1)),
                    "option_without_name",
                    "'%s' belongs to no named option",
                    values.getFirst()));
        }
        String sku = freeSku(row, values);
        takenSkus.add(sku);
        Map<String, String> attributes =
                header.merged(Map.of(), product, false, asked.variant().attributes());
        row.fileSku().filter(wanted -> !wanted.equals(sku)).ifPresent(wanted -> {
            attributes.put(ShopifyAttribute.SKU, wanted);
            warnings.add(RowError.of(
                    row.number(),
                    header.name(ShopifyColumns.SKU),
                    "sku_shared",
                    "Another variant has the SKU '%s'; this one goes by " + sku.replace("%", "%%"),
                    wanted));
        });
        variants.add(with(asked.variant(), sku, attributes));
        return row.withSku(sku);
    }

    private VariantDraft known(Asked asked, VariantDraft before) {
        Map<String, String> attributesBefore = attributes(before);
        Map<String, String> attributes =
                header.merged(attributesBefore, product, false, asked.variant().attributes());
        asked.row().fileSku().ifPresent(wanted -> {
            if (wanted.equals(before.sku())) {
                attributes.remove(ShopifyAttribute.SKU);
                return;
            }
            attributes.put(ShopifyAttribute.SKU, wanted);
            if (!wanted.equals(attributesBefore.get(ShopifyAttribute.SKU))) {
                warnings.add(RowError.of(
                        asked.row().number(),
                        header.name(ShopifyColumns.SKU),
                        "sku_kept",
                        "Stock and orders know the variant by its SKU "
                                + before.sku().replace("%", "%%") + ", so it keeps it; '%s' is kept for the export",
                        wanted));
            }
        });
        return with(asked.variant(), before.sku(), attributes);
    }

    private String freeSku(PlannedRow.OfVariant row, List<String> values) {
        return row.fileSku()
                .filter(sku -> !takenSkus.contains(sku))
                .orElseGet(() -> DerivedSku.free(product.slug(), values, takenSkus));
    }

    /** The pictures that the file names, and those of variants that come with it. */
    private @Nullable List<Media> media(List<VariantDraft> variants) {
        if (product.media() == null) {
            return null;
        }
        Map<String, String> images = new HashMap<>();
        stored.forEach(variant -> images.put(variant.sku(), or(variant.imageUrl(), "")));
        List<String> fresh = variants.stream()
                .filter(variant ->
                        variant.imageUrl() != null && !variant.imageUrl().equals(images.get(variant.sku())))
                .map(VariantDraft::imageUrl)
                .filter(Objects::nonNull)
                .toList();
        List<Media> known = present.flatMap(
                        found -> Optional.ofNullable(found.product().media()))
                .orElse(List.of());
        return ShopifyMedia.complete(product.media(), fresh, known);
    }

    private static Map<String, String> attributes(VariantDraft variant) {
        return or(variant.attributes(), Map.of());
    }

    private static <T> T or(@Nullable T wanted, T otherwise) {
        return wanted == null ? otherwise : wanted;
    }

    private static VariantDraft with(VariantDraft variant, String sku, Map<String, String> attributes) {
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
