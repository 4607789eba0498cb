package io.fondaco.ordermanagement;

import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.order.Fulfillment;
import io.fondaco.order.Order;
import io.fondaco.order.OrderLine;
import io.fondaco.order.OrderLineChange;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Selects the units of an order that a request names, and calculates their price. */
final class OrderLineQuantities {
    private OrderLineQuantities() {}

    static Map<OrderLine, Integer> toCancel(Order order, @Nullable List<LineQuantity> lines) {
        if (lines == null && order.lines().stream().anyMatch(line -> line.fulfilledQuantity() > 0)) {
            throw ApiException.conflict("already_fulfilled", "Part of the order was sent. Name the lines to cancel.");
        }
        return select(order, lines, OrderLine::openQuantity, "cancelled");
    }

    /** Refunded units are sent only if the request names their lines. */
    static Map<OrderLine, Integer> toFulfill(Order order, @Nullable List<LineQuantity> lines) {
        boolean onlyRefunded = order.lines().stream().allMatch(line -> line.fulfillableQuantity() == 0)
                && order.lines().stream().anyMatch(line -> line.openQuantity() > 0);
        if (lines == null && onlyRefunded) {
            throw ApiException.conflict(
                    "nothing_left", "All open units are refunded. Name the lines to send or cancel them.");
        }
        return select(
                order, lines, lines == null ? OrderLine::fulfillableQuantity : OrderLine::openQuantity, "fulfilled");
    }

    static Map<OrderLine, Integer> toReturn(Order order, List<LineQuantity> lines) {
        return select(order, lines, OrderLine::returnableQuantity, "returned");
    }

    static Map<OrderLine, Integer> toRefund(Order order, @Nullable List<LineQuantity> lines) {
        return lines == null || lines.isEmpty()
                ? Map.of()
                : select(order, lines, OrderLine::refundableQuantity, "refunded");
    }

    /**
     * The requested units, added up by line; all available units if the request names no lines.
     *
     * @throws ApiException 422 {@code quantity_exceeds_line}, {@code unknown_line}; 409 {@code nothing_left}
     */
    private static Map<OrderLine, Integer> select(
            Order order, @Nullable List<LineQuantity> lines, ToIntFunction<OrderLine> maximum, String participle) {
        Map<OrderLine, Integer> units = new LinkedHashMap<>();
        if (lines == null) {
            order.lines().stream()
                    .filter(line -> maximum.applyAsInt(line) > 0)
                    .forEach(line -> units.put(line, maximum.applyAsInt(line)));
        } else {
            lines.forEach(line -> units.merge(order.line(line.lineId()), line.quantity(), Integer::sum));
        }
        List<Violation> violations = new ArrayList<>();
        units.forEach((line, count) -> {
            if (count > maximum.applyAsInt(line)) {
                violations.add(new Violation(
                        "/lines",
                        "quantity_exceeds_line",
                        "Line %s has %d units that can be %s; %d were requested."
                                .formatted(line.id(), maximum.applyAsInt(line), participle, count)));
            }
        });
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
        if (units.isEmpty()) {
            throw ApiException.conflict("nothing_left", "The order has no units that can be " + participle + ".");
        }
        return units;
    }

    /** The line changes for the selected units, by the rules of {@link OrderLine}. */
    static Map<OrderLine, OrderLineChange> changes(
            Map<OrderLine, Integer> units, BiFunction<OrderLine, Integer, OrderLineChange> change) {
        Map<OrderLine, OrderLineChange> changes = new LinkedHashMap<>();
        units.forEach((line, count) -> changes.put(line, change.apply(line, count)));
        return changes;
    }

    /** The amount to refund: the paid price of the units that the changes refund. */
    static Money refundAmount(Order order, Map<OrderLine, OrderLineChange> changes) {
        return sum(order, changes, (line, change) -> line.refundAmount(change.refunded()));
    }

    /** The part of the total that is cancelled: the price of the units, whether or not it was refunded before. */
    static Money cancelledAmount(Order order, Map<OrderLine, OrderLineChange> changes) {
        return sum(order, changes, (line, change) -> line.cancelledAmount(change.cancelled()));
    }

    private static Money sum(
            Order order, Map<OrderLine, OrderLineChange> changes, BiFunction<OrderLine, OrderLineChange, Money> price) {
        return changes.entrySet().stream()
                .map(change -> price.apply(change.getKey(), change.getValue()))
                .reduce(Money.zero(order.currentTotal().currency()), Money::plus);
    }

    /** The number of units that are still open after the changes. */
    static int openQuantityAfter(Order order, Map<OrderLine, OrderLineChange> changes) {
        return order.lines().stream().mapToInt(OrderLine::openQuantity).sum()
                - changes.values().stream()
                        .mapToInt(change -> change.cancelled() + change.fulfilled())
                        .sum();
    }

    static boolean nothingFulfilled(Order order) {
        return order.lines().stream().allMatch(line -> line.fulfilledQuantity() == 0);
    }

    /** @param units the number of units of a line change that are put back into stock */
    static List<StockQuantity> toRestock(
            Map<OrderLine, OrderLineChange> changes, ToIntFunction<OrderLineChange> units) {
        Map<String, Long> bySku = new LinkedHashMap<>();
        changes.forEach((line, change) -> {
            int restocked = units.applyAsInt(change);
            if (restocked > 0) {
                bySku.merge(line.sku(), (long) restocked, Long::sum);
            }
        });
        return bySku.entrySet().stream()
                .map(stock -> new StockQuantity(stock.getKey(), stock.getValue()))
                .toList();
    }

    static List<Fulfillment.Line> fulfillmentLines(Map<OrderLine, Integer> units) {
        return units.entrySet().stream()
                .map(unit -> new Fulfillment.Line(unit.getKey().id(), unit.getValue()))
                .toList();
    }
}
