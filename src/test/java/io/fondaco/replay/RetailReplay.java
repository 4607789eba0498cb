package io.fondaco.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Turns a real shop's invoices into traffic: imports its catalog and stock over HTTP, then places every invoice as an
 * order (cart and completion), 16 at a time. Every cancellation becomes a refund of the order it belongs to, or its
 * cancellation if it covers the whole order. An invoice with a country is delivered there free of charge, so that it is
 * taxed there; others are collected.
 */
final class RetailReplay {
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
    private static final int CLIENTS = 16;
    private static final String DELIVERY = "freight";

    private final ShopClient shop;
    private final RetailData data;
    private final Duration orphanedReservationTimeout;
    private final Map<String, PlacedOrder> orders = new ConcurrentHashMap<>();
    private final AtomicInteger cancelledOrders = new AtomicInteger();
    private final AtomicInteger refunds = new AtomicInteger();
    private final AtomicInteger placed = new AtomicInteger();
    private final Map<String, Long> unmatched = new HashMap<>();

    RetailReplay(ShopClient shop, RetailData data) {
        this(shop, data, Duration.ZERO);
    }

    /**
     * @param orphanedReservationTimeout how long units reserved by a killed pod may be missing: the stock is so low
     *     that each order needs its own units
     */
    RetailReplay(ShopClient shop, RetailData data, Duration orphanedReservationTimeout) {
        this.shop = shop;
        this.data = data;
        this.orphanedReservationTimeout = orphanedReservationTimeout;
    }

    /** An order as the shop returned it, and the units of each line that were not returned yet. */
    static final class PlacedOrder {
        final RetailData.Invoice invoice;
        final String id;
        final Map<String, String> lineIds = new HashMap<>();
        final Map<String, Long> remaining = new HashMap<>();

        PlacedOrder(RetailData.Invoice invoice, JsonNode order) {
            this.invoice = invoice;
            this.id = order.get("id").asText();
            for (JsonNode line : order.get("lines")) {
                lineIds.put(line.get("sku").asText(), line.get("id").asText());
                remaining.put(line.get("sku").asText(), line.get("quantity").asLong());
            }
        }
    }

    /** Units of one SKU that are returned from one order. */
    private record ReturnedUnits(PlacedOrder order, String sku, long quantity) {}

    Map<String, PlacedOrder> orders() {
        return orders;
    }

    int placedCount() {
        return placed.get();
    }

    Map<String, Long> unmatched() {
        return unmatched;
    }

    String counts() {
        return "%d orders, %d refunds, %d full cancellations, %d requests, %d retries"
                .formatted(orders.size(), refunds.get(), cancelledOrders.get(), shop.requests(), shop.retries());
    }

    /** Enters the tax rates, says that prices include tax, and offers a free delivery to every country. */
    void configure(RetailTaxes taxes) {
        Map<String, Object> settings = Map.of(
                "prices_include_tax",
                true,
                "seller_country",
                RetailCountries.SELLER,
                "rounding",
                "line",
                "rounding_mode",
                "half_up");
        shop.send("PATCH", "/admin/v1/settings/tax", shop.adminKey(), Map.of("If-Match", "*"), settings)
                .expect(200);
        taxes.rates()
                .forEach((country, rate) -> create(
                        "/admin/v1/tax-rates",
                        Map.of("name", RetailTaxes.NAME, "country", country, "rate", RetailTaxes.fraction(rate))));
        String zone = create("/admin/v1/shipping-zones", Map.of("name", "Every country"))
                .get("id")
                .asText();
        create("/admin/v1/shipping-zones/" + zone + "/methods", Map.of("code", DELIVERY, "name", "Freight"));
    }

    private JsonNode create(String path, Map<String, ?> request) {
        return shop.send("POST", path, shop.adminKey(), Map.of(), request)
                .expect(201)
                .body();
    }

    void importCatalog() {
        importFile("kind=products&format=shopify&currency=GBP", data.productsCsv());
        importFile("kind=stock", data.stockCsv());
    }

    /** Creates the price lists and imports their prices. */
    void importPriceLists(RetailPriceLists priceLists) {
        priceLists.requests().forEach(request -> create("/admin/v1/price-lists", request));
        importFile("kind=prices", priceLists.csv(data.basePrices()));
    }

    private void importFile(String query, String csv) {
        JsonNode started = shop.importCsv(query, csv).expect(202).body();
        JsonNode ended = shop.awaitImport(started.get("id").asText());
        long rows = csv.lines().count() - 1;
        JsonNode counts = ended.get("rows");
        if (!ended.get("status").asText().equals("done")
                || counts.get("rejected").asLong() != 0
                || counts.get("read").asLong() != rows) {
            throw new IllegalStateException("Unexpected result of the import of %d rows: %s".formatted(rows, ended));
        }
    }

    void placeOrders() {
        inParallel(data.invoices.stream()
                .<Callable<Void>>map(invoice -> () -> {
                    orders.put(invoice.number(), place(invoice));
                    placed.incrementAndGet();
                    return null;
                })
                .toList());
    }

