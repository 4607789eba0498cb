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

/** What goes back for units is what was paid for them. */
class OrderLineTest {
    private static final String EUR = "EUR";

    @Property
    void unitsThatGoBackInWhateverStepsAddUpToWhatWasPaid(
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
            Money part = line(quantity, price, discount, refunded).paidFor(units);
            assertThat(part.amount()).isBetween(0L, price * units);
            back = back.plus(part);
            refunded += units;
        }
        back = back.plus(line(quantity, price, discount, refunded).paidFor(quantity - refunded));
        assertThat(back.amount()).isEqualTo(total - discount);
    }

    @Property
    void withoutADiscountUnitsCostTheirPrice(
            @ForAll @IntRange(min = 1, max = 9_999) int quantity,
            @ForAll @LongRange(min = 0, max = 900_000_000_000L) long price,
            @ForAll @IntRange(min = 0, max = 9_999) int refunded,
            @ForAll @IntRange(min = 0, max = 9_999) int units) {
        int before = Math.min(refunded, quantity);
        int asked = Math.min(units, quantity - before);
        assertThat(line(quantity, price, 0, before).paidFor(asked)).isEqualTo(Money.of(price * asked, EUR));
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
                Money.of(price * quantity, EUR),
                Money.of(discount, EUR),
                0,
                0,
                refunded,
                0,
                0,
                true,
                0);
    }

    /** Verbs on a line at random, done to its counts and to each of its units side by side. */
    @Property
    void theCountsOfALineAreThoseOfItsUnits(
            @ForAll @IntRange(min = 1, max = 6) int quantity, @ForAll @Size(max = 12) List<@From("moves") Move> moves) {
        OrderLine line = line(quantity, 10, 0, 0);
        Units units = new Units(quantity);
        for (Move move : moves) {
            int most =
                    switch (move.verb()) {
                        case CANCEL, FULFIL -> line.open();
                        case REFUND, REFUND_AND_RESTOCK -> line.refundable();
                        case RETURN, RETURN_WITH_ALL -> line.returnable();
                    };
            int count = Math.min(move.units(), most);
            line = after(line, change(line, move.verb(), count));
            units.move(move.verb(), count);
            assertThat(units.counts()).as("%s %d", move.verb(), count).isEqualTo(counts(line));
            assertThat(line.cancelledQuantity() + line.fulfilledQuantity()).isBetween(0, quantity);
            assertThat(line.restockedQuantity() + line.returnable())
                    .as("on the shelf, or at the customer's")
                    .isBetween(0, quantity);
        }
    }

    @Property
    void aRefundThatFailedLeavesItsUnitsToBeRefunded(
            @ForAll @IntRange(min = 1, max = 6) int quantity,
            @ForAll @IntRange(min = 0, max = 6) int sent,
            @ForAll @IntRange(min = 1, max = 6) int asked,
            @ForAll Verb verb,
            @ForAll @IntRange(min = 0, max = 6) int later) {
        OrderLine line = line(quantity, 10, 0, 0);
        line = after(line, line.fulfilling(Math.min(sent, quantity)));
        int count = Math.min(asked, verb == Verb.CANCEL || verb == Verb.FULFIL ? line.open() : line.refundable());
        LineChange change = change(line, verb, Math.min(count, verb.isReturn() ? line.returnable() : count));
        line = after(line, change);
        line = after(line, line.cancelling(Math.min(later, line.open())));
        int refundable = line.refundable();
        line = after(line, line.refundFailed(change.refunded(), Math.max(0, change.refundedUnsent())));
        assertThat(line.refundable()).isEqualTo(refundable + change.refunded());
        assertThat(line.openRefunded()).isBetween(0, line.open());
        line = after(line, line.refunding(line.refundable()));
        assertThat(line.refundable()).isZero();
        assertThat(line.toSend()).isZero();
    }

    enum Verb {
        CANCEL,
        FULFIL,
        REFUND,
        REFUND_AND_RESTOCK,
        RETURN,
        RETURN_WITH_ALL;

        private boolean isReturn() {
            return this == RETURN || this == RETURN_WITH_ALL;
        }
    }

    record Move(Verb verb, int units) {}

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

        private void become(State next, boolean back) {
            state = next;
            refunded |= back;
            restocked |= back;
        }
    }

    /** The units of a line, each for itself. */
    private static final class Units {
        private final List<Unit> all;

        private Units(int quantity) {
            all = Stream.generate(Unit::new).limit(quantity).toList();
        }

        private Stream<Unit> in(State state, Predicate<Unit> which) {
            return all.stream().filter(unit -> unit.state == state).filter(which);
        }

        private void move(Verb verb, int count) {
            Predicate<Unit> refunded = unit -> unit.refunded;
            Predicate<Unit> paid = refunded.negate();
            Predicate<Unit> aside = unit -> !unit.refunded && !unit.restocked;
            switch (verb) {
                case CANCEL ->
                    first(count, in(State.OPEN, refunded), in(State.OPEN, paid))
                            .forEach(unit -> unit.become(State.CANCELLED, true));
                case FULFIL ->
                    first(count, in(State.OPEN, paid), in(State.OPEN, refunded))
                            .forEach(unit -> unit.become(State.SENT, false));
                case REFUND ->
                    first(
                                    count,
                                    in(State.CANCELLED, paid),
                                    in(State.RETURNED, paid),
                                    in(State.OPEN, paid),
                                    in(State.SENT, paid))
                            .forEach(unit -> unit.refunded = true);
                case REFUND_AND_RESTOCK ->
                    first(
                                    count,
                                    in(State.CANCELLED, paid),
                                    in(State.RETURNED, aside),
                                    in(State.OPEN, paid),
                                    in(State.SENT, paid))
                            .forEach(unit -> unit.become(
                                    unit.state == State.OPEN || unit.state == State.CANCELLED
                                            ? State.CANCELLED
                                            : State.RETURNED,
                                    true));
                case RETURN ->
                    first(count, in(State.SENT, refunded), in(State.SENT, paid))
                            .forEach(unit -> unit.become(State.RETURNED, false));
                case RETURN_WITH_ALL ->
                    first(count, in(State.SENT, refunded), in(State.SENT, paid))
                            .forEach(unit -> unit.become(State.RETURNED, true));
            }
            countMoneyForReturnedUnitsFirst();
        }

        /** Money has no unit: what went back for units that left counts for those first that came back. */
        private void countMoneyForReturnedUnitsFirst() {
            List<Unit> unpaid = in(State.RETURNED, unit -> !unit.refunded).toList();
            List<Unit> paidBack = in(State.SENT, unit -> unit.refunded).toList();
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
                    in(State.CANCELLED, _ -> true).count(),
                    in(State.SENT, _ -> true).count()
                            + in(State.RETURNED, _ -> true).count(),
                    all.stream().filter(unit -> unit.refunded).count(),
                    in(State.RETURNED, _ -> true).count(),
                    all.stream().filter(unit -> unit.restocked).count(),
                    in(State.OPEN, unit -> unit.refunded).count());
        }
    }

    private static List<Long> counts(OrderLine line) {
        return Stream.of(
                        line.cancelledQuantity(),
                        line.fulfilledQuantity(),
                        line.refundedQuantity(),
                        line.returnedQuantity(),
                        line.restockedQuantity(),
                        line.openRefunded())
                .map(Integer::longValue)
                .toList();
    }

    private static LineChange change(OrderLine line, Verb verb, int units) {
        return switch (verb) {
            case CANCEL -> line.cancelling(units);
            case FULFIL -> line.fulfilling(units);
            case REFUND -> line.refunding(units);
            case REFUND_AND_RESTOCK -> line.refundingWithRestock(units);
            case RETURN -> line.returning(units).withoutRefund().withoutRestock();
            case RETURN_WITH_ALL -> line.returning(units);
        };
    }

    private static OrderLine after(OrderLine line, LineChange change) {
        return new OrderLine(
                line.id(),
                line.sku(),
                line.variantId(),
                line.title(),
                line.quantity(),
                line.backorderedQuantity(),
                line.unitPrice(),
                line.total(),
                line.discount(),
                line.cancelledQuantity() + change.cancelled(),
                line.fulfilledQuantity() + change.fulfilled(),
                line.refundedQuantity() + change.refunded(),
                line.returnedQuantity() + change.returned(),
                line.restockedQuantity() + change.restocked(),
                line.stockTaken(),
                line.refundedUnsentQuantity() + change.refundedUnsent());
    }

    @Provide
    Arbitrary<Move> moves() {
        return Combinators.combine(
                        Arbitraries.of(Verb.class), Arbitraries.integers().between(1, 4))
                .as(Move::new);
    }
}
