package io.fondaco.productfiles;

import static io.fondaco.productfiles.ShopifyColumns.HANDLE;
import static io.fondaco.productfiles.ShopifyColumns.MAX_OPTIONS;
import static io.fondaco.productfiles.ShopifyColumns.SKU;
import static io.fondaco.productfiles.ShopifyColumns.TITLE;
import static io.fondaco.productfiles.ShopifyColumns.optionName;
import static io.fondaco.productfiles.ShopifyColumns.optionValue;

import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import io.fondaco.productfiles.StockRow.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads stock in the Shopify format, one row per variant and location, in either layout. In the legacy layout {@code
 * Available} is the count. In the current layout {@code On hand (new)} is the count, less committed and unavailable
 * units; if it is empty, the other quantities are the initial stock of a variant that was never counted at the
 * location, and are ignored otherwise.
 */
final class ShopifyStockParser implements StockRowParser {
    static final List<String> LOCATION = List.of("Location");
    static final List<String> UNAVAILABLE = List.of("Unavailable", "Unavailable (not editable)");
    static final List<String> COMMITTED = List.of("Committed", "Committed (not editable)");
    static final List<String> AVAILABLE = List.of("Available", "Available (not editable)");
    static final List<String> ON_HAND = List.of("On hand", "On hand (current)");
    static final List<String> ON_HAND_NEW = List.of("On hand (new)");
    static final String NOT_STOCKED = "not stocked";

    private static final List<List<String>> MAPPED_COLUMNS = mappedColumns();

    private final CsvHeader csvHeader;

    /**
     * @throws InvalidCsvHeader if a column is missing
     */
    ShopifyStockParser(CsvHeader csvHeader) {
        this.csvHeader = csvHeader;
        if (csvHeader.position(HANDLE).isEmpty()) {
            csvHeader.requirePosition(SKU);
        }
        csvHeader.requirePosition(LOCATION);
        if (csvHeader.position(AVAILABLE).isEmpty()
                && csvHeader.position(ON_HAND_NEW).isEmpty()) {
            csvHeader.requirePosition(ON_HAND);
        }
    }

    private static List<List<String>> mappedColumns() {
        List<List<String>> columns = new ArrayList<>(
                List.of(HANDLE, TITLE, SKU, LOCATION, UNAVAILABLE, COMMITTED, AVAILABLE, ON_HAND, ON_HAND_NEW));
        for (int option = 1; option <= MAX_OPTIONS; option++) {
            columns.add(optionName(option));
            columns.add(optionValue(option));
        }
        return List.copyOf(columns);
    }

    @Override
    public StockRow parse(CsvRow cells) throws InvalidCell {
        RowReader row = RowReader.validated(csvHeader, cells);
        String handle = row.trimmedText(HANDLE);
        String slug = ShopifyProductParser.toSlug(handle.isEmpty() ? row.trimmedText(TITLE) : handle);
        Optional<String> sku = ShopifyProductParser.parseSku(row);
        if (slug.isEmpty() && sku.isEmpty()) {
            throw row.invalidCell(SKU, "variant_not_named", "The row has neither a handle nor a SKU%s", "");
        }
        List<String> options = ShopifyOptions.names(row, false);
        Optional<StockRow.VariantReference> variant = slug.isEmpty()
                ? Optional.empty()
                : Optional.of(new StockRow.VariantReference(
                        handle.isEmpty() ? slug : handle, slug, options, ShopifyOptions.values(row, options)));
        return new StockRow(row.number(), variant, sku, row.trimmedText(LOCATION), parseQuantity(row));
    }

    private Quantity parseQuantity(RowReader row) throws InvalidCell {
        Optional<StockCell> newOnHand = parseStockCell(row, ON_HAND_NEW);
        if (newOnHand.isPresent()) {
            return newOnHand.get().stocked()
                    ? toAvailableUnits(row, newOnHand.get().units() - unavailableUnits(row))
                    : new Quantity.NotStocked();
        }
        Optional<StockCell> available = parseStockCell(row, AVAILABLE);
        Optional<StockCell> onHand = parseStockCell(row, ON_HAND);
        if (isNotStocked(available) || isNotStocked(onHand)) {
            return new Quantity.NotStocked();
        }
        Optional<Long> units = available.map(StockCell::units);
        if (units.isEmpty() && onHand.isPresent()) {
            units = Optional.of(onHand.get().units() - unavailableUnits(row));
        }
        if (units.isEmpty()) {
            return new Quantity.Unspecified();
        }
        Quantity.AvailableUnits availableUnits = toAvailableUnits(row, units.get());
        return csvHeader.position(ON_HAND_NEW).isPresent()
                ? new Quantity.InitialUnits(availableUnits.units(), availableUnits.warning())
                : availableUnits;
    }

    /** The units on hand that cannot be sold: committed and unavailable ones. */
    private static long unavailableUnits(RowReader row) throws InvalidCell {
        return parseStockCell(row, COMMITTED).map(StockCell::units).orElse(0L)
                + parseStockCell(row, UNAVAILABLE).map(StockCell::units).orElse(0L);
    }

    /** A negative number means that more was sold than was in stock; the stock is 0 then. */
    private static Quantity.AvailableUnits toAvailableUnits(RowReader row, long units) throws InvalidCell {
        if (units > StockCount.MAX_AVAILABLE) {
            throw row.invalidCell(
                    AVAILABLE,
                    "invalid_quantity",
                    "'%s' is more than " + StockCount.MAX_AVAILABLE,
                    Long.toString(units));
        }
        if (units >= 0) {
            return new Quantity.AvailableUnits(units, Optional.empty());
        }
        RowError warning = row.invalidCell(
                        AVAILABLE, "negative_quantity", "'%s' is negative and is taken as 0", Long.toString(units))
                .error();
        return new Quantity.AvailableUnits(0, Optional.of(warning));
    }

    /**
     * A cell of a quantity column.
     *
     * @param units 0 if the variant is not stocked at the location
     */
    private record StockCell(boolean stocked, long units) {}

    private static Optional<StockCell> parseStockCell(RowReader row, List<String> column) throws InvalidCell {
        if (row.trimmedText(column).equalsIgnoreCase(NOT_STOCKED)) {
            return Optional.of(new StockCell(false, 0));
        }
        return row.units(column, -StockCount.MAX_AVAILABLE, StockCount.MAX_AVAILABLE)
                .map(units -> new StockCell(true, units));
    }

    private static boolean isNotStocked(Optional<StockCell> cell) {
        return cell.isPresent() && !cell.get().stocked();
    }

    @Override
    public String skuColumn() {
        return csvHeader.columnName(SKU);
    }

    @Override
    public String locationColumn() {
        return csvHeader.columnName(LOCATION);
    }

    @Override
    public boolean usesLocationNames() {
        return true;
    }

    @Override
    public List<String> ignoredColumns() {
        return csvHeader.names().stream()
                .filter(name -> !name.isEmpty())
                .filter(name -> MAPPED_COLUMNS.stream().flatMap(List::stream).noneMatch(name::equalsIgnoreCase))
                .toList();
    }
}