    private PlacedOrder place(RetailData.Invoice invoice) {
        List<Map<String, Object>> lines = invoice.lines().values().stream()
                .map(invoiceLine ->
                        Map.<String, Object>of("sku", invoiceLine.sku(), "quantity", invoiceLine.quantity()))
                .toList();
        ShopClient.GuestCart guestCart = shop.openCart(RetailRow.CURRENCY, email(invoice), lines);
        shop.updateCart(
                guestCart,
                invoice.country()
                        .<Map<String, ?>>map(
                                country -> Map.of("shipping_method", DELIVERY, "shipping_address", address(country)))
                        .orElse(Map.of("shipping_method", "pickup")));
        String key = "invoice-" + invoice.number();
        long deadline = System.nanoTime() + orphanedReservationTimeout.toNanos();
        ShopClient.ApiResponse apiResponse = shop.complete(guestCart, key);
        while (isOutOfStock(apiResponse) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(RETRY_DELAY.toNanos());
            apiResponse = shop.complete(guestCart, key);
        }
        return new PlacedOrder(invoice, apiResponse.expect(201).body());
    }

    private static Map<String, String> address(String country) {
        return Map.of(
                "name", "A customer",
                "line1", "1 High Street",
                "city", "Newtown",
                "postal_code", "10115",
                "country", country);
    }

    private static boolean isOutOfStock(ShopClient.ApiResponse apiResponse) {
        return apiResponse.status() == 409
                && apiResponse.body().path("code").asText().equals("out_of_stock");
    }

    static String email(RetailData.Invoice invoice) {
        String name = invoice.customer().isBlank()
                ? "guest-" + invoice.number()
                : "customer-" + invoice.customer().replace(".0", "");
        return name + "@retail.example";
    }

    /** Assigns each cancellation to the customer's latest earlier orders that still have units of the SKU. */
    void replayCancellations() {
        Map<String, Deque<PlacedOrder>> byCustomer = new HashMap<>();
        for (RetailData.Invoice invoice : data.invoices) {
            byCustomer
                    .computeIfAbsent(invoice.customer(), _ -> new ArrayDeque<>())
                    .push(orders.get(invoice.number()));
        }
        Map<PlacedOrder, List<List<ReturnedUnits>>> work = new LinkedHashMap<>();
        for (RetailData.Invoice cancellation : data.cancellations) {
            Map<PlacedOrder, List<ReturnedUnits>> byOrder = new LinkedHashMap<>();
            for (RetailData.InvoiceLine invoiceLine : cancellation.lines().values()) {
                for (ReturnedUnits part : matchToOrders(byCustomer, cancellation, invoiceLine)) {
                    byOrder.computeIfAbsent(part.order(), _ -> new ArrayList<>())
                            .add(part);
                }
            }
            byOrder.forEach((order, parts) ->
                    work.computeIfAbsent(order, _ -> new ArrayList<>()).add(parts));
        }
        Collection<Map.Entry<PlacedOrder, List<List<ReturnedUnits>>>> entries = work.entrySet();
        inParallel(entries.stream()
                .<Callable<Void>>map(entry -> () -> {
                    int number = 0;
                    for (List<ReturnedUnits> parts : entry.getValue()) {
                        refundOrCancel(entry.getKey(), parts, ++number);
                    }
                    return null;
                })
                .toList());
    }

    private List<ReturnedUnits> matchToOrders(
            Map<String, Deque<PlacedOrder>> byCustomer,
            RetailData.Invoice cancellation,
            RetailData.InvoiceLine invoiceLine) {
        long unmatchedUnits = invoiceLine.quantity();
        List<ReturnedUnits> parts = new ArrayList<>();
        if (!cancellation.customer().isBlank()) {
            for (PlacedOrder order : byCustomer.getOrDefault(cancellation.customer(), new ArrayDeque<>())) {
                long remaining = order.remaining.getOrDefault(invoiceLine.sku(), 0L);
                boolean earlier =
                        order.invoice.number().compareTo(cancellation.number().substring(1)) < 0;
                if (unmatchedUnits > 0 && remaining > 0 && earlier) {
                    long returned = Math.min(unmatchedUnits, remaining);
                    order.remaining.put(invoiceLine.sku(), remaining - returned);
                    parts.add(new ReturnedUnits(order, invoiceLine.sku(), returned));
                    unmatchedUnits -= returned;
                }
            }
        }
        if (unmatchedUnits > 0) {
            unmatched.merge(invoiceLine.sku(), unmatchedUnits, Long::sum);
        }
        return parts;
    }

    private void refundOrCancel(PlacedOrder order, List<ReturnedUnits> parts, int number) {
        Map<String, String> key = Map.of("Idempotency-Key", "back-%s-%d".formatted(order.invoice.number(), number));
        boolean wholeOrder = number == 1
                && parts.size() == order.lineIds.size()
                && parts.stream()
                        .allMatch(part -> part.quantity()
                                == order.invoice.lines().get(part.sku()).quantity());
        if (wholeOrder) {
            shop.send(
                            "POST",
                            "/admin/v1/orders/" + order.id + "/cancel",
                            shop.adminKey(),
                            key,
                            Map.of("reason", "customer"))
                    .expect(200, 201);
            cancelledOrders.incrementAndGet();
            return;
        }
        List<Map<String, Object>> lines = parts.stream()
                .map(part ->
                        Map.<String, Object>of("line_id", order.lineIds.get(part.sku()), "quantity", part.quantity()))
                .toList();
        shop.send(
                        "POST",
                        "/admin/v1/orders/" + order.id + "/refunds",
                        shop.adminKey(),
                        key,
                        Map.of("lines", lines, "restock", true, "reason", "customer"))
                .expect(200, 201);
        refunds.incrementAndGet();
    }

    private static void inParallel(List<Callable<Void>> tasks) {
        try (ExecutorService clients =
                Executors.newFixedThreadPool(CLIENTS, Thread.ofVirtual().factory())) {
            List<Future<Void>> running = tasks.stream().map(clients::submit).toList();
            for (Future<Void> task : running) {
                task.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The replay got an unexpected response", e.getCause());
        }
    }
}
