package io.fondaco.importing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The header of a file in the exchange format: the columns that are read for themselves, and those that are kept. */
final class ShopifyHeader {
    private static final Set<String> READ = ShopifyColumns.READ.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private final Header header;
    private final List<Kept> kept = new ArrayList<>();

    /**
     * @throws InvalidHeader if a column is missing, or two mean the same
     */
    ShopifyHeader(Header header) {
        this.header = header;
        header.require(ShopifyColumns.HANDLE);
        header.require(ShopifyColumns.TITLE);
        Set<String> keys = new HashSet<>();
        for (String name : header.names()) {
            if (isRead(name)) {
                continue;
            }
            ShopifyAttribute attribute = ShopifyAttribute.ofHeader(name);
            if (!keys.add(attribute.key())) {
                throw new InvalidHeader(name, "Another column of the header means the same as '%s'.".formatted(name));
            }
            kept.add(new Kept(List.of(name), attribute));
        }
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
