package io.fondaco.checkout;

import io.fondaco.inventory.StockQuantity;
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

/** Which units of an order a request is about, and what they are worth. */
final class OrderLineQuantities {
    private OrderLineQuantities() {}

    static Map<OrderLine, Integer> toCancel(Order order, @Nullable List<LineQuantity> lines) {
        if (lines == null && order.lines().stream().anyMatch(line -> line.fulfilledQuantity() > 0)) {
            throw ApiException.conflict(
                    "already_fulfilled", "Part of the order was sent; cancel the lines that were not, by name.");
        }
        return select(order, lines, OrderLine::openQuantity, "cancelled");
    }

    /** Units whose price went back are sent only if they are named. */
    static Map<OrderLine, Integer> toFulfill(Order order, @Nullable List<LineQuantity> lines) {
        boolean onlyRefunded = order.lines().stream().allMatch(line -> line.fulfillableQuantity() == 0)
                && order.lines().stream().anyMatch(line -> line.openQuantity() > 0);
        if (lines == null && onlyRefunded) {
            throw ApiException.conflict(
                    "nothing_left", "The price of all units that are left went back; send or cancel them by name.");
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
     * The units that are named, added up by line; all there are when no line is.
     *
     * @throws ApiException 422 {@code quantity_exceeds_line}, {@code unknown_line}; 409 {@code nothing_left}
     */
    private static Map<OrderLine, Integer> select(
            Order order, @Nullable List<LineQuantity> lines, ToIntFunction<OrderLine> most, String verb) {
        Map<OrderLine, Integer> units = new LinkedHashMap<>();
        if (lines == null) {
            order.lines().stream()
                    .filter(line -> most.applyAsInt(line) > 0)
                    .forEach(line -> units.put(line, most.applyAsInt(line)));
        } else {
            lines.forEach(line -> units.merge(order.line(line.lineId()), line.quantity(), Integer::sum));
        }
        List<Violation> violations = new ArrayList<>();
        units.forEach((line, count) -> {
            if (count > most.applyAsInt(line)) {
                violations.add(new Violation(
                        "/lines",
                        "quantity_exceeds_line",
                        "Of line %s, %d can still be %s, not %d."
                                .formatted(line.id(), most.applyAsInt(line), verb, count)));
            }
        });
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
        if (units.isEmpty()) {
            throw ApiException.conflict("nothing_left", "Nothing is left of the order that could be " + verb + ".");
        }
        return units;
    }

    /** What becomes of the lines, by the rules of {@link OrderLine}. */
    static Map<OrderLine, OrderLineChange> changes(
            Map<OrderLine, Integer> units, BiFunction<OrderLine, Integer, OrderLineChange> change) {
        Map<OrderLine, OrderLineChange> changes = new LinkedHashMap<>();
        units.forEach((line, count) -> changes.put(line, change.apply(line, count)));
        return changes;
    }

    /** What goes back: of what was paid for the units, the part whose price has not gone back yet. */
    static Money refundAmount(Order order, Map<OrderLine, OrderLineChange> changes) {
        return sum(order, changes, (line, change) -> line.refundAmount(change.refunded()));
    }

    /** What of the total is cancelled: what was to be paid for the units, whether or not it went back before. */
    static Money cancelledAmount(Order order, Map<OrderLine, OrderLineChange> changes) {
        return sum(order, changes, (line, change) -> line.cancelledAmount(change.cancelled()));
    }

    private static Money sum(
            Order order, Map<OrderLine, OrderLineChange> changes, BiFunction<OrderLine, OrderLineChange, Money> price) {
        return changes.entrySet().stream()
                .map(change -> price.apply(change.getKey(), change.getValue()))
                .reduce(Money.zero(order.currentTotal().currency()), Money::plus);
    }

    /** How many units are still open after the changes. */
    static int openQuantityAfter(Order order, Map<OrderLine, OrderLineChange> changes) {
        return order.lines().stream().mapToInt(OrderLine::openQuantity).sum()
                - changes.values().stream()
                        .mapToInt(change -> change.cancelled() + change.fulfilled())
                        .sum();
    }

    static boolean nothingFulfilled(Order order) {
        return order.lines().stream().allMatch(line -> line.fulfilledQuantity() == 0);
    }

    /** @param units of a line that go back into stock */
    static List<StockQuantity> toRestock(
            Map<OrderLine, OrderLineChange> changes, ToIntFunction<OrderLineChange> units) {
        Map<String, Long> bySku = new LinkedHashMap<>();
        changes.forEach((line, change) -> {
            int back = units.applyAsInt(change);
            if (back > 0) {
                bySku.merge(line.sku(), (long) back, Long::sum);
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
