package io.fondaco.importing;

import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import io.fondaco.platform.money.Money;
import io.fondaco.pricing.PriceListId;
import io.fondaco.pricing.Pricing;
import io.fondaco.pricing.VariantPrices;
import io.fondaco.pricing.VariantPrices.ListPrice;
import io.fondaco.productfiles.InvalidCell;
import io.fondaco.productfiles.RowReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes files of prices: {@code sku,list,min_quantity,price,currency,compare_at}. A row without a list is a
 * base price. The columns {@code list}, {@code min_quantity} and {@code compare_at} may be missing.
 */
final class PriceRowParser {
    static final List<String> SKU = List.of("sku");
    static final List<String> LIST = List.of("list");
    static final List<String> MIN_QUANTITY = List.of("min_quantity");
    static final List<String> PRICE = List.of("price");
    static final List<String> CURRENCY = List.of("currency");
    static final List<String> COMPARE_AT = List.of("compare_at");
    static final List<String> HEADER = List.of("sku", "list", "min_quantity", "price", "currency", "compare_at");

    private final CsvHeader csvHeader;

    /** @throws InvalidCsvHeader if a column is missing or unknown */
    PriceRowParser(CsvHeader csvHeader) {
        this.csvHeader = csvHeader;
        csvHeader.requirePosition(SKU);
        csvHeader.requirePosition(PRICE);
        csvHeader.requirePosition(CURRENCY);
        csvHeader.requireOnly(HEADER, "A file of prices");
    }

    /**
     * A row of the file.
     *
     * @param list identifier or name of the price list; empty for the base price
     * @param price empty to delete the tier of a list
     * @param compareAt of a base price
     */
    record PriceRow(
            long number,
            String sku,
            String list,
            int minQuantity,
            Optional<Money> price,
            String currency,
            Optional<Money> compareAt) {}

    /** The column of a field of a price list's row, as this file names it. */
    String column(String field) {
        return switch (field) {
            case "sku" -> csvHeader.columnName(SKU);
            case "min_quantity" -> csvHeader.columnName(MIN_QUANTITY);
            case "price/currency" -> csvHeader.columnName(CURRENCY);
            default -> csvHeader.columnName(PRICE);
        };
    }

    String listColumn() {
        return csvHeader.columnName(LIST);
    }

    boolean hasCompareAtColumn() {
        return csvHeader.position(COMPARE_AT).isPresent();
    }

    PriceRow parse(CsvRow cells) throws InvalidCell {
        RowReader row = RowReader.validated(csvHeader, cells);
        String sku = row.sku(SKU);
        String list = row.trimmedText(LIST);
        String currency = row.trimmedText(CURRENCY);
        if (!Money.isCurrency(currency)) {
            throw row.invalidCell(CURRENCY, "unknown_currency", "'%s' is not an ISO 4217 currency", currency);
        }
        int minQuantity = Math.toIntExact(
                row.units(MIN_QUANTITY, 1, Pricing.MAX_MIN_QUANTITY).orElse(1L));
        Optional<Money> price = row.price(PRICE, currency);
        Optional<Money> compareAt = row.price(COMPARE_AT, currency);
        if (list.isEmpty() && price.isEmpty()) {
            throw row.invalidCell(PRICE, "missing_price", "A base price cannot be deleted%s", "");
        }
        if (list.isEmpty() && minQuantity > 1) {
            throw row.invalidCell(MIN_QUANTITY, "quantity_of_base_price", "A base price has no tiers%s", "");
        }
        if (!list.isEmpty() && compareAt.isPresent()) {
            throw row.invalidCell(COMPARE_AT, "compare_at_of_list", "Only a base price has a compare-at price%s", "");
        }
        return new PriceRow(row.number(), sku, list, minQuantity, price, currency, compareAt);
    }

    /**
     * The rows of a variant: base prices by currency, then list prices by list and tier.
     *
     * @param names of the price lists; prices of other lists, which are new, are omitted
     */
    static List<List<String>> render(String sku, VariantPrices prices, Map<PriceListId, String> names) {
        List<List<String>> rows = new ArrayList<>();
        prices.base().values().stream()
                .sorted(Comparator.comparing(
                        (VariantPrice price) -> price.price().currency()))
                .map(price -> List.of(
                        sku,
                        "",
                        "",
                        price.price().toDecimal(),
                        price.price().currency(),
                        price.compareAt().map(Money::toDecimal).orElse("")))
                .forEach(rows::add);
        prices.listPrices().stream()
                .filter(listPrice -> names.containsKey(listPrice.list()))
                .sorted(Comparator.comparing(
                                (ListPrice listPrice) -> listPrice.list().value())
                        .thenComparing(ListPrice::minQuantity))
                .map(listPrice -> List.of(
                        sku,
                        names.getOrDefault(listPrice.list(), ""),
                        Integer.toString(listPrice.minQuantity()),
                        listPrice.price().toDecimal(),
                        listPrice.price().currency(),
                        ""))
                .forEach(rows::add);
        return rows;
    }
}
