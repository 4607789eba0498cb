package io.fondaco.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.replay.RetailReplay.PlacedOrder;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Compares the taxes of lines, orders and refunds with those that their prices include by the rate of the country,
 * calculated from the invoices: each line to the penny, the summary by rate and country, and that no total has grown by
 * included tax.
 */
final class TaxReconciliation {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, PlacedOrder> orders;
    private final RetailTaxes taxes;
    private final Comparisons comparisons;
    private final SortedMap<String, Long> expectedByRate = new TreeMap<>();
    private final SortedMap<String, Long> foundByRate = new TreeMap<>();

    /** @param orders by id */
    TaxReconciliation(Map<String, PlacedOrder> orders, RetailTaxes taxes, Comparisons comparisons) {
        this.orders = orders;
        this.taxes = taxes;
        this.comparisons = comparisons;
    }

    /** The tax in pence of the lines of an order, and the part of their price that is no tax. */
    record OrderTax(String country, Optional<Long> rate, Map<String, Long> taxBySku, long tax, long taxable) {}

    /** The least and the most tax in pence that refunds of an order may have given back. */
    private record RefundedTax(long amount, long least, long most) {}

    void run(Connection sql) throws SQLException {
        Map<String, OrderTax> expected = new HashMap<>();
        orders.forEach((id, order) -> expected.put(id, expectedTax(order)));
        expected.values().forEach(tax -> tax.rate().ifPresent(rate -> {
            String key = "%s %s".formatted(tax.country(), RetailTaxes.fraction(rate));
            expectedByRate.merge(key + " tax", tax.tax(), Long::sum);
            expectedByRate.merge(key + " taxable", tax.taxable(), Long::sum);
        }));
        compareLines(sql, expected);
        compareOrders(sql, expected);
        compareRefunds(sql, expected);
        comparisons.compare("kinds of taxes and countries", expectedByRate.size(), foundByRate.size());
        expectedByRate.forEach(
                (key, pence) -> comparisons.compare("pence, " + key, pence, foundByRate.getOrDefault(key, 0L)));
    }

    /** The sum of the taxes of all orders in pence. */
    long expectedTotal() {
        return orders.values().stream()
                .mapToLong(order -> expectedTax(order).tax())
                .sum();
    }

    private OrderTax expectedTax(PlacedOrder order) {
        String country = RetailTaxes.taxedIn(order.invoice);
        Optional<Long> rate = taxes.rateIn(country);
        Map<String, Long> taxBySku = new HashMap<>();
        long tax = 0;
        long taxable = 0;
        for (RetailData.InvoiceLine line : order.invoice.lines().values()) {
            long price = line.unitPrice().amount() * line.quantity();
            long lineTax = rate.isPresent() ? RetailTaxes.includedTax(price, rate.get()) : 0;
            taxBySku.put(line.sku(), lineTax);
            tax += lineTax;
            taxable += price - lineTax;
        }
        return new OrderTax(country, rate, taxBySku, tax, taxable);
    }

