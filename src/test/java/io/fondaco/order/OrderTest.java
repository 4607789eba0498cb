package io.fondaco.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fondaco.customer.CustomerId;
import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the order actions, without an application. */
class OrderTest {
    private static final String EUR = "EUR";
    private static final String STAFF = "key of the staff";
    private static final long PRICE = 1_000;
    private static final long SHIPPING = 490;

    /** The orders of the table below. Each has one line with two units. */
    enum State {
        PENDING(OrderStatus.PAYMENT_PENDING, PaymentStatus.PENDING, FulfillmentStatus.UNFULFILLED, line()),
        AUTHORIZED(OrderStatus.CONFIRMED, PaymentStatus.AUTHORIZED, FulfillmentStatus.UNFULFILLED, line()),
        CAPTURED(OrderStatus.CONFIRMED, PaymentStatus.CAPTURED, FulfillmentStatus.UNFULFILLED, line()),
        HALF_SENT(OrderStatus.CONFIRMED, PaymentStatus.CAPTURED, FulfillmentStatus.PARTIALLY_FULFILLED, line().sent(1)),
        SENT_UNPAID(OrderStatus.CONFIRMED, PaymentStatus.AUTHORIZED, FulfillmentStatus.FULFILLED, line().sent(2)),
        COMPLETED(OrderStatus.COMPLETED, PaymentStatus.CAPTURED, FulfillmentStatus.FULFILLED, line().sent(2)),
        CANCELLED(OrderStatus.CANCELLED, PaymentStatus.REFUNDED, FulfillmentStatus.UNFULFILLED, line().cancelled(2));

        private final Order order;

        State(OrderStatus status, PaymentStatus payment, FulfillmentStatus fulfillment, TestLine line) {
            order = order(status, payment, fulfillment, line.build());
        }
    }

    enum Action {
        CANCEL_ALL {
            @Override
            OrderChange of(Order order) {
                return order.cancel(order.unitsToCancel(null), order.paymentStatus(), STAFF);
            }
        },
        CANCEL_ONE {
            @Override
            OrderChange of(Order order) {
                return order.cancel(order.unitsToCancel(units(order, 1)), order.paymentStatus(), STAFF);
            }
        },
        FULFILL_ALL {
            @Override
            OrderChange of(Order order) {
                return order.fulfill(order.unitsToFulfill(null), FulfillmentId.random(), STAFF);
            }
        },
        FULFILL_ONE {
            @Override
            OrderChange of(Order order) {
                return order.fulfill(order.unitsToFulfill(units(order, 1)), FulfillmentId.random(), STAFF);
            }
        },
        REFUND_ONE {
            @Override
            OrderChange of(Order order) {
                return order.refund(order.unitsToRefund(units(order, 1)), order.paymentStatus(), STAFF);
            }
        },
        RESTOCK_ONE {
            @Override
            OrderChange of(Order order) {
                return order.refund(order.unitsToRefundAndRestock(units(order, 1)), order.paymentStatus(), STAFF);
            }
        },
        RETURN_ONE {
            @Override
            OrderChange of(Order order) {
                return order.returnUnits(order.unitsToReturn(units(order, 1)), order.paymentStatus(), STAFF);
            }
        },
        CAPTURE {
            @Override
            OrderChange of(Order order) {
                return order.capture(order.captureAmount(null), STAFF);
            }
        };

        abstract OrderChange of(Order order);
    }

