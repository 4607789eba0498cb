package io.fondaco.importing;

import io.fondaco.catalog.ProductDraft;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.csv.InvalidHeader;
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
    private static final Set<String> READ = ShopifyColumns.READ.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern FURTHER_OPTION = Pattern.compile("(?i)option([4-9]|[1-9][0-9]+) (name|value)");

    private final Header header;
    private final List<Kept> kept = new ArrayList<>();

    /**
     * @throws InvalidHeader if a column is missing, or two mean the same
     */
    ShopifyHeader(Header header) {
        this.header = header;
        refuseInventory(header);
        header.require(ShopifyColumns.TITLE);
        if (has(ShopifyColumns.WEIGHT) && !has(ShopifyColumns.WEIGHT_UNIT) && !has(ShopifyColumns.GRAMS)) {
            throw new InvalidHeader(
                    name(ShopifyColumns.WEIGHT),
                    "The column '%s' needs a column '%s' that says its unit; or send grams as '%s'."
                            .formatted(
                                    name(ShopifyColumns.WEIGHT),
                                    ShopifyColumns.WEIGHT_UNIT.getFirst(),
                                    ShopifyColumns.GRAMS.getFirst()));
        }
        Set<String> keys = new HashSet<>();
        for (String name : header.names()) {
            if (name.isEmpty() || isRead(name)) {
                continue;
            }
            if (FURTHER_OPTION.matcher(name).matches()) {
                throw new InvalidHeader(
                        name,
                        "A product has at most %d options; there is no place for '%s'."
                                .formatted(ShopifyColumns.OPTIONS, name));
            }
            ShopifyAttribute attribute = ShopifyAttribute.ofHeader(name);
            if (!keys.add(attribute.key())) {
                throw new InvalidHeader(name, "Another column of the header means the same as '%s'.".formatted(name));
            }
            kept.add(new Kept(List.of(name), attribute));
        }
    }

    /** The format's other file, of stock at locations, has handle and title as well. */
    private static void refuseInventory(Header header) {
        boolean counts = header.names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.startsWith("on hand") || name.startsWith("available"));
        if (counts
                && header.position(List.of("Location")).isPresent()
                && header.position(ShopifyColumns.PRICE).isEmpty()) {
            throw new InvalidHeader(
                    "Location", "This is an inventory file, not one of products: send kind=stock&format=shopify.");
        }
    }

    boolean has(List<String> column) {
        return header.position(column).isPresent();
    }

    /** The column as this file names it. */
    String name(List<String> column) {
        return header.nameOf(column);
    }

    /**
     * Attributes once what a row says is put over what is there: columns that the file has replace what belongs to them, and
     * nothing else.
     *
     * @param row what it says; null when the file has no such column
     */
    Map<String, String> merged(
            Map<String, String> before, ProductDraft product, boolean ofProduct, @Nullable Map<String, String> row) {
        Map<String, String> merged = new TreeMap<>();
        before.forEach((key, value) -> {
            boolean ofStatus = key.equals(ShopifyAttribute.STATUS) || key.equals(ShopifyAttribute.PUBLISHED);
            boolean covered = (ofProduct && ofStatus) ? product.status() != null : covers(key, ofProduct);
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
    private boolean covers(String key, boolean ofProduct) {
        if (kept.stream()
                .map(Kept::attribute)
                .anyMatch(attribute ->
                        attribute.ofProduct() == ofProduct && attribute.key().equals(key))) {
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
        return has(ofProduct ? ShopifyColumns.MORE_ATTRIBUTES : ShopifyColumns.MORE_VARIANT_ATTRIBUTES)
                && ShopifyAttribute.ofKey(key, ofProduct).isEmpty();
    }

    static boolean isRead(String name) {
        return READ.contains(name.toLowerCase(Locale.ROOT));
    }

    Header columns() {
        return header;
    }

    /** What the row says beyond the columns that are read for themselves; null when the file has no such column. */
    @Nullable
    Map<String, String> attributes(RowReader row, boolean ofProduct) throws BadCell {
        List<String> more = ofProduct ? ShopifyColumns.MORE_ATTRIBUTES : ShopifyColumns.MORE_VARIANT_ATTRIBUTES;
        String others = row.text(more);
        TreeMap<String, String> attributes =
                new TreeMap<>(others == null ? Map.of() : JsonCells.map(row, more, others));
        boolean any = others != null;
        for (Kept column : kept) {
            if (column.attribute().ofProduct() == ofProduct) {
                any = true;
                String cell = row.text(column.name());
                if (cell != null && !cell.isEmpty()) {
                    attributes.put(column.attribute().key(), cell);
                }
            }
        }
        return any ? attributes : null;
    }

    private record Kept(List<String> name, ShopifyAttribute attribute) {}
}
