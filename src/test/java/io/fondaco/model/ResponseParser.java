package io.fondaco.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/** Parses carts, orders and stock levels of the API into the model's snapshots. */
final class ResponseParser {
    private ResponseParser() {}

    /** A SKU ends with the name of its {@link Sku} constant. */
    static Sku sku(JsonNode of) {
        String sku = of.get("sku").asText();
        return Sku.valueOf(sku.substring(sku.lastIndexOf('-') + 1));
    }

    static ModelCart.CartSnapshot cart(JsonNode cart) {
        Map<Sku, Integer> lines = new EnumMap<>(Sku.class);
        cart.get("lines")
                .forEach(line -> lines.put(sku(line), line.get("quantity").asInt()));
        return new ModelCart.CartSnapshot(
                lines, cart.at("/totals/total/amount").asInt(), shortages(cart.get("problems")));
    }

    /** @param problems {@code problems} of a cart or {@code errors} of a problem response */
    static Map<Sku, ModelCart.Shortage> shortages(JsonNode problems) {
        Map<Sku, ModelCart.Shortage> shortages = new EnumMap<>(Sku.class);
        problems.forEach(problem -> {
            if (problem.get("code").asText().equals("out_of_stock")) {
                shortages.put(
                        sku(problem),
                        new ModelCart.Shortage(
                                problem.get("requested").asInt(),
                                problem.get("available").asInt()));
            }
        });
        return shortages;
    }

    /** @param page a page of the list of stock levels */
    static Map<Sku, Map<String, ModelStock.StockLevelSnapshot>> levels(JsonNode page) {
        Map<Sku, Map<String, ModelStock.StockLevelSnapshot>> levels = new EnumMap<>(Sku.class);
        page.get("data").forEach(level -> levels.computeIfAbsent(sku(level), _ -> new TreeMap<>())
                .put(level.get("location").asText(), level(level)));
        return levels;
    }

    static ModelStock.StockLevelSnapshot level(JsonNode level) {
        return new ModelStock.StockLevelSnapshot(
                level.get("on_hand").asInt(),
                level.get("reserved").asInt(),
                level.get("available").asInt(),
                level.get("backordered").asInt());
    }

    /** @param order an order of the admin API */
    static ModelOrder.OrderSnapshot order(JsonNode order) {
        Map<Sku, ModelOrder.OrderLineSnapshot> lines = new EnumMap<>(Sku.class);
        order.get("lines").forEach(line -> lines.put(sku(line), line(line, order.get("backorders"))));
        return new ModelOrder.OrderSnapshot(
                order.get("status").asText(),
                order.get("payment_status").asText(),
                order.at("/totals/total/amount").asInt(),
                order.at("/cancelled_amount/amount").asInt(),
                sum(order.get("payments"), "/captured/amount"),
                sum(order.get("payments"), "/refunded/amount"),
                StreamSupport.stream(order.get("refunds").spliterator(), false)
                        .filter(refund -> refund.get("state").asText().equals("succeeded"))
                        .mapToInt(refund -> refund.at("/amount/amount").asInt())
                        .sum(),
                lines);
    }

    private static ModelOrder.OrderLineSnapshot line(JsonNode line, JsonNode backorders) {
        int waiting = StreamSupport.stream(backorders.spliterator(), false)
                .filter(backorder -> sku(backorder) == sku(line))
                .mapToInt(backorder -> backorder.get("waiting").asInt())
                .sum();
        return new ModelOrder.OrderLineSnapshot(
                line.get("quantity").asInt(),
                line.get("backordered_quantity").asInt(),
                waiting,
                line.get("cancelled_quantity").asInt(),
                line.get("refunded_quantity").asInt(),
                line.get("restocked_quantity").asInt());
    }

    private static int sum(JsonNode all, String path) {
        return StreamSupport.stream(all.spliterator(), false)
                .mapToInt(one -> one.at(path).asInt())
                .sum();
    }
}