    /** Status and fulfillment status after the action, or the code of the error. */
    private static final String TABLE = """
            cancel_all  | pending     | invalid_order_status
            cancel_all  | authorized  | cancelled unfulfilled
            cancel_all  | captured    | cancelled unfulfilled
            cancel_all  | half_sent   | already_fulfilled
            cancel_all  | sent_unpaid | already_fulfilled
            cancel_all  | completed   | invalid_order_status
            cancel_all  | cancelled   | invalid_order_status
            cancel_one  | pending     | invalid_order_status
            cancel_one  | authorized  | confirmed unfulfilled
            cancel_one  | captured    | confirmed unfulfilled
            cancel_one  | half_sent   | completed fulfilled
            cancel_one  | sent_unpaid | quantity_exceeds_line
            cancel_one  | completed   | invalid_order_status
            cancel_one  | cancelled   | invalid_order_status
            fulfill_all | pending     | invalid_order_status
            fulfill_all | authorized  | confirmed fulfilled
            fulfill_all | captured    | completed fulfilled
            fulfill_all | half_sent   | completed fulfilled
            fulfill_all | sent_unpaid | nothing_left
            fulfill_all | completed   | invalid_order_status
            fulfill_all | cancelled   | invalid_order_status
            fulfill_one | pending     | invalid_order_status
            fulfill_one | authorized  | confirmed partially_fulfilled
            fulfill_one | captured    | confirmed partially_fulfilled
            fulfill_one | half_sent   | completed fulfilled
            fulfill_one | sent_unpaid | quantity_exceeds_line
            fulfill_one | completed   | invalid_order_status
            fulfill_one | cancelled   | invalid_order_status
            refund_one  | pending     | payment_pending unfulfilled
            refund_one  | authorized  | confirmed unfulfilled
            refund_one  | captured    | confirmed unfulfilled
            refund_one  | half_sent   | confirmed partially_fulfilled
            refund_one  | sent_unpaid | confirmed fulfilled
            refund_one  | completed   | completed fulfilled
            refund_one  | cancelled   | quantity_exceeds_line
            restock_one | pending     | invalid_order_status
            restock_one | authorized  | confirmed unfulfilled
            restock_one | captured    | confirmed unfulfilled
            restock_one | half_sent   | completed fulfilled
            restock_one | sent_unpaid | confirmed fulfilled
            restock_one | completed   | completed fulfilled
            restock_one | cancelled   | quantity_exceeds_line
            return_one  | pending     | quantity_exceeds_line
            return_one  | authorized  | quantity_exceeds_line
            return_one  | captured    | quantity_exceeds_line
            return_one  | half_sent   | confirmed partially_fulfilled
            return_one  | sent_unpaid | confirmed fulfilled
            return_one  | completed   | completed fulfilled
            return_one  | cancelled   | quantity_exceeds_line
            capture     | pending     | payment_pending unfulfilled
            capture     | authorized  | confirmed unfulfilled
            capture     | captured    | confirmed unfulfilled
            capture     | half_sent   | confirmed partially_fulfilled
            capture     | sent_unpaid | completed fulfilled
            capture     | completed   | completed fulfilled
            capture     | cancelled   | cancelled unfulfilled
            """;

    private static Stream<Arguments> everyActionInEveryState() {
        return Arrays.stream(Action.values())
                .flatMap(action -> Arrays.stream(State.values()).map(state -> Arguments.of(action, state)));
    }

    @ParameterizedTest
    @MethodSource("everyActionInEveryState")
    void actionFollowsTheTableOfStates(Action action, State state) {
        Map<String, String> expected = new TreeMap<>();
        TABLE.lines()
                .map(line -> line.split("\\s*\\|\\s*"))
                .forEach(row -> expected.put(row[0] + " " + row[1], row[2]));
        String pair = "%s %s".formatted(action, state).toLowerCase(Locale.ROOT);
        assertThat(expected).containsEntry(pair, outcome(action, state.order));
    }

    private static String outcome(Action action, Order order) {
        try {
            OrderChange change = action.of(order);
            assertThat(order.status() == change.status() || order.status().canTransitionTo(change.status()))
                    .isTrue();
            return change.status().column() + " " + change.fulfillmentStatus().column();
        } catch (ApiException e) {
            return e.code();
        }
    }

    @Test
    void wholeCancellationRefundsShipping() {
        Order order = State.CAPTURED.order;
        UnitSelection units = order.unitsToCancel(units(order, 2));
        assertThat(units.cancelsWholeOrder()).isTrue();
        assertThat(order.cancellationRefundAmount(units)).isEqualTo(eur(2 * PRICE + SHIPPING));
        OrderChange change = order.cancel(units, PaymentStatus.REFUNDED, STAFF);
        assertThat(change.cancelledAmount()).isEqualTo(eur(2 * PRICE + SHIPPING));
        assertThat(change.paymentStatus()).isEqualTo(PaymentStatus.REFUNDED);
        assertThat(change.lines()).containsExactly(new OrderLineChange(lineId(order), 2, 0, 2, 0, 2, 0));
    }

    @Test
    void partialCancellationRefundsThePriceOfTheUnits() {
        Order order = State.CAPTURED.order;
        UnitSelection units = order.unitsToCancel(units(order, 1));
        assertThat(units.cancelsWholeOrder()).isFalse();
        assertThat(order.cancellationRefundAmount(units)).isEqualTo(eur(PRICE));
        assertThat(order.cancel(units, PaymentStatus.PARTIALLY_REFUNDED, STAFF).cancelledAmount())
                .isEqualTo(eur(PRICE));
    }

