package io.fondaco.checkout;

import io.fondaco.inventory.StockQuantity;
import io.fondaco.order.Fulfillment;
import io.fondaco.order.LineChange;
import io.fondaco.order.Order;
import io.fondaco.order.OrderLine;
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
final class OrderUnits {
    private OrderUnits() {}

    static Map<OrderLine, Integer> toCancel(Order order, @Nullable List<LineQuantity> lines) {
        if (lines == null && order.lines().stream().anyMatch(line -> line.fulfilledQuantity() > 0)) {
            throw ApiException.conflict(
                    "already_fulfilled", "Part of the order was sent; cancel the lines that were not, by name.");
        }
        return choose(order, lines, OrderLine::open, "cancelled");
    }

    static Map<OrderLine, Integer> toFulfill(Order order, @Nullable List<LineQuantity> lines) {
        return choose(order, lines, OrderLine::open, "fulfilled");
    }

    static Map<OrderLine, Integer> toReturn(Order order, List<LineQuantity> lines) {
        return choose(order, lines, OrderLine::returnable, "returned");
    }

    static Map<OrderLine, Integer> toRefund(Order order, @Nullable List<LineQuantity> lines) {
        return lines == null || lines.isEmpty() ? Map.of() : choose(order, lines, OrderLine::refundable, "refunded");
    }

    /**
     * The units that are named, added up by line; all there are when no line is.
     *
     * @throws ApiException 422 {@code quantity_exceeds_line}, {@code unknown_line}; 409 {@code nothing_left}
     */
    private static Map<OrderLine, Integer> choose(
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

    /** What was paid for the units: their price less their part of the discounts. */
    static Money price(Order order, Map<OrderLine, Integer> units) {
        return units.entrySet().stream()
                .map(unit -> unit.getKey().paidFor(unit.getValue()))
                .reduce(Money.zero(order.due().currency()), Money::plus);
    }

    /** What was paid for those of the units whose price has not gone back yet. */
    static Money refundablePrice(Order order, Map<OrderLine, Integer> units) {
        Map<OrderLine, Integer> refundable = new LinkedHashMap<>();
        units.forEach((line, count) -> refundable.put(line, Math.min(count, line.refundable())));
        return price(order, refundable);
    }

    static List<StockQuantity> toRestock(Map<OrderLine, Integer> units) {
        Map<String, Long> bySku = new LinkedHashMap<>();
        units.forEach((line, count) -> {
            int back = Math.min(count, line.restockable());
            if (back > 0) {
                bySku.merge(line.sku(), (long) back, Long::sum);
            }
        });
        return bySku.entrySet().stream()
                .map(stock -> new StockQuantity(stock.getKey(), stock.getValue()))
                .toList();
    }

    static List<LineChange> changes(Map<OrderLine, Integer> units, BiFunction<OrderLine, Integer, LineChange> change) {
        return units.entrySet().stream()
                .map(unit -> change.apply(unit.getKey(), unit.getValue()))
                .toList();
    }

    static List<Fulfillment.Line> lines(Map<OrderLine, Integer> units) {
        return units.entrySet().stream()
                .map(unit -> new Fulfillment.Line(unit.getKey().id(), unit.getValue()))
                .toList();
    }
}
