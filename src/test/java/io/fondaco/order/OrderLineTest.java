package io.fondaco.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Quantities and refund amounts of order lines, checked against a model of single units. */
class OrderLineTest {
    private static final String EUR = "EUR";

    @Property
    void refundsInAnyStepsAddUpToThePaidTotal(
            @ForAll @IntRange(min = 1, max = 9_999) int quantity,
            @ForAll @LongRange(min = 0, max = 900_000_000_000L) long price,
            @ForAll @IntRange(min = 0, max = 1_000) int perMille,
            @ForAll @Size(max = 6) List<@IntRange(min = 0, max = 3_000) Integer> steps) {
        long total = price * quantity;
        long discount = total / 1_000 * perMille + total % 1_000 * perMille / 1_000;
        Money back = Money.zero(EUR);
        int refunded = 0;
        for (int step : steps) {
            int units = Math.min(step, quantity - refunded);
            Money part = line(quantity, price, discount, refunded).refundAmount(units);
            assertThat(part.amount()).isBetween(0L, price * units);
            back = back.plus(part);
            refunded += units;
        }
        back = back.plus(line(quantity, price, discount, refunded).refundAmount(quantity - refunded));
        assertThat(back.amount()).isEqualTo(total - discount);
    }

    @Property
    void undiscountedUnitsAreRefundedAtTheirPrice(
            @ForAll @IntRange(min = 1, max = 9_999) int quantity,
            @ForAll @LongRange(min = 0, max = 900_000_000_000L) long price,
            @ForAll @IntRange(min = 0, max = 9_999) int refunded,
            @ForAll @IntRange(min = 0, max = 9_999) int units) {
        int before = Math.min(refunded, quantity);
        int asked = Math.min(units, quantity - before);
        assertThat(line(quantity, price, 0, before).refundAmount(asked)).isEqualTo(Money.of(price * asked, EUR));
    }

    private static OrderLine line(int quantity, long price, long discount, int refunded) {
        return new OrderLine(
                OrderLineId.random(),
                "SKU",
                "variant",
                "Thing",
                quantity,
                0,
                Money.of(price, EUR),
                false,
                null,
                null,
                Money.of(price * quantity, EUR),
                Money.of(discount, EUR),
                List.of(),
                Money.zero(EUR),
                Money.zero(EUR),
                0,
                0,
                refunded,
                0,
                0,
                true,
                0,
                Money.zero(EUR));
    }

    /** Applies random actions to the quantities of a line and to a model of its single units, and compares them. */
    @Property
    void lineQuantitiesMatchTheStatesOfItsUnits(
            @ForAll @IntRange(min = 1, max = 6) int quantity,
            @ForAll @Size(max = 12) List<@From("moves") LineStep> moves) {
        OrderLine line = line(quantity, 10, 0, 0);
        UnitStates unitStates = new UnitStates(quantity);
        for (LineStep step : moves) {
            int maximum =
                    switch (step.action()) {
                        case CANCEL, FULFILL -> line.openQuantity();
                        case REFUND, REFUND_AND_RESTOCK -> line.refundableQuantity();
                        case RETURN, RETURN_REFUND_AND_RESTOCK -> line.returnableQuantity();
                    };
            int count = Math.min(step.units(), maximum);
            line = applied(line, change(line, step.action(), count));
            unitStates.apply(step.action(), count);
            assertThat(unitStates.counts()).as("%s %d", step.action(), count).isEqualTo(counts(line));
            assertThat(line.cancelledQuantity() + line.fulfilledQuantity()).isBetween(0, quantity);
            assertThat(line.restockedQuantity() + line.returnableQuantity())
                    .as("in stock or at the customer")
                    .isBetween(0, quantity);
        }
    }

    @Property
    void unitsOfAFailedRefundCanBeRefundedAgain(
            @ForAll @IntRange(min = 1, max = 6) int quantity,
            @ForAll @IntRange(min = 0, max = 6) int sent,
            @ForAll @IntRange(min = 1, max = 6) int asked,
            @ForAll LineAction action,
            @ForAll @IntRange(min = 0, max = 6) int later) {
        OrderLine line = line(quantity, 10, 0, 0);
        line = applied(line, line.fulfill(Math.min(sent, quantity)));
        int count = Math.min(
                asked,
                action == LineAction.CANCEL || action == LineAction.FULFILL
                        ? line.openQuantity()
                        : line.refundableQuantity());
        OrderLineChange change =
                change(line, action, Math.min(count, action.isReturn() ? line.returnableQuantity() : count));
        line = applied(line, change);
        line = applied(line, line.cancel(Math.min(later, line.openQuantity())));
        int refundable = line.refundableQuantity();
        line = applied(line, line.revertRefund(change.refunded(), Math.max(0, change.refundedUnsent())));
        assertThat(line.refundableQuantity()).isEqualTo(refundable + change.refunded());
        assertThat(line.openRefundedQuantity()).isBetween(0, line.openQuantity());
        line = applied(line, line.refund(line.refundableQuantity()));
        assertThat(line.refundableQuantity()).isZero();
        assertThat(line.fulfillableQuantity()).isZero();
    }

    enum LineAction {
        CANCEL,
        FULFILL,
        REFUND,
        REFUND_AND_RESTOCK,
        RETURN,
        RETURN_REFUND_AND_RESTOCK;

        private boolean isReturn() {
            return this == RETURN || this == RETURN_REFUND_AND_RESTOCK;
        }
    }

    record LineStep(LineAction action, int units) {}

    private enum State {
        OPEN,
        CANCELLED,
        SENT,
        RETURNED
    }

