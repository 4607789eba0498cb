package io.fondaco.replay;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.fondaco.platform.money.Money;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Some days of the UCI "Online Retail" data set (Daqing Chen, 2015, CC BY 4.0) as invoices, cancellations, a catalog,
 * and the rows that no shop could sell, grouped by the rule that rejects them.
 */
final class RetailData {
    final List<Invoice> invoices = new ArrayList<>();
    final List<Invoice> cancellations = new ArrayList<>();
    final SortedMap<String, RejectionTotals> rejected = new TreeMap<>();
    private final Map<String, String> titles = new HashMap<>();
    private final Map<String, Map<Long, Integer>> prices = new TreeMap<>();
    long rows;

    /**
     * An invoice with its valid lines, one per SKU.
     *
     * @param country where it is delivered, ISO 3166-1 alpha-2; empty if the data names none: the customer collects it
     */
    record Invoice(
            String number, String day, String customer, Optional<String> country, Map<String, InvoiceLine> lines) {
        Money total() {
            return lines.values().stream()
                    .map(invoiceLine -> invoiceLine.unitPrice().times(invoiceLine.quantity()))
                    .reduce(Money.zero(RetailRow.CURRENCY), Money::plus);
        }
    }

    /** @param priceList the name of the price list that the unit price is from; empty for the base price */
    record InvoiceLine(String sku, long quantity, Money unitPrice, Optional<String> priceList) {}

    /** The rows rejected by one rule: their number and their value in ten-thousandths of a pound. */
    record RejectionTotals(long rows, long value) {
        RejectionTotals plus(RetailRow row) {
            return new RejectionTotals(rows + 1, value + row.value());
        }
    }

