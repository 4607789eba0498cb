package io.fondaco.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Compares what the shop reports, by SQL and by its API, with the invoices: orders, lines, revenue per day to the
 * penny, stock per SKU to the unit, taxes, and money captured less money refunded.
 */
final class ReplayReconciliation {
    private static final int SKUS_PER_CALL = 50;

    private final RetailData data;
    private final RetailReplay replay;
    private final ShopClient shop;
    private final RetailTaxes taxes;
    private final Comparisons comparisons = new Comparisons();

    ReplayReconciliation(RetailData data, RetailReplay replay, ShopClient shop, RetailTaxes taxes) {
        this.data = data;
        this.replay = replay;
        this.shop = shop;
        this.taxes = taxes;
    }

    /** @return every difference; empty if there is none */
    List<String> run(String jdbcUrl, String username, String password) throws SQLException {
        Map<String, RetailReplay.PlacedOrder> byId = new HashMap<>();
        replay.orders().values().forEach(order -> byId.put(order.id, order));
        TaxReconciliation taxReconciliation = new TaxReconciliation(byId, taxes, comparisons);
        compare("orders placed, by the replay", data.invoices.size(), byId.size());
        try (Connection sql = DriverManager.getConnection(jdbcUrl, username, password)) {
            compareOrdersBySql(sql, byId);
            compareStockBySql(sql);
            compareMoneyBySql(sql);
            taxReconciliation.run(sql);
            checkInvariants(sql);
        }
        compareOrdersByApi(byId, taxReconciliation.expectedTotal());
        compareStockByApi();
        return comparisons.differences();
    }

    String report() {
        StringBuilder text = new StringBuilder("rows read: %d%n".formatted(data.rows));
        data.rejected.forEach((rule, rejectionTotals) -> text.append("  rejected as %-28s %6d rows, %14.2f GBP%n"
                .formatted(rule, rejectionTotals.rows(), rejectionTotals.value() / 10_000.0)));
        text.append("  cancelled units without an order to match: %d%n"
                .formatted(replay.unmatched().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()));
        text.append(replay.counts()).append(System.lineSeparator());
        return text.append(comparisons.report()).toString();
    }