    private static final class Unit {
        private State state = State.OPEN;
        private boolean refunded;
        private boolean restocked;

        private void transitionTo(State next, boolean back) {
            state = next;
            refunded |= back;
            restocked |= back;
        }
    }

    /** A model of a line with a state for each unit. */
    private static final class UnitStates {
        private final List<Unit> all;

        private UnitStates(int quantity) {
            all = Stream.generate(Unit::new).limit(quantity).toList();
        }

        private Stream<Unit> withState(State state, Predicate<Unit> condition) {
            return all.stream().filter(unit -> unit.state == state).filter(condition);
        }

        private void apply(LineAction action, int count) {
            Predicate<Unit> refunded = unit -> unit.refunded;
            Predicate<Unit> paid = refunded.negate();
            Predicate<Unit> unrestocked = unit -> !unit.refunded && !unit.restocked;
            switch (action) {
                case CANCEL ->
                    first(count, withState(State.OPEN, refunded), withState(State.OPEN, paid))
                            .forEach(unit -> unit.transitionTo(State.CANCELLED, true));
                case FULFILL ->
                    first(count, withState(State.OPEN, paid), withState(State.OPEN, refunded))
                            .forEach(unit -> unit.transitionTo(State.SENT, false));
                case REFUND ->
                    first(
                                    count,
                                    withState(State.CANCELLED, paid),
                                    withState(State.RETURNED, paid),
                                    withState(State.OPEN, paid),
                                    withState(State.SENT, paid))
                            .forEach(unit -> unit.refunded = true);
                case REFUND_AND_RESTOCK ->
                    first(
                                    count,
                                    withState(State.CANCELLED, paid),
                                    withState(State.RETURNED, unrestocked),
                                    withState(State.OPEN, paid),
                                    withState(State.SENT, paid))
                            .forEach(unit -> unit.transitionTo(
                                    unit.state == State.OPEN || unit.state == State.CANCELLED
                                            ? State.CANCELLED
                                            : State.RETURNED,
                                    true));
                case RETURN ->
                    first(count, withState(State.SENT, refunded), withState(State.SENT, paid))
                            .forEach(unit -> unit.transitionTo(State.RETURNED, false));
                case RETURN_REFUND_AND_RESTOCK ->
                    first(count, withState(State.SENT, refunded), withState(State.SENT, paid))
                            .forEach(unit -> unit.transitionTo(State.RETURNED, true));
            }
            attributeRefundsToReturnedUnitsFirst();
        }

        /** Refunds are not bound to units: refunds of sent units are attributed to returned units first. */
        private void attributeRefundsToReturnedUnitsFirst() {
            List<Unit> unpaid =
                    withState(State.RETURNED, unit -> !unit.refunded).toList();
            List<Unit> paidBack = withState(State.SENT, unit -> unit.refunded).toList();
            for (int i = 0; i < Math.min(unpaid.size(), paidBack.size()); i++) {
                unpaid.get(i).refunded = true;
                paidBack.get(i).refunded = false;
            }
        }

        @SafeVarargs
        private static List<Unit> first(int count, Stream<Unit>... inOrder) {
            return Stream.of(inOrder).flatMap(each -> each).limit(count).toList();
        }

        private List<Long> counts() {
            return List.of(
                    withState(State.CANCELLED, _ -> true).count(),
                    withState(State.SENT, _ -> true).count()
                            + withState(State.RETURNED, _ -> true).count(),
                    all.stream().filter(unit -> unit.refunded).count(),
                    withState(State.RETURNED, _ -> true).count(),
                    all.stream().filter(unit -> unit.restocked).count(),
                    withState(State.OPEN, unit -> unit.refunded).count());
        }
    }

    private static List<Long> counts(OrderLine line) {
        return Stream.of(
                        line.cancelledQuantity(),
                        line.fulfilledQuantity(),
                        line.refundedQuantity(),
                        line.returnedQuantity(),
                        line.restockedQuantity(),
                        line.openRefundedQuantity())
                .map(Integer::longValue)
                .toList();
    }

    private static OrderLineChange change(OrderLine line, LineAction action, int units) {
        return switch (action) {
            case CANCEL -> line.cancel(units);
            case FULFILL -> line.fulfill(units);
            case REFUND -> line.refund(units);
            case REFUND_AND_RESTOCK -> line.refundAndRestock(units);
            case RETURN -> line.returnUnits(units).withoutRefund().withoutRestock();
            case RETURN_REFUND_AND_RESTOCK -> line.returnUnits(units);
        };
    }

    /** The line after a change, as the database has it. */
    static OrderLine applied(OrderLine line, OrderLineChange change) {
        return new OrderLine(
                line.id(),
                line.sku(),
                line.variantId(),
                line.title(),
                line.quantity(),
                line.backorderedQuantity(),
                line.unitPrice(),
                line.priceIncludesTax(),
                line.priceList(),
                line.priceListName(),
                line.total(),
                line.discount(),
                line.taxLines(),
                line.tax(),
                line.includedTax(),
                line.cancelledQuantity() + change.cancelled(),
                line.fulfilledQuantity() + change.fulfilled(),
                line.refundedQuantity() + change.refunded(),
                line.returnedQuantity() + change.returned(),
                line.restockedQuantity() + change.restocked(),
                line.stockTaken(),
                line.refundedUnsentQuantity() + change.refundedUnsent(),
                line.rounding());
    }

    @Provide
    Arbitrary<LineStep> moves() {
        return Combinators.combine(
                        Arbitraries.of(LineAction.class), Arbitraries.integers().between(1, 4))
                .as(LineStep::new);
    }
}
