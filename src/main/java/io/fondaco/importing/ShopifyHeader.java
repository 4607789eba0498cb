package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.InvalidCsvHeader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The header of a file in the exchange format: the columns that are read for themselves, and those that are kept. */
final class ShopifyHeader {
    private static final Set<String> MAPPED_COLUMNS = ShopifyColumns.MAPPED_COLUMNS.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern UNSUPPORTED_OPTION = Pattern.compile("(?i)option([4-9]|[1-9][0-9]+) (name|value)");

    private final CsvHeader csvHeader;
    private final List<AttributeColumn> attributeColumns = new ArrayList<>();

    /**
     * @throws InvalidCsvHeader if a column is missing, or two mean the same
     */
    ShopifyHeader(CsvHeader csvHeader) {
        this.csvHeader = csvHeader;
        rejectInventoryFile(csvHeader);
        csvHeader.requirePosition(ShopifyColumns.TITLE);
        if (has(ShopifyColumns.WEIGHT) && !has(ShopifyColumns.WEIGHT_UNIT) && !has(ShopifyColumns.GRAMS)) {
            throw new InvalidCsvHeader(
                    nameOf(ShopifyColumns.WEIGHT),
                    "The column '%s' needs a column '%s' that says its unit; or send grams as '%s'."
                            .formatted(
                                    nameOf(ShopifyColumns.WEIGHT),
                                    ShopifyColumns.WEIGHT_UNIT.getFirst(),
                                    ShopifyColumns.GRAMS.getFirst()));
        }
        Set<String> keys = new HashSet<>();
        for (String name : csvHeader.names()) {
            if (name.isEmpty() || isMapped(name)) {
                continue;
            }
            if (UNSUPPORTED_OPTION.matcher(name).matches()) {
                throw new InvalidCsvHeader(
                        name,
                        "A product has at most %d options; there is no place for '%s'."
                                .formatted(ShopifyColumns.MAX_OPTIONS, name));
            }
            ShopifyAttribute attribute = ShopifyAttribute.ofHeader(name);
            if (!keys.add(attribute.key())) {
                throw new InvalidCsvHeader(
                        name, "Another column of the header means the same as '%s'.".formatted(name));
            }
            attributeColumns.add(new AttributeColumn(List.of(name), attribute));
        }
    }

    /** The format's other file, of stock at locations, has handle and title as well. */
    private static void rejectInventoryFile(CsvHeader csvHeader) {
        boolean counts = csvHeader.names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.startsWith("on hand") || name.startsWith("available"));
        if (counts
                && csvHeader.position(List.of("Location")).isPresent()
                && csvHeader.position(ShopifyColumns.PRICE).isEmpty()) {
            throw new InvalidCsvHeader(
                    "Location", "This is an inventory file, not one of products: send kind=stock&format=shopify.");
        }
    }

    boolean has(List<String> column) {
        return csvHeader.position(column).isPresent();
    }

    /** The column as this file names it. */
    String nameOf(List<String> column) {
        return csvHeader.columnName(column);
    }

    /**
     * Attributes once what a row says is put over what is there: columns that the file has replace what belongs to them, and
     * nothing else.
     *
     * @param row what it says; null when the file has no such column
     */
    Map<String, String> mergeAttributes(
            Map<String, String> before, ProductDraft product, boolean ofProduct, @Nullable Map<String, String> row) {
        Map<String, String> merged = new TreeMap<>();
        before.forEach((key, value) -> {
            boolean ofStatus = key.equals(ShopifyAttribute.STATUS) || key.equals(ShopifyAttribute.PUBLISHED);
            boolean covered = (ofProduct && ofStatus) ? product.status() != null : hasColumnFor(key, ofProduct);
            if (!covered) {
                merged.put(key, value);
            }
        });
        if (row != null) {
            merged.putAll(row);
        }
        return merged;
    }

    /** Whether the file has the column that this attribute comes from. */
    private boolean hasColumnFor(String key, boolean ofProduct) {
        if (attributeColumns.stream()
                .map(AttributeColumn::attribute)
                .anyMatch(attribute ->
                        attribute.productLevel() == ofProduct && attribute.key().equals(key))) {
            return true;
        }
        if (ofProduct && key.equals(ShopifyAttribute.HANDLE)) {
            return has(ShopifyColumns.HANDLE);
        }
        if (ofProduct && key.equals(ShopifyAttribute.CATEGORY)) {
            return has(ShopifyColumns.CATEGORY);
        }
        if (!ofProduct && key.equals(ShopifyAttribute.TRACKER)) {
            return has(ShopifyColumns.TRACKER);
        }
        if (!ofProduct && key.equals(ShopifyAttribute.SKU)) {
            return false;
        }
        return has(ofProduct ? ShopifyColumns.ATTRIBUTES_JSON : ShopifyColumns.VARIANT_ATTRIBUTES_JSON)
                && ShopifyAttribute.ofKey(key, ofProduct).isEmpty();
    }

    static boolean isMapped(String name) {
        return MAPPED_COLUMNS.contains(name.toLowerCase(Locale.ROOT));
    }

    CsvHeader header() {
        return csvHeader;
    }

    /** What the row says beyond the columns that are read for themselves; null when the file has no such column. */
    @Nullable
    Map<String, String> attributes(RowReader row, boolean ofProduct) throws InvalidCell {
        List<String> more = ofProduct ? ShopifyColumns.ATTRIBUTES_JSON : ShopifyColumns.VARIANT_ATTRIBUTES_JSON;
        String others = row.text(more);
        TreeMap<String, String> attributes =
                new TreeMap<>(others == null ? Map.of() : JsonCells.parseMap(row, more, others));
        boolean any = others != null;
        for (AttributeColumn column : attributeColumns) {
            if (column.attribute().productLevel() == ofProduct) {
                any = true;
                String cell = row.text(column.name());
                if (cell != null && !cell.isEmpty()) {
                    attributes.put(column.attribute().key(), cell);
                }
            }
        }
        return any ? attributes : null;
    }

    private record AttributeColumn(List<String> name, ShopifyAttribute attribute) {}
}