    static RetailData read(Path folder, int days) {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.toString().endsWith(".csv"))
                    .sorted()
                    .limit(days)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<RetailRow> validRows = new ArrayList<>();
        RetailData data = new RetailData();
        for (Path file : files) {
            data.readDay(file, validRows);
        }
        data.groupIntoInvoices(validRows);
        return data;
    }

    private void readDay(Path file, List<RetailRow> validRows) {
        String day = file.getFileName().toString().replace(".csv", "");
        try (CsvReader<NamedCsvRecord> records = CsvReader.builder().ofNamedCsvRecord(file)) {
            for (NamedCsvRecord csv : records) {
                rows++;
                RetailRow row = new RetailRow(
                        day,
                        csv.getField("InvoiceNo"),
                        csv.getField("StockCode"),
                        csv.getField("Description"),
                        csv.getField("Quantity"),
                        csv.getField("UnitPrice"),
                        csv.getField("CustomerID"),
                        csv.getField("Country"));
                if (!row.description().isBlank()) {
                    titles.putIfAbsent(row.code(), row.description().strip());
                }
                row.rejectionReason().ifPresentOrElse(rule -> reject(rule, row), () -> validRows.add(row));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void reject(String rule, RetailRow row) {
        rejected.merge(rule, new RejectionTotals(0, 0).plus(row), (before, _) -> before.plus(row));
    }

    private void groupIntoInvoices(List<RetailRow> validRows) {
        for (RetailRow row : validRows) {
            if (!row.isCancellation()) {
                prices.computeIfAbsent(row.code(), _ -> new TreeMap<>())
                        .merge(row.unitPriceMoney().amount(), 1, Integer::sum);
            }
        }
        Map<String, List<RetailRow>> byInvoice = new LinkedHashMap<>();
        validRows.forEach(row ->
                byInvoice.computeIfAbsent(row.invoice(), _ -> new ArrayList<>()).add(row));
        byInvoice.forEach((number, lines) -> addInvoice(number, lines));
    }

    private void addInvoice(String number, List<RetailRow> rows) {
        Map<String, InvoiceLine> lines = new LinkedHashMap<>();
        for (RetailRow row : rows) {
            Map<Long, Integer> levels = prices.getOrDefault(row.code(), Map.of());
            if (!levels.containsKey(row.unitPriceMoney().amount())) {
                reject("cancellation_without_order", row);
                continue;
            }
            String sku = sku(row.code(), row.unitPriceMoney().amount());
            InvoiceLine invoiceLine =
                    new InvoiceLine(sku, Math.abs(row.units()), row.unitPriceMoney(), Optional.empty());
            lines.merge(
                    sku,
                    invoiceLine,
                    (a, b) -> new InvoiceLine(sku, a.quantity() + b.quantity(), a.unitPrice(), a.priceList()));
        }
        if (lines.isEmpty()) {
            return;
        }
        RetailRow first = rows.getFirst();
        Optional<String> country = RetailCountries.codeOf(first.country());
        Invoice invoice = new Invoice(number, first.day(), first.customer(), country, lines);
        (first.isCancellation() ? cancellations : invoices).add(invoice);
    }

    /**
     * The most frequent price of a code uses the code itself as the SKU; each other price level is a variant of its
     * own.
     */
    private String sku(String code, long price) {
        Map<Long, Integer> levels = prices.get(code);
        long mostFrequent = levels.entrySet().stream()
                .max(Map.Entry.<Long, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .orElseThrow()
                .getKey();
        return price == mostFrequent ? code : code + "-" + price;
    }

    /** The catalog as a Shopify product CSV: one product per code, one variant per price level. */
    String productsCsv() {
        StringBuilder csv = new StringBuilder(
                "Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Variant SKU,"
                        + "Variant Inventory Tracker,Variant Inventory Policy,Variant Price,Status\n");
        prices.forEach((code, levels) -> {
            boolean first = true;
            for (long price : levels.keySet()) {
                String option = levels.size() == 1 ? "Title,Default Title" : "Price level,%s".formatted(pounds(price));
                csv.append("%s,%s,%s,%s,,%s,%s,%s,shopify,deny,%s,%s\n"
                        .formatted(
                                code.toLowerCase(java.util.Locale.ROOT),
                                first ? quoted(titles.getOrDefault(code, code)) : "",
                                "",
                                first ? "Online Retail" : "",
                                first ? "TRUE" : "",
                                first
                                        ? option
                                        : option.substring(option.indexOf(',')).replaceFirst("^,", ","),
                                sku(code, price),
                                pounds(price),
                                first ? "active" : ""));
                first = false;
            }
        });
        return csv.toString();
    }

    /** All units that the invoices will sell, plus five per SKU. */
    SortedMap<String, Long> initialStock() {
        SortedMap<String, Long> stock = new TreeMap<>();
        prices.forEach((code, levels) -> levels.keySet().forEach(price -> stock.put(sku(code, price), 5L)));
        invoices.forEach(invoice -> invoice.lines()
                .values()
                .forEach(invoiceLine -> stock.merge(invoiceLine.sku(), invoiceLine.quantity(), Long::sum)));
        return stock;
    }

    String stockCsv() {
        StringBuilder csv = new StringBuilder("sku,location,available\n");
        initialStock()
                .forEach((sku, units) ->
                        csv.append(sku).append(",default,").append(units).append('\n'));
        return csv.toString();
    }

    /** The base price of each SKU in pence. */
    SortedMap<String, Long> basePrices() {
        SortedMap<String, Long> basePrices = new TreeMap<>();
        prices.forEach((code, levels) -> levels.keySet().forEach(price -> basePrices.put(sku(code, price), price)));
        return basePrices;
    }

    /** Replaces the price of each invoice line by that of the price lists. */
    void applyPriceLists(RetailPriceLists priceLists) {
        invoices.replaceAll(invoice -> {
            Map<String, InvoiceLine> lines = new LinkedHashMap<>();
            invoice.lines().forEach((sku, line) -> lines.put(sku, priceLists.apply(line, invoice.country())));
            return new Invoice(invoice.number(), invoice.day(), invoice.customer(), invoice.country(), lines);
        });
    }

    private static String pounds(long pence) {
        return Money.of(pence, RetailRow.CURRENCY).toDecimal();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
