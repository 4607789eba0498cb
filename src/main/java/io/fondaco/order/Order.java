package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fondaco.customer.CustomerId;
import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The current state of an order, with the rules of the actions on it. An action has up to three steps, in one
 * transaction that holds the lock of the order:
 *
 * <ol>
 *   <li>{@code unitsTo…} selects the units and checks that the order allows the action.
 *   <li>The caller creates the refund or voids the payment.
 *   <li>{@link #cancel}, {@link #fulfill}, {@link #refund}, … compute the change for {@link Orders#apply}.
 * </ol>
 *
 * @param number the order number for people; counts up from 1001
 * @param discounts the discounts of the coupons when the order was placed
 * @param cancelledAmount the part of the total that was cancelled and is not charged
 */
public record Order(
        OrderId id,

        @Schema(description = "The order number for people; counts up from 1001.", examples = "1001")
        long number,

        OrderStatus status,
        PaymentStatus paymentStatus,
        FulfillmentStatus fulfillmentStatus,
        CustomerId customerId,
        String email,
        List<OrderLine> lines,
        Addresses addresses,
        @Nullable String shippingMethod,
        Totals totals,
        List<Discount> discounts,
        @JsonUnwrapped OrderTaxes taxes,

        @Schema(description = "The part of the total that was cancelled.")
        Money cancelledAmount,

        Instant createdAt,
        Instant updatedAt,
        @JsonIgnore long version) {

    private static final String SYSTEM = "system";

    public Order {
        lines = List.copyOf(lines);
        discounts = List.copyOf(discounts);
    }

    /**
     * @throws ApiException 422 {@code unknown_line}
     */
    public OrderLine line(OrderLineId id) {
        return lines.stream()
                .filter(line -> line.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiException.invalid("/lines", "unknown_line", "The order has no line " + id));
    }

    /** The total less the cancelled amount: what is to be paid or was paid. */
    public Money currentTotal() {
        return totals.total().minus(cancelledAmount);
    }

    /** The total with its taxes. */
    public TaxedPrice price() {
        return new TaxedPrice(totals.total(), taxes.taxLines());
    }

    /**
     * Selects the open units to cancel.
     *
     * @param lines null for the whole order
     * @throws ApiException 409 {@code invalid_order_status}, {@code already_fulfilled}, {@code nothing_left}; 422
     *     {@code quantity_exceeds_line}, {@code unknown_line}
     */
    public UnitSelection unitsToCancel(@Nullable List<LineQuantity> lines) {
        requireConfirmed();
        if (lines == null && !nothingFulfilled()) {
            throw ApiException.conflict("already_fulfilled", "Part of the order was sent. Name the lines to cancel.");
        }
        return UnitSelection.select(this, lines, OrderLine::openQuantity, "cancelled", OrderLine::cancel);
    }

    /**
     * Selects the open units to send. Refunded units are sent only if the request names their lines.
     *
     * @param lines null for all open units that are not refunded
     * @throws ApiException 409 {@code invalid_order_status}, {@code nothing_left}; 422 {@code quantity_exceeds_line},
     *     {@code unknown_line}
     */
    public UnitSelection unitsToFulfill(@Nullable List<LineQuantity> lines) {
        requireConfirmed();
        if (lines != null) {
            return UnitSelection.select(this, lines, OrderLine::openQuantity, "fulfilled", OrderLine::fulfill);
        }
        boolean onlyRefunded = this.lines.stream().allMatch(line -> line.fulfillableQuantity() == 0)
                && this.lines.stream().anyMatch(line -> line.openQuantity() > 0);
        if (onlyRefunded) {
            throw ApiException.conflict(
                    "nothing_left", "All open units are refunded. Name the lines to send or cancel them.");
        }
        return UnitSelection.select(this, null, OrderLine::fulfillableQuantity, "fulfilled", OrderLine::fulfill);
    }

    /**
     * Selects the units to refund; none if the request names no lines.
     *
     * @throws ApiException 422 {@code quantity_exceeds_line}, {@code unknown_line}
     */
    public UnitSelection unitsToRefund(@Nullable List<LineQuantity> lines) {
        return selectRefundable(lines, OrderLine::refund).withoutRestock();
    }

    /** As {@link #unitsToRefund}; the open ones among the units are cancelled and the sent ones returned. */
    public UnitSelection unitsToRefundAndRestock(@Nullable List<LineQuantity> lines) {
        return selectRefundable(lines, OrderLine::refundAndRestock);
    }

    private UnitSelection selectRefundable(
            @Nullable List<LineQuantity> lines, BiFunction<OrderLine, Integer, OrderLineChange> change) {
        return lines == null || lines.isEmpty()
                ? UnitSelection.none(this)
                : UnitSelection.select(this, lines, OrderLine::refundableQuantity, "refunded", change);
    }

    /**
     * Selects sent units that are returned, refunded and restocked.
     *
     * @throws ApiException 422 {@code quantity_exceeds_line}, {@code unknown_line}
     */
    public UnitSelection unitsToReturn(List<LineQuantity> lines) {
        return UnitSelection.select(this, lines, OrderLine::returnableQuantity, "returned", OrderLine::returnUnits);
    }

    private void requireConfirmed() {
        if (status != OrderStatus.CONFIRMED) {
            throw ApiException.conflict(
                    "invalid_order_status",
                    "Only a confirmed order can be fulfilled or cancelled; this one is %s."
                            .formatted(status.toString().toLowerCase(Locale.ROOT)));
        }
    }

    boolean nothingFulfilled() {
        return lines.stream().allMatch(line -> line.fulfilledQuantity() == 0);
    }

    /**
     * The amount to capture.
     *
     * @param requested null for the current total
     * @throws ApiException 422 {@code wrong_currency}, {@code amount_out_of_range}
     */
    public Money captureAmount(@Nullable Money requested) {
        if (requested == null) {
            return currentTotal();
        }
        requireCurrency(requested);
        if (requested.amount() <= 0 || requested.amount() > currentTotal().amount()) {
            throw ApiException.invalid(
                    "/amount",
                    "amount_out_of_range",
                    "The amount must be above zero and at most " + currentTotal() + ".");
        }
        return requested;
    }

    /** The amount to refund for cancelled units; shipping is refunded if the whole order is cancelled. */
    public Money cancellationRefundAmount(UnitSelection units) {
        return units.cancelsWholeOrder() ? currentTotal() : units.refundAmount();
    }

    /**
     * The amount to refund; zero only if units that cost nothing are restocked.
     *
     * @param requested null for the price of the units, and shipping if they are the whole order
     * @throws ApiException 422 {@code wrong_currency}, {@code nothing_to_refund}; 409 {@code invalid_order_status}
     */
    public Money refundAmount(UnitSelection units, @Nullable Money requested) {
        Money price = cancellationRefundAmount(units);
        Money amount = requested == null ? price : requested;
        requireCurrency(amount);
        boolean onlyRestocks = units.restocks() && !units.isEmpty() && price.amount() == 0;
        if (amount.amount() < 0 || (amount.amount() == 0 && !onlyRestocks)) {
            throw ApiException.invalid("/amount", "nothing_to_refund", "Name lines, or an amount above zero.");
        }
        if (amount.amount() == 0 && paymentStatus == PaymentStatus.AUTHORIZED) {
            throw ApiException.conflict("invalid_order_status", "The order is not paid yet; cancel the units.");
        }
        return amount;
    }

    private Money zero() {
        return Money.zero(totals.total().currency());
    }

    private void requireCurrency(Money amount) {
        String currency = currentTotal().currency();
        if (!amount.currency().equals(currency)) {
            throw ApiException.invalid("/amount/currency", "wrong_currency", "The order is in " + currency + ".");
        }
    }

    /**
     * The change when units are cancelled.
     *
     * @param paymentAfter the payment status after the refund or void
     */
    public OrderChange cancel(UnitSelection units, PaymentStatus paymentAfter, String actor) {
        boolean whole = units.cancelsWholeOrder();
        FulfillmentStatus fulfillmentAfter = fulfillmentStatusWithout(units);
        Money uncollected = paymentAfter == PaymentStatus.AUTHORIZED ? units.cancelledAmount() : zero();
        return OrderChange.builder(this, OrderEventType.CANCELLED, actor)
                .status(whole ? OrderStatus.CANCELLED : statusAfter(fulfillmentAfter, paymentAfter))
                .paymentStatus(paymentAfter)
                .fulfillmentStatus(fulfillmentAfter)
                .cancelledAmount(whole ? currentTotal() : units.cancelledAmount())
                .uncollected(uncollected)
                .lines(units.changes())
                .factsOf(units)
                .build();
    }

    /**
     * As {@link #cancel}, when no unit is open afterwards and the shop keeps a part of the money, because it had
     * refunded less than the price of units that were cancelled earlier. The order is completed: a cancelled order
     * keeps nothing.
     */
    public OrderChange cancelAndComplete(UnitSelection units, PaymentStatus paymentAfter, String actor) {
        return cancel(units, paymentAfter, actor).withStatus(OrderStatus.COMPLETED);
    }

    /** The change when units are sent. */
    public OrderChange fulfill(UnitSelection units, FulfillmentId fulfillment, String actor) {
        FulfillmentStatus fulfillmentAfter =
                units.openQuantityAfter() == 0 ? FulfillmentStatus.FULFILLED : FulfillmentStatus.PARTIALLY_FULFILLED;
        return OrderChange.builder(this, OrderEventType.FULFILLED, actor)
                .status(statusAfter(fulfillmentAfter, paymentStatus))
                .fulfillmentStatus(fulfillmentAfter)
                .lines(units.changes())
                .fact("fulfillment_id", fulfillment.toString())
                .build();
    }

    /**
     * The change when units or an amount are refunded. If this leaves the shop neither open units nor money, {@link
     * #cancelRefunded} is the next change.
     *
     * @param paymentAfter the payment status after the refund
     * @throws ApiException 409 {@code invalid_order_status} if the refund cancels units of an order that is not
     *     confirmed
     */
    public OrderChange refund(UnitSelection units, PaymentStatus paymentAfter, String actor) {
        OrderChange.Builder change = OrderChange.builder(this, OrderEventType.REFUNDED, actor)
                .paymentStatus(paymentAfter)
                .cancelledAmount(units.cancelledAmount())
                .lines(units.changes())
                .factsOf(units);
        if (units.cancelsUnits()) {
            requireConfirmed();
            FulfillmentStatus fulfillmentAfter = fulfillmentStatusWithout(units);
            change.fulfillmentStatus(fulfillmentAfter).status(statusAfter(fulfillmentAfter, paymentAfter));
        }
        return change.build();
    }

    /**
     * As {@link #refund}, when all units are restocked before anything was sent and the shop keeps a part of the money.
     * The order is completed: a cancelled order keeps nothing.
     */
    public OrderChange refundAndComplete(UnitSelection units, PaymentStatus paymentAfter, String actor) {
        return refund(units, paymentAfter, actor).withStatus(OrderStatus.COMPLETED);
    }

    /** The change when an order was refunded and restocked as a whole before anything was sent. */
    public OrderChange cancelRefunded(String actor) {
        return OrderChange.builder(this, OrderEventType.CANCELLED, actor)
                .status(OrderStatus.CANCELLED)
                .cancelledAmount(currentTotal())
                .build();
    }

    /**
     * The change when units are returned.
     *
     * @param paymentAfter the payment status after the refund
     */
    public OrderChange returnUnits(UnitSelection units, PaymentStatus paymentAfter, String actor) {
        return OrderChange.builder(this, OrderEventType.RETURNED, actor)
                .paymentStatus(paymentAfter)
                .lines(units.changes())
                .factsOf(units)
                .build();
    }

    /** The change when the authorized payment is captured by this API key. */
    public OrderChange capture(Money amount, String actor) {
        return OrderChange.builder(this, OrderEventType.CAPTURED, actor)
                .status(statusAfter(fulfillmentStatus, PaymentStatus.CAPTURED))
                .paymentStatus(PaymentStatus.CAPTURED)
                .uncollected(currentTotal().minus(amount))
                .amount(amount)
                .build();
    }

    /** The change when the authorized payment was captured at its provider. */
    public OrderChange capturedAtProvider(Money amount) {
        return capture(amount, SYSTEM);
    }

    /** The change when the authorized payment was voided at its provider or expired. */
    public OrderChange authorizationLost() {
        return OrderChange.builder(this, OrderEventType.AUTHORIZATION_LOST, SYSTEM)
                .paymentStatus(PaymentStatus.VOIDED)
                .build();
    }

    /**
     * The change when the pending payment succeeds.
     *
     * @param paymentAfter authorized or captured
     */
    public OrderChange paid(PaymentStatus paymentAfter) {
        return OrderChange.builder(this, OrderEventType.PAID, SYSTEM)
                .status(OrderStatus.CONFIRMED)
                .paymentStatus(paymentAfter)
                .build();
    }

    /**
     * The change when the pending payment fails: all units are cancelled.
     *
     * @param paymentAfter failed or voided
     */
    public OrderChange cancelUnpaid(PaymentStatus paymentAfter) {
        return OrderChange.builder(this, OrderEventType.CANCELLED, SYSTEM)
                .status(OrderStatus.CANCELLED)
                .paymentStatus(paymentAfter)
                .cancelledAmount(currentTotal())
                .lines(lines.stream()
                        .map(line -> line.cancel(line.openQuantity()))
                        .toList())
                .build()
                .withReason("not paid");
    }

    /** The change when a refund was made at the payment provider. */
    public OrderChange refundedAtProvider(PaymentStatus paymentAfter) {
        return OrderChange.builder(this, OrderEventType.REFUNDED, SYSTEM)
                .paymentStatus(paymentAfter)
                .build()
                .withReason("made at the payment provider");
    }

    /**
     * The change when a refund fails.
     *
     * @param changes see {@link Orders#revertRefund}
     */
    public OrderChange refundFailed(List<OrderLineChange> changes, PaymentStatus paymentAfter) {
        return OrderChange.builder(this, OrderEventType.REFUND_FAILED, SYSTEM)
                .paymentStatus(paymentAfter)
                .lines(changes)
                .build();
    }

    /** The fulfillment status after the selected open units are cancelled. */
    private FulfillmentStatus fulfillmentStatusWithout(UnitSelection units) {
        return units.openQuantityAfter() == 0 && !nothingFulfilled() ? FulfillmentStatus.FULFILLED : fulfillmentStatus;
    }

    /** A confirmed order is completed when everything is sent and paid. */
    private OrderStatus statusAfter(FulfillmentStatus fulfillmentAfter, PaymentStatus paymentAfter) {
        return status == OrderStatus.CONFIRMED
                        && fulfillmentAfter == FulfillmentStatus.FULFILLED
                        && paymentAfter.wasCaptured()
                ? OrderStatus.COMPLETED
                : status;
    }
}