    private void compareOrdersBySql(Connection sql, Map<String, RetailReplay.PlacedOrder> byId) throws SQLException {
        SortedMap<String, Long> revenue = new TreeMap<>();
        long orders = 0;
        long lines = 0;
        Map<String, Map<String, Long>> quantities = new HashMap<>();
        try (PreparedStatement select = sql.prepareStatement("""
                        SELECT o.id, l.sku, l.quantity, l.unit_price, l.total, l.price_list_name
                          FROM "order".orders o JOIN "order".line l ON l.order_id = o.id
                        """);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                String id =
                        io.fondaco.platform.identity.TypeId.format("order", rows.getObject("id", java.util.UUID.class));
                RetailReplay.PlacedOrder order = byId.get(id);
                if (order == null) {
                    comparisons.addDifference("SQL has an order that the replay did not place: " + id);
                    continue;
                }
                lines++;
                String sku = rows.getString("sku");
                quantities.computeIfAbsent(id, _ -> new HashMap<>()).merge(sku, rows.getLong("quantity"), Long::sum);
                RetailData.InvoiceLine expected = order.invoice.lines().get(sku);
                String priceList = rows.getString("price_list_name");
                if (expected == null
                        || expected.unitPrice().amount() != rows.getLong("unit_price")
                        || !expected.priceList().equals(Optional.ofNullable(priceList))) {
                    comparisons.addDifference("invoice %s: %s costs %d by price list %s in SQL, expected %s"
                            .formatted(order.invoice.number(), sku, rows.getLong("unit_price"), priceList, expected));
                }
                revenue.merge(order.invoice.day(), rows.getLong("total"), Long::sum);
            }
        }
        try (PreparedStatement count = sql.prepareStatement("SELECT count(*) FROM \"order\".orders");
                ResultSet rows = count.executeQuery()) {
            rows.next();
            orders = rows.getLong(1);
        }
        byId.forEach((id, order) -> order.invoice.lines().forEach((sku, invoiceLine) -> {
            long found = quantities.getOrDefault(id, Map.of()).getOrDefault(sku, 0L);
            if (found != invoiceLine.quantity()) {
                comparisons.addDifference("invoice %s: %d of %s in SQL, expected %d"
                        .formatted(order.invoice.number(), found, sku, invoiceLine.quantity()));
            }
        }));
        compare("orders, by SQL", data.invoices.size(), orders);
        compare(
                "order lines, by SQL",
                data.invoices.stream().mapToLong(i -> i.lines().size()).sum(),
                lines);
        SortedMap<String, Long> expected = revenuePerDay();
        compare(
                "days with equal revenue, by SQL",
                expected.size(),
                expected.entrySet().stream()
                        .filter(day -> Objects.equals(revenue.get(day.getKey()), day.getValue()))
                        .count());
        compare("revenue in pence, by SQL", sum(expected), sum(revenue));
    }

    private SortedMap<String, Long> revenuePerDay() {
        SortedMap<String, Long> expected = new TreeMap<>();
        data.invoices.forEach(
                invoice -> expected.merge(invoice.day(), invoice.total().amount(), Long::sum));
        return expected;
    }

    private void compareOrdersByApi(Map<String, RetailReplay.PlacedOrder> byId, long expectedTax) {
        SortedMap<String, Long> revenue = new TreeMap<>();
        long orders = 0;
        long tax = 0;
        long includedTax = 0;
        String cursor = "";
        do {
            JsonNode page = shop.get("/admin/v1/orders?limit=100" + cursor, shop.adminKey())
                    .expect(200)
                    .body();
            for (JsonNode order : page.get("data")) {
                orders++;
                tax += order.at("/totals/tax/amount").asLong();
                includedTax += order.at("/totals/included_tax/amount").asLong();
                RetailReplay.PlacedOrder known = byId.get(order.get("id").asText());
                if (known == null) {
                    comparisons.addDifference("the API has an order that the replay did not place: " + order.get("id"));
                } else {
                    revenue.merge(
                            known.invoice.day(),
                            order.get("totals").get("total").get("amount").asLong(),
                            Long::sum);
                }
            }
            cursor = page.path("next_cursor").isTextual()
                    ? "&cursor=" + page.get("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        compare("orders, by API", data.invoices.size(), orders);
        compare("pence of tax in orders, by API", expectedTax, tax);
        compare("pence of tax that prices include, by API", expectedTax, includedTax);
        SortedMap<String, Long> expected = revenuePerDay();
        compare(
                "days with equal revenue, by API",
                expected.size(),
                expected.entrySet().stream()
                        .filter(day -> Objects.equals(revenue.get(day.getKey()), day.getValue()))
                        .count());
        compare("revenue in pence, by API", sum(expected), sum(revenue));
    }

    private SortedMap<String, Long> expectedStock() {
        SortedMap<String, Long> expected = data.initialStock();
        data.invoices.forEach(invoice -> replay.orders()
                .get(invoice.number())
                .remaining
                .forEach((sku, remaining) -> expected.merge(sku, -remaining, Long::sum)));
        return expected;
    }

    private void compareStockBySql(Connection sql) throws SQLException {
        SortedMap<String, Long> found = new TreeMap<>();
        try (PreparedStatement select = sql.prepareStatement(
                        "SELECT sku, sum(on_hand) AS on_hand, sum(available) AS available, sum(reserved) AS reserved "
                                + "FROM inventory.stock_level GROUP BY sku");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                found.put(rows.getString("sku"), rows.getLong("available"));
                if (rows.getLong("reserved") != 0) {
                    comparisons.addDifference(rows.getString("sku") + " is still reserved");
                }
            }
        }
        compareStock("by SQL", found);
    }

    private void compareStockByApi() {
        SortedMap<String, Long> found = new TreeMap<>();
        List<String> skus = List.copyOf(data.initialStock().keySet());
        for (int from = 0; from < skus.size(); from += SKUS_PER_CALL) {
            String query = String.join("&sku=", skus.subList(from, Math.min(skus.size(), from + SKUS_PER_CALL)));
            JsonNode levels = shop.get("/admin/v1/stock?limit=100&sku=" + query, shop.adminKey())
                    .expect(200)
                    .body();
            levels.get("data")
                    .forEach(level -> found.merge(
                            level.get("sku").asText(), level.get("available").asLong(), Long::sum));
        }
        compareStock("by API", found);
    }

    private void compareStock(String source, Map<String, Long> found) {
        SortedMap<String, Long> expected = expectedStock();
        compare(
                "SKUs with equal stock, " + source,
                expected.size(),
                expected.entrySet().stream()
                        .filter(sku -> Objects.equals(found.get(sku.getKey()), sku.getValue()))
                        .count());
        compare("units left, " + source, sum(expected), sum(found));
    }

    private void compareMoneyBySql(Connection sql) throws SQLException {
        long expected = 0;
        for (RetailReplay.PlacedOrder order : replay.orders().values()) {
            for (Map.Entry<String, Long> remaining : order.remaining.entrySet()) {
                expected += remaining.getValue()
                        * order.invoice
                                .lines()
                                .get(remaining.getKey())
                                .unitPrice()
                                .amount();
            }
        }
        try (PreparedStatement select =
                        sql.prepareStatement("SELECT sum(captured_amount - refunded_amount) FROM payment.payment");
                ResultSet rows = select.executeQuery()) {
            rows.next();
            compare("pence captured less refunded, by SQL", expected, rows.getLong(1));
        }
    }

    private void checkInvariants(Connection sql) throws SQLException {
        try (PreparedStatement select = sql.prepareStatement("""
                        SELECT (SELECT count(*) FROM "order".orders)
                                   - (SELECT count(DISTINCT cart_id) FROM "order".orders),
                               (SELECT count(*) FROM inventory.stock_level WHERE available < 0)
                        """);
                ResultSet rows = select.executeQuery()) {
            rows.next();
            compare("carts ordered twice", 0, rows.getLong(1));
            compare("negative stock", 0, rows.getLong(2));
        }
    }

    private static long sum(Map<String, Long> values) {
        return values.values().stream().mapToLong(Long::longValue).sum();
    }

    private void compare(String name, long expected, long found) {
        comparisons.compare(name, expected, found);
    }
}
