package io.fondaco.order;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The units of an order that one action takes, with the changes of their lines. Only {@link Order} selects units, so a
 * selection always obeys the order's rules. It is valid while the order is locked.
 */
public final class UnitSelection {
    private final Order order;
    private final List<SelectedLine> selected;
    private final boolean restocks;

    /** Units of one line of an order. */
    public record LineQuantity(
            @NotNull OrderLineId lineId, @Min(1) @Max(9_999) int quantity) {}

    private record SelectedLine(OrderLine line, int quantity, OrderLineChange change) {
        private SelectedLine withChange(UnaryOperator<OrderLineChange> operator) {
            return new SelectedLine(line, quantity, operator.apply(change));
        }
    }

    private UnitSelection(Order order, List<SelectedLine> selected, boolean restocks) {
        this.order = order;
        this.selected = List.copyOf(selected);
        this.restocks = restocks;
    }

    static UnitSelection none(Order order) {
        return new UnitSelection(order, List.of(), false);
    }

    /**
     * The requested units, added up by line; all available units if the request names no lines.
     *
     * @param lines null for all available units
     * @param maximum the available units of a line
     * @param participle what the action does, for the text of errors
     * @param change the change of a line for a number of its units, by the rules of {@link OrderLine}
     * @throws ApiException 422 {@code quantity_exceeds_line}, {@code unknown_line}; 409 {@code nothing_left}
     */
    static UnitSelection select(
            Order order,
            @Nullable List<LineQuantity> lines,
            ToIntFunction<OrderLine> maximum,
            String participle,
            BiFunction<OrderLine, Integer, OrderLineChange> change) {
        Map<OrderLine, Integer> units = new LinkedHashMap<>();
        if (lines == null) {
            order.lines().stream()
                    .filter(line -> maximum.applyAsInt(line) > 0)
                    .forEach(line -> units.put(line, maximum.applyAsInt(line)));
        } else {
            lines.forEach(line -> units.merge(order.line(line.lineId()), line.quantity(), Integer::sum));
        }
        requireAvailable(units, maximum, participle);
        return new UnitSelection(
                order,
                units.entrySet().stream()
                        .map(unit -> new SelectedLine(
                                unit.getKey(), unit.getValue(), change.apply(unit.getKey(), unit.getValue())))
                        .toList(),
                true);
    }

    private static void requireAvailable(
            Map<OrderLine, Integer> units, ToIntFunction<OrderLine> maximum, String participle) {
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
    }

    /** The same units, which are not refunded. */
    public UnitSelection withoutRefund() {
        return new UnitSelection(order, changed(OrderLineChange::withoutRefund), restocks);
    }

    /** The same units, which are not put back into stock. */
    public UnitSelection withoutRestock() {
        return new UnitSelection(order, changed(OrderLineChange::withoutRestock), false);
    }

    private List<SelectedLine> changed(UnaryOperator<OrderLineChange> operator) {
        return selected.stream().map(line -> line.withChange(operator)).toList();
    }

    boolean isEmpty() {
        return selected.isEmpty();
    }

    /** Whether the action is to put the units back into stock. */
    boolean restocks() {
        return restocks;
    }

    /** The units by line. */
    public List<Fulfillment.Line> lines() {
        return selected.stream()
                .map(line -> new Fulfillment.Line(line.line().id(), line.quantity()))
                .toList();
    }

    public List<OrderLineChange> changes() {
        return selected.stream().map(SelectedLine::change).toList();
    }

    boolean cancelsUnits() {
        return selected.stream().anyMatch(line -> line.change().cancelled() > 0);
    }

    /** Whether units are cancelled, and no unit is open afterwards in an order of which nothing was sent. */
    public boolean cancelsWholeOrder() {
        return cancelsUnits() && openQuantityAfter() == 0 && order.nothingFulfilled();
    }

    /** The number of units of the order that are still open after the action. */
    int openQuantityAfter() {
        return order.lines().stream().mapToInt(OrderLine::openQuantity).sum()
                - selected.stream()
                        .mapToInt(line ->
                                line.change().cancelled() + line.change().fulfilled())
                        .sum();
    }

    /** The paid price of the units that are refunded. */
    public Money refundAmount() {
        return sum(line -> line.line().refundAmount(line.change().refunded()));
    }

    /** The part of the total that is cancelled: the price of the units, whether or not it was refunded before. */
    Money cancelledAmount() {
        return sum(line -> line.line().cancelledAmount(line.change().cancelled()));
    }

    private Money sum(Function<SelectedLine, Money> price) {
        return selected.stream()
                .map(price)
                .reduce(Money.zero(order.currentTotal().currency()), Money::plus);
    }

    /** The units by SKU that are put back into stock and were never sent. */
    public Map<String, Long> restockedUnsent() {
        return bySku(OrderLineChange::restockedUnsent);
    }

    /** The units by SKU that are put back into stock after they were sent. */
    public Map<String, Long> restockedReturned() {
        return bySku(OrderLineChange::restockedReturned);
    }

    private Map<String, Long> bySku(ToIntFunction<OrderLineChange> units) {
        Map<String, Long> bySku = new LinkedHashMap<>();
        selected.forEach(line -> {
            int restocked = units.applyAsInt(line.change());
            if (restocked > 0) {
                bySku.merge(line.line().sku(), (long) restocked, Long::sum);
            }
        });
        return bySku;
    }
}