    @Test
    void cancellingTheLastOpenUnitsOfASentOrderKeepsShipping() {
        Order order = State.HALF_SENT.order;
        UnitSelection units = order.unitsToCancel(units(order, 1));
        assertThat(units.cancelsWholeOrder()).isFalse();
        assertThat(order.cancellationRefundAmount(units)).isEqualTo(eur(PRICE));
    }

    @Test
    void refundAndRestockOfAllUnitsCancelsTheOrderInASecondChange() {
        Order order = State.CAPTURED.order;
        UnitSelection units = order.unitsToRefundAndRestock(units(order, 2));
        assertThat(units.cancelsWholeOrder()).isTrue();
        OrderChange refund = order.refund(units, PaymentStatus.PARTIALLY_REFUNDED, STAFF);
        assertThat(refund.status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(refund.event()).isEqualTo(OrderEventType.REFUNDED);
        assertThat(refund.cancelledAmount()).isEqualTo(eur(2 * PRICE));
        assertThat(order.refundAmount(units, null)).isEqualTo(order.currentTotal());
        assertThat(order.refundAndComplete(units, PaymentStatus.PARTIALLY_REFUNDED, STAFF)
                        .status())
                .isEqualTo(OrderStatus.COMPLETED);
        OrderChange cancellation = order.cancelRefunded(STAFF);
        assertThat(cancellation.status()).isEqualTo(OrderStatus.CANCELLED);
        assertThat(cancellation.event()).isEqualTo(OrderEventType.CANCELLED);
        assertThat(cancellation.lines()).isEmpty();
        assertThat(cancellation.cancelledAmount()).isEqualTo(order.currentTotal());
        assertThat(order.unitsToRefund(units(order, 2)).cancelsWholeOrder()).isFalse();
    }

    @Test
    void cancelledOrderIsNotCancelledAgainWhenItsFailedRefundIsRepeated() {
        Order order = order(
                OrderStatus.CANCELLED,
                PaymentStatus.CAPTURED,
                FulfillmentStatus.UNFULFILLED,
                line().cancelled(2).refundFailed().build());
        UnitSelection units = order.unitsToRefundAndRestock(units(order, 2));
        assertThat(units.cancelsWholeOrder()).isFalse();
        assertThat(units.restockedUnsent()).isEmpty();
        assertThat(order.refund(units, PaymentStatus.REFUNDED, STAFF).lines())
                .containsExactly(new OrderLineChange(lineId(order), 0, 0, 2, 0, 0, 0));
    }

    @Test
    void returnedUnitsAreRefundedAndRestockedUnlessTheRequestSaysOtherwise() {
        Order order = State.COMPLETED.order;
        UnitSelection units = order.unitsToReturn(units(order, 2));
        assertThat(units.refundAmount()).isEqualTo(eur(2 * PRICE));
        assertThat(units.restockedReturned()).containsExactly(Map.entry("SKU", 2L));
        assertThat(units.restockedUnsent()).isEmpty();
        assertThat(units.withoutRefund().refundAmount()).isEqualTo(eur(0));
        assertThat(units.withoutRefund().restockedReturned()).isNotEmpty();
        assertThat(units.withoutRestock().restockedReturned()).isEmpty();
        assertThat(units.withoutRefund().withoutRestock().changes())
                .containsExactly(new OrderLineChange(lineId(order), 0, 0, 0, 2, 0, 0));
    }

    @Test
    void restockedUnitsAreAddedUpBySku() {
        Order order = order(
                OrderStatus.CONFIRMED,
                PaymentStatus.CAPTURED,
                FulfillmentStatus.PARTIALLY_FULFILLED,
                line().sent(1).build(),
                line().build(),
                line().untracked().build());
        UnitSelection units = order.unitsToRefundAndRestock(order.lines().stream()
                .map(line -> new LineQuantity(line.id(), 2))
                .toList());
        assertThat(units.restockedUnsent()).containsExactly(Map.entry("SKU", 3L));
        assertThat(units.restockedReturned()).containsExactly(Map.entry("SKU", 1L));
    }

    @Test
    void quantitiesOfTheSameLineAreAddedUp() {
        Order order = State.CAPTURED.order;
        LineQuantity one = new LineQuantity(lineId(order), 1);
        assertThat(order.unitsToCancel(List.of(one, one)).lines())
                .containsExactly(new Fulfillment.Line(lineId(order), 2));
        ApiException e = error(() -> order.unitsToCancel(List.of(one, one, one)));
        assertThat(e.status()).isEqualTo(422);
        assertThat(e.violations()).singleElement().satisfies(violation -> {
            assertThat(violation.pointer()).isEqualTo("/lines");
            assertThat(violation.code()).isEqualTo("quantity_exceeds_line");
            assertThat(violation.detail())
                    .isEqualTo("Line %s has 2 units that can be cancelled; 3 were requested.".formatted(lineId(order)));
        });
    }

    @Test
    void unknownLineIsRejected() {
        List<LineQuantity> unknown = List.of(new LineQuantity(OrderLineId.random(), 1));
        for (ThrowingCallable action : List.<ThrowingCallable>of(
                () -> State.CAPTURED.order.unitsToCancel(unknown),
                () -> State.CAPTURED.order.unitsToFulfill(unknown),
                () -> State.CAPTURED.order.unitsToRefund(unknown),
                () -> State.CAPTURED.order.unitsToReturn(unknown))) {
            assertThat(error(action).code()).isEqualTo("unknown_line");
        }
    }

    @Test
    void refundedUnitsAreSentOnlyIfNamed() {
        Order order = order(
                OrderStatus.CONFIRMED,
                PaymentStatus.PARTIALLY_REFUNDED,
                FulfillmentStatus.UNFULFILLED,
                line().refunded(1).build());
        assertThat(order.unitsToFulfill(null).lines()).containsExactly(new Fulfillment.Line(lineId(order), 1));
        assertThat(order.unitsToFulfill(units(order, 2)).lines())
                .containsExactly(new Fulfillment.Line(lineId(order), 2));
        Order onlyRefunded = order(
                OrderStatus.CONFIRMED,
                PaymentStatus.REFUNDED,
                FulfillmentStatus.UNFULFILLED,
                line().refunded(2).build());
        assertThatThrownBy(() -> onlyRefunded.unitsToFulfill(null))
                .isInstanceOf(ApiException.class)
                .hasMessage("All open units are refunded. Name the lines to send or cancel them.");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            # payment  | price of a unit | requested | currency | outcome
            captured   | 1000            | -         | EUR      | 1000
            captured   | 1000            | 5         | EUR      | 5
            captured   | 1000            | 5         | USD      | wrong_currency
            captured   | 1000            | 0         | EUR      | nothing_to_refund
            captured   | 1000            | -1        | EUR      | nothing_to_refund
            captured   | 0               | -         | EUR      | 0
            captured   | 0               | -1        | EUR      | nothing_to_refund
            authorized | 0               | -         | EUR      | invalid_order_status
            """)
    void restockedUnitsAreRefundedByTheirPriceOrTheRequestedAmount(
            String payment, long price, @Nullable Long requested, String currency, String outcome) {
        Order order = order(
                OrderStatus.CONFIRMED,
                PaymentStatus.ofColumn(payment),
                FulfillmentStatus.UNFULFILLED,
                line().price(price).build());
        UnitSelection units = order.unitsToRefundAndRestock(units(order, 1));
        Money amount = requested == null ? null : Money.of(requested, currency);
        assertThat(amountOrCode(() -> order.refundAmount(units, amount))).isEqualTo(outcome);
    }

    @Test
    void refundWithoutRestockNeedsAnAmountAboveZero() {
        Order free = order(
                OrderStatus.CONFIRMED,
                PaymentStatus.CAPTURED,
                FulfillmentStatus.UNFULFILLED,
                line().price(0).build());
        assertThat(error(() -> free.refundAmount(free.unitsToRefund(units(free, 1)), null))
                        .code())
                .isEqualTo("nothing_to_refund");
        assertThat(error(() -> free.refundAmount(free.unitsToRefundAndRestock(List.of()), null))
                        .code())
                .isEqualTo("nothing_to_refund");
        assertThat(free.refundAmount(free.unitsToRefund(null), eur(5))).isEqualTo(eur(5));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            -,    EUR, 2490
            2490, EUR, 2490
            1,    EUR, 1
            2491, EUR, amount_out_of_range
            0,    EUR, amount_out_of_range
            -1,   EUR, amount_out_of_range
            1,    USD, wrong_currency
            """)
    void captureIsLimitedToTheCurrentTotal(@Nullable Long requested, String currency, String outcome) {
        Money amount = requested == null ? null : Money.of(requested, currency);
        assertThat(amountOrCode(() -> State.AUTHORIZED.order.captureAmount(amount)))
                .isEqualTo(outcome);
    }

    @Test
    void historyFactsStateReasonUnitsAndRefund() {
        Order order = State.CAPTURED.order;
        UUID refund = UUID.randomUUID();
        OrderChange change = order.cancel(order.unitsToCancel(units(order, 1)), PaymentStatus.PARTIALLY_REFUNDED, STAFF)
                .withReason("sorry")
                .withRefund(refund, eur(5));
        assertThat(change.actor()).isEqualTo(STAFF);
        assertThat(change.facts())
                .containsOnly(
                        Map.entry("reason", "sorry"),
                        Map.entry("lines", List.of(new Fulfillment.Line(lineId(order), 1))),
                        Map.entry("refund_id", TypeId.format("refund", refund)),
                        Map.entry("amount", eur(5)));
        OrderChange byAmount = order.refund(order.unitsToRefund(null), PaymentStatus.PARTIALLY_REFUNDED, STAFF);
        assertThat(byAmount.withReason(null).facts()).isEmpty();
        FulfillmentId fulfillment = FulfillmentId.random();
        assertThat(order.fulfill(order.unitsToFulfill(null), fulfillment, STAFF).facts())
                .containsOnly(Map.entry("fulfillment_id", fulfillment.toString()));
        assertThat(order.capture(eur(5), STAFF).facts()).containsOnly(Map.entry("amount", eur(5)));
    }

    @Test
    void creditIsWhatIsRefundedOrNotCollected() {
        Order captured = State.CAPTURED.order;
        UUID refund = UUID.randomUUID();
        OrderChange cancelled =
                captured.cancel(captured.unitsToCancel(units(captured, 1)), PaymentStatus.CAPTURED, STAFF);
        assertThat(cancelled.credit()).isEmpty();
        assertThat(cancelled.withRefund(refund, eur(5)).credit())
                .contains(new OrderChange.Credit(Optional.of(refund), eur(5)));
        assertThat(cancelled.withFailedRefund(refund, eur(5)).credit()).isEmpty();
        Order authorized = State.AUTHORIZED.order;
        assertThat(authorized
                        .cancel(authorized.unitsToCancel(units(authorized, 1)), PaymentStatus.AUTHORIZED, STAFF)
                        .credit())
                .contains(new OrderChange.Credit(Optional.empty(), eur(PRICE)));
        assertThat(authorized.capture(eur(2 * PRICE + SHIPPING), STAFF).credit())
                .isEmpty();
        assertThat(authorized.capture(eur(2 * PRICE), STAFF).credit())
                .contains(new OrderChange.Credit(Optional.empty(), eur(SHIPPING)));
    }

    @Test
    void changesByThePaymentProviderAreTheSystems() {
        Order pending = State.PENDING.order;
        OrderChange paid = pending.paid(PaymentStatus.AUTHORIZED);
        assertChange(paid, OrderEventType.PAID, OrderStatus.CONFIRMED, PaymentStatus.AUTHORIZED);
        OrderChange unpaid = pending.cancelUnpaid(PaymentStatus.FAILED);
        assertChange(unpaid, OrderEventType.CANCELLED, OrderStatus.CANCELLED, PaymentStatus.FAILED);
        assertThat(unpaid.cancelledAmount()).isEqualTo(eur(2 * PRICE + SHIPPING));
        assertThat(unpaid.lines()).containsExactly(new OrderLineChange(lineId(pending), 2, 0, 2, 0, 2, 0));
        assertThat(unpaid.facts()).containsOnly(Map.entry("reason", "not paid"));
        OrderChange lost = State.AUTHORIZED.order.authorizationLost();
        assertChange(lost, OrderEventType.AUTHORIZATION_LOST, OrderStatus.CONFIRMED, PaymentStatus.VOIDED);
        OrderChange captured = State.SENT_UNPAID.order.capturedAtProvider(eur(5));
        assertChange(captured, OrderEventType.CAPTURED, OrderStatus.COMPLETED, PaymentStatus.CAPTURED);
        OrderChange refunded = State.COMPLETED.order.refundedAtProvider(PaymentStatus.REFUNDED);
        assertChange(refunded, OrderEventType.REFUNDED, OrderStatus.COMPLETED, PaymentStatus.REFUNDED);
        assertThat(refunded.facts()).containsOnly(Map.entry("reason", "made at the payment provider"));
        OrderLineChange reverted = State.CANCELLED.order.lines().getFirst().revertRefund(2, 0);
        OrderChange failed = State.CANCELLED.order.refundFailed(List.of(reverted), PaymentStatus.CAPTURED);
        assertChange(failed, OrderEventType.REFUND_FAILED, OrderStatus.CANCELLED, PaymentStatus.CAPTURED);
        assertThat(failed.lines()).containsExactly(reverted);
    }

    private static void assertChange(
            OrderChange change, OrderEventType event, OrderStatus status, PaymentStatus paymentStatus) {
        assertThat(change.event()).isEqualTo(event);
        assertThat(change.status()).isEqualTo(status);
        assertThat(change.paymentStatus()).isEqualTo(paymentStatus);
        assertThat(change.actor()).isEqualTo("system");
    }

    @ParameterizedTest
    @CsvSource({"500, 0, CAPTURED", "500, 1, PARTIALLY_REFUNDED", "500, 500, REFUNDED", "0, 0, CAPTURED"})
    void capturedPaymentIsRefundedInPartOrWhole(long captured, long refunded, PaymentStatus status) {
        assertThat(PaymentStatus.ofCaptured(eur(captured), eur(refunded))).isEqualTo(status);
    }

    private static String amountOrCode(Supplier<Money> amount) {
        try {
            return Long.toString(amount.get().amount());
        } catch (ApiException e) {
            return e.code();
        }
    }

    private static ApiException error(ThrowingCallable action) {
        return catchThrowableOfType(ApiException.class, action);
    }

    private static List<LineQuantity> units(Order order, int count) {
        return List.of(new LineQuantity(lineId(order), count));
    }

    private static OrderLineId lineId(Order order) {
        return order.lines().getFirst().id();
    }

    private static Money eur(long amount) {
        return Money.of(amount, EUR);
    }

    private static TestLine line() {
        return new TestLine(PRICE, 0, 0, 0, 0, true);
    }

    /** A line with two units. */
    private record TestLine(long price, int cancelled, int sent, int refunded, int refundedUnsent, boolean stockTaken) {
        private TestLine price(long minorUnits) {
            return new TestLine(minorUnits, cancelled, sent, refunded, refundedUnsent, stockTaken);
        }

        private TestLine cancelled(int units) {
            return new TestLine(price, units, sent, units, refundedUnsent, stockTaken);
        }

        private TestLine refundFailed() {
            return new TestLine(price, cancelled, sent, 0, 0, stockTaken);
        }

        private TestLine sent(int units) {
            return new TestLine(price, cancelled, units, refunded, refundedUnsent, stockTaken);
        }

        private TestLine refunded(int units) {
            return new TestLine(price, cancelled, sent, units, units, stockTaken);
        }

        private TestLine untracked() {
            return new TestLine(price, cancelled, sent, refunded, refundedUnsent, false);
        }

        private OrderLine build() {
            return new OrderLine(
                    OrderLineId.random(),
                    "SKU",
                    "variant",
                    "Thing",
                    2,
                    0,
                    eur(price),
                    false,
                    null,
                    null,
                    eur(2 * price),
                    eur(0),
                    List.of(),
                    eur(0),
                    eur(0),
                    cancelled,
                    sent,
                    refunded,
                    0,
                    cancelled,
                    stockTaken,
                    refundedUnsent,
                    eur(0));
        }
    }

    static Order order(
            OrderStatus status, PaymentStatus paymentStatus, FulfillmentStatus fulfillmentStatus, OrderLine... lines) {
        Money subtotal = Arrays.stream(lines).map(OrderLine::total).reduce(eur(0), Money::plus);
        return new Order(
                OrderId.random(),
                1_001,
                status,
                paymentStatus,
                fulfillmentStatus,
                new CustomerId(UUID.randomUUID()),
                "shopper@example.com",
                List.of(lines),
                new Addresses(null, null),
                "standard",
                new Totals(subtotal, eur(0), eur(SHIPPING), eur(0), eur(0), eur(0), subtotal.plus(eur(SHIPPING))),
                List.of(),
                OrderTaxes.NONE,
                eur(0),
                Instant.EPOCH,
                Instant.EPOCH,
                7);
    }
}
