package io.fondaco.productfiles;

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

/** The header of a Shopify file: the mapped columns and the attribute columns. */
final class ShopifyHeader {
    private static final Set<String> MAPPED_COLUMNS = ShopifyColumns.MAPPED_COLUMNS.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern UNSUPPORTED_OPTION = Pattern.compile("(?i)option([4-9]|[1-9][0-9]+) (name|value)");

    private final CsvHeader csvHeader;
    private final List<AttributeColumn> attributeColumns = new ArrayList<>();

    /** @throws InvalidCsvHeader if a column is missing, or two columns mean the same */
    ShopifyHeader(CsvHeader csvHeader) {
        this.csvHeader = csvHeader;
        rejectInventoryFile(csvHeader);
        csvHeader.requirePosition(ShopifyColumns.TITLE);
        if (has(ShopifyColumns.WEIGHT) && !has(ShopifyColumns.WEIGHT_UNIT) && !has(ShopifyColumns.GRAMS)) {
            throw new InvalidCsvHeader(
                    nameOf(ShopifyColumns.WEIGHT),
                    "The column '%s' needs a column '%s' with its unit; or send grams as '%s'."
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
                        "A product has at most %d options; the column '%s' is not supported."
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

    /** An inventory file (stock per location) has a handle and a title as well. */
    private static void rejectInventoryFile(CsvHeader csvHeader) {
        boolean hasQuantities = csvHeader.names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.startsWith("on hand") || name.startsWith("available"));
        if (hasQuantities
                && csvHeader.position(List.of("Location")).isPresent()
                && csvHeader.position(ShopifyColumns.PRICE).isEmpty()) {
            throw new InvalidCsvHeader(
                    "Location", "This is an inventory file, not a product file: send kind=stock&format=shopify.");
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
     * The attributes after a row is merged into the existing ones: each column of the file replaces its own attributes
     * and no others.
     *
     * @param rowAttributes the attributes in the row; null if the file has no attribute column
     */
    Map<String, String> mergeAttributes(
            Map<String, String> before,
            ProductDraft product,
            boolean productLevel,
            @Nullable Map<String, String> rowAttributes) {
        Map<String, String> merged = new TreeMap<>();
        before.forEach((key, value) -> {
            boolean statusAttribute = key.equals(ShopifyAttribute.STATUS) || key.equals(ShopifyAttribute.PUBLISHED);
            boolean covered =
                    (productLevel && statusAttribute) ? product.status() != null : hasColumnFor(key, productLevel);
            if (!covered) {
                merged.put(key, value);
            }
        });
        if (rowAttributes != null) {
            merged.putAll(rowAttributes);
        }
        return merged;
    }

    /** Whether the file has the column that this attribute comes from. */
    private boolean hasColumnFor(String key, boolean productLevel) {
        if (attributeColumns.stream()
                .map(AttributeColumn::attribute)
                .anyMatch(attribute -> attribute.productLevel() == productLevel
                        && attribute.key().equals(key))) {
            return true;
        }
        if (productLevel && key.equals(ShopifyAttribute.HANDLE)) {
            return has(ShopifyColumns.HANDLE);
        }
        if (productLevel && key.equals(ShopifyAttribute.CATEGORY)) {
            return has(ShopifyColumns.CATEGORY);
        }
        if (!productLevel && key.equals(ShopifyAttribute.TRACKER)) {
            return has(ShopifyColumns.TRACKER);
        }
        if (!productLevel && key.equals(ShopifyAttribute.SKU)) {
            return false;
        }
        return has(productLevel ? ShopifyColumns.ATTRIBUTES_JSON : ShopifyColumns.VARIANT_ATTRIBUTES_JSON)
                && ShopifyAttribute.ofKey(key, productLevel).isEmpty();
    }

    static boolean isMapped(String name) {
        return MAPPED_COLUMNS.contains(name.toLowerCase(Locale.ROOT));
    }

    CsvHeader header() {
        return csvHeader;
    }

    /** The attributes in the row: its attribute columns and the JSON column; null if the file has no such column. */
    @Nullable
    Map<String, String> attributes(RowReader row, boolean productLevel) throws InvalidCell {
        List<String> jsonColumn =
                productLevel ? ShopifyColumns.ATTRIBUTES_JSON : ShopifyColumns.VARIANT_ATTRIBUTES_JSON;
        String json = row.text(jsonColumn);
        TreeMap<String, String> attributes =
                new TreeMap<>(json == null ? Map.of() : JsonCells.parseMap(row, jsonColumn, json));
        boolean hasColumn = json != null;
        for (AttributeColumn column : attributeColumns) {
            if (column.attribute().productLevel() == productLevel) {
                hasColumn = true;
                String cell = row.text(column.name());
                if (cell != null && !cell.isEmpty() && !column.attribute().isTaxCategory(cell)) {
                    attributes.put(column.attribute().key(), cell);
                }
            }
        }
        return hasColumn ? attributes : null;
    }

    private record AttributeColumn(List<String> name, ShopifyAttribute attribute) {}
}
