package io.fondaco.importing;

import static io.fondaco.importing.ShopifyColumns.HANDLE;
import static io.fondaco.importing.ShopifyColumns.OPTIONS;
import static io.fondaco.importing.ShopifyColumns.SKU;
import static io.fondaco.importing.ShopifyColumns.TITLE;
import static io.fondaco.importing.ShopifyColumns.optionName;
import static io.fondaco.importing.ShopifyColumns.optionValue;

import io.fondaco.importing.StockRow.Quantity;
import io.fondaco.inventory.StockCount;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.csv.InvalidHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stock in the exchange format, one row for each variant and location, in either layout of it. In the older one {@code
 * Available} is the count. In the newer one {@code On hand (new)} is, less what is committed and unavailable; where it
 * is empty the numbers beside it are the first stock of a variant that was never counted at the location, and change
 * nothing else.
 */
final class ShopifyStock implements StockFormat {
    static final List<String> LOCATION = List.of("Location");
    static final List<String> UNAVAILABLE = List.of("Unavailable", "Unavailable (not editable)");
    static final List<String> COMMITTED = List.of("Committed", "Committed (not editable)");
    static final List<String> AVAILABLE = List.of("Available", "Available (not editable)");
    static final List<String> ON_HAND = List.of("On hand", "On hand (current)");
    static final List<String> ON_HAND_NEW = List.of("On hand (new)");
    static final String NOT_STOCKED = "not stocked";

    private static final List<List<String>> READ = read();

    private final Header header;

    /**
     * @throws InvalidHeader if a column is missing
     */
    ShopifyStock(Header header) {
        this.header = header;
        if (header.position(HANDLE).isEmpty()) {
            header.require(SKU);
        }
        header.require(LOCATION);
        if (header.position(AVAILABLE).isEmpty() && header.position(ON_HAND_NEW).isEmpty()) {
            header.require(ON_HAND);
        }
    }

    private static List<List<String>> read() {
        List<List<String>> read = new ArrayList<>(
                List.of(HANDLE, TITLE, SKU, LOCATION, UNAVAILABLE, COMMITTED, AVAILABLE, ON_HAND, ON_HAND_NEW));
        for (int option = 1; option <= OPTIONS; option++) {
            read.add(optionName(option));
            read.add(optionValue(option));
        }
        return List.copyOf(read);
    }

    @Override
    public StockRow read(CsvRow cells) throws BadCell {
        RowReader row = RowReader.whole(header, cells);
        String handle = row.word(HANDLE);
        String slug = ShopifyProducts.slugOf(handle.isEmpty() ? row.word(TITLE) : handle);
        Optional<String> sku = ShopifyProducts.sku(row);
        if (slug.isEmpty() && sku.isEmpty()) {
            throw row.bad(SKU, "variant_not_named", "The row has neither a handle nor a SKU%s", "");
        }
        List<String> options = ShopifyOptions.names(row);
        Optional<StockRow.Named> variant = slug.isEmpty()
                ? Optional.empty()
                : Optional.of(new StockRow.Named(
                        handle.isEmpty() ? slug : handle, slug, options, ShopifyOptions.values(row, options)));
        return new StockRow(row.number(), variant, sku, row.word(LOCATION), quantity(row));
    }

    private Quantity quantity(RowReader row) throws BadCell {
        Optional<Units> wanted = number(row, ON_HAND_NEW);
        if (wanted.isPresent()) {
            return wanted.get().stocked()
                    ? counted(row, wanted.get().units() - notFree(row))
                    : new Quantity.NotStocked();
        }
        Optional<Units> available = number(row, AVAILABLE);
        Optional<Units> onHand = number(row, ON_HAND);
        if (isNotStocked(available) || isNotStocked(onHand)) {
            return new Quantity.NotStocked();
        }
        Optional<Long> units = available.map(Units::units);
        if (units.isEmpty() && onHand.isPresent()) {
            units = Optional.of(onHand.get().units() - notFree(row));
        }
        if (units.isEmpty()) {
            return new Quantity.Unsaid();
        }
        Quantity.Counted counted = counted(row, units.get());
        return header.position(ON_HAND_NEW).isPresent()
                ? new Quantity.First(counted.units(), counted.warning())
                : counted;
    }

    /** Of what is on hand, what nobody can buy. */
    private static long notFree(RowReader row) throws BadCell {
        return number(row, COMMITTED).map(Units::units).orElse(0L)
                + number(row, UNAVAILABLE).map(Units::units).orElse(0L);
    }

    /** Shops that sold more than they had say so with a negative number; nothing is there then. */
    private static Quantity.Counted counted(RowReader row, long units) throws BadCell {
        if (units > StockCount.MAX_AVAILABLE) {
            throw row.bad(
                    AVAILABLE,
                    "invalid_quantity",
                    "'%s' is more than " + StockCount.MAX_AVAILABLE,
                    Long.toString(units));
        }
        if (units >= 0) {
            return new Quantity.Counted(units, Optional.empty());
        }
        RowError warning = row.bad(
                        AVAILABLE,
                        "negative_quantity",
                        "'%s' is less than nothing and is taken as 0",
                        Long.toString(units))
                .error();
        return new Quantity.Counted(0, Optional.of(warning));
    }

    /**
     * A cell of a number column.
     *
     * @param units 0 where the variant is not kept at the location
     */
    private record Units(boolean stocked, long units) {}

    private static Optional<Units> number(RowReader row, List<String> column) throws BadCell {
        if (row.word(column).equalsIgnoreCase(NOT_STOCKED)) {
            return Optional.of(new Units(false, 0));
        }
        return row.units(column, -StockCount.MAX_AVAILABLE, StockCount.MAX_AVAILABLE)
                .map(units -> new Units(true, units));
    }

    private static boolean isNotStocked(Optional<Units> number) {
        return number.isPresent() && !number.get().stocked();
    }

    @Override
    public String skuColumn() {
        return header.nameOf(SKU);
    }

    @Override
    public String locationColumn() {
        return header.nameOf(LOCATION);
    }

    @Override
    public boolean namesLocations() {
        return true;
    }

    @Override
    public List<String> ignoredColumns() {
        return header.names().stream()
                .filter(name -> !name.isEmpty())
                .filter(name -> READ.stream().flatMap(List::stream).noneMatch(name::equalsIgnoreCase))
                .toList();
    }
}