    private void compareLines(Connection sql, Map<String, OrderTax> expected) throws SQLException {
        long lines = 0;
        long correct = 0;
        try (PreparedStatement select = sql.prepareStatement("""
                        SELECT order_id, sku, tax, included_tax, price_includes_tax FROM "order".line
                        """);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                lines++;
                OrderTax tax = expected.get(orderId(rows));
                String sku = rows.getString("sku");
                Long pence = tax == null ? null : tax.taxBySku().get(sku);
                if (pence != null
                        && rows.getLong("tax") == pence
                        && rows.getLong("included_tax") == pence
                        && rows.getBoolean("price_includes_tax")) {
                    correct++;
                } else {
                    comparisons.addDifference("%s of %s: tax %d, of it included %d; expected %s"
                            .formatted(sku, orderId(rows), rows.getLong("tax"), rows.getLong("included_tax"), pence));
                }
            }
        }
        comparisons.compare("order lines with the expected tax", lines, correct);
    }

    private void compareOrders(Connection sql, Map<String, OrderTax> expected) throws SQLException {
        long total = 0;
        long linesTotal = 0;
        long tax = 0;
        long includedTax = 0;
        try (PreparedStatement select = sql.prepareStatement("""
                        SELECT o.id AS order_id, o.total, o.tax, o.included_tax, o.tax_lines::text AS tax_lines,
                               o.shipping_tax_lines::text AS shipping_tax_lines, o.prices_include_tax,
                               coalesce(o.shipping_address ->> 'country', '') AS country,
                               (SELECT sum(l.total) FROM "order".line l WHERE l.order_id = o.id) AS lines_total
                          FROM "order".orders o
                        """);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                total += rows.getLong("total");
                linesTotal += rows.getLong("lines_total");
                tax += rows.getLong("tax");
                includedTax += rows.getLong("included_tax");
                OrderTax order = expected.get(orderId(rows));
                if (order != null) {
                    compareOrder(rows, order);
                }
            }
        }
        comparisons.compare("pence that orders cost, beside their lines", linesTotal, total);
        comparisons.compare("pence of tax in orders", expectedTotal(), tax);
        comparisons.compare("pence of tax that prices include", tax, includedTax);
    }

    private void compareOrder(ResultSet row, OrderTax expected) throws SQLException {
        JsonNode taxLines = parse(row.getString("tax_lines"));
        String country = row.getString("country").isEmpty() ? RetailCountries.SELLER : row.getString("country");
        boolean correct = country.equals(expected.country())
                && row.getLong("tax") == expected.tax()
                && row.getLong("total") == expected.tax() + expected.taxable()
                && row.getBoolean("prices_include_tax")
                && parse(row.getString("shipping_tax_lines")).isEmpty()
                && taxLines.size() == (expected.rate().isPresent() ? 1 : 0);
        for (JsonNode taxLine : taxLines) {
            BigDecimal rate = new BigDecimal(taxLine.get("rate").asText());
            correct &= taxLine.get("name").asText().equals(RetailTaxes.NAME)
                    && expected.rate()
                            .filter(points -> rate.compareTo(new BigDecimal(RetailTaxes.fraction(points))) == 0)
                            .isPresent()
                    && taxLine.at("/amount/amount").asLong() == expected.tax()
                    && taxLine.at("/taxable/amount").asLong() == expected.taxable();
            String key = "%s %s".formatted(country, rate.toPlainString());
            foundByRate.merge(key + " tax", taxLine.at("/amount/amount").asLong(), Long::sum);
            foundByRate.merge(key + " taxable", taxLine.at("/taxable/amount").asLong(), Long::sum);
        }
        if (!correct) {
            comparisons.addDifference("%s to %s: total %d, tax %d, tax lines %s; expected %s"
                    .formatted(orderId(row), country, row.getLong("total"), row.getLong("tax"), taxLines, expected));
        }
    }

    /**
     * Compares what refunds and cancellations of taxed orders have given back. The shares of tax of a line's units
     * differ by at most a penny and add up, so that the tax of a line is exact when all its units are back.
     */
    private void compareRefunds(Connection sql, Map<String, OrderTax> expected) throws SQLException {
        Map<String, Long> amounts = new HashMap<>();
        Map<String, Long> refundedTaxes = new HashMap<>();
        try (PreparedStatement select = sql.prepareStatement("""
                        SELECT c.order_id, c.amount,
                               (SELECT coalesce(sum(cast(t #>> '{amount,amount}' AS bigint)), 0)
                                  FROM jsonb_array_elements(c.tax_lines) AS t) AS tax
                          FROM "order".credit c WHERE NOT c.failed
                        """);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                amounts.merge(orderId(rows), rows.getLong("amount"), Long::sum);
                refundedTaxes.merge(orderId(rows), rows.getLong("tax"), Long::sum);
            }
        }
        long given = 0;
        long expectedAmount = 0;
        for (Map.Entry<String, OrderTax> entry : expected.entrySet()) {
            if (entry.getValue().rate().isEmpty()) {
                continue;
            }
            RefundedTax refunded = refundedTax(orders.get(entry.getKey()), entry.getValue());
            expectedAmount += refunded.amount();
            given += amounts.getOrDefault(entry.getKey(), 0L);
            long tax = refundedTaxes.getOrDefault(entry.getKey(), 0L);
            if (tax < refunded.least() || tax > refunded.most()) {
                comparisons.addDifference(
                        "%s gave back %d pence of tax, expected %s".formatted(entry.getKey(), tax, refunded));
            }
        }
        comparisons.compare("pence given back of taxed orders", expectedAmount, given);
    }

    private static RefundedTax refundedTax(PlacedOrder order, OrderTax expected) {
        long amount = 0;
        long least = 0;
        long most = 0;
        for (RetailData.InvoiceLine line : order.invoice.lines().values()) {
            long kept = order.remaining.get(line.sku());
            long returned = line.quantity() - kept;
            long tax = expected.taxBySku().get(line.sku());
            long smallShare = tax / line.quantity();
            long largeShare = Math.ceilDiv(tax, line.quantity());
            amount += returned * line.unitPrice().amount();
            least += Math.max(returned * smallShare, tax - kept * largeShare);
            most += Math.min(returned * largeShare, tax - kept * smallShare);
        }
        return new RefundedTax(amount, least, most);
    }

    private static String orderId(ResultSet row) throws SQLException {
        return TypeId.format("order", row.getObject("order_id", UUID.class));
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
