package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fondaco.platform.money.Money;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What was bought, and what became of its units.
 *
 * <p>Each unit is in one state: open, cancelled, sent, or returned. Cancelled and returned units may be back in stock. Beside its
 * state, the price of a unit may have gone back. Every verb on an order asks this record which units it is about, so that
 * no unit is paid back twice, and none is sent that is back in stock:
 * <ul>
 *   <li>Cancelling takes open units whose price went back first. No money goes back for these.
 *   <li>Fulfilling takes open units that are paid for first, and others only if they are named.
 *   <li>A return takes sent units whose price went back first. No money goes back for these.
 *   <li>A refund without restock is for cancelled units whose refund failed, then for returned units, open units, sent units.
 *   <li>A refund with restock is the same, and cancels the open units and returns the sent ones that it is for.
 * </ul>
 *
 * @param variantId in text form
 * @param total before discounts
 * @param discount what was taken off the total
 * @param stockTaken whether the units came out of counted stock
 * @param backorderedQuantity units that were not in stock when they were bought
 * @param refundedQuantity units whose price went back, or, cancelled in time, was never taken
 * @param refundedUnsentQuantity those of the refunded units that were neither cancelled nor sent
 */
public record OrderLine(
        OrderLineId id,
        String sku,
        String variantId,
        String title,
        int quantity,

        @Schema(description = "Units that were not in stock when they were bought: backorders or preorders.")
        int backorderedQuantity,

        Money unitPrice,
        Money total,

        @Schema(description = "What of the order's discounts was taken off the line's total.")
        Money discount,

        int cancelledQuantity,
        int fulfilledQuantity,
        int refundedQuantity,
        int returnedQuantity,
        int restockedQuantity,
        @JsonIgnore boolean stockTaken,
        @JsonIgnore int refundedUnsentQuantity) {

    /** Units that are neither cancelled nor sent. */
    public int openQuantity() {
        return quantity - cancelledQuantity - fulfilledQuantity;
    }

    /** Open units whose price went back. */
    public int openRefundedQuantity() {
        int atLeast = refundedQuantity - cancelledQuantity - fulfilledQuantity;
        return Math.min(openQuantity(), Math.max(refundedUnsentQuantity, atLeast));
    }

    /** Open units that are paid for, or will be: what is sent unless somebody names more. */
    public int fulfillableQuantity() {
        return openQuantity() - openRefundedQuantity();
    }

    private int cancelledRefundedQuantity() {
        return Math.min(cancelledQuantity, refundedQuantity - openRefundedQuantity());
    }

    /** Money that went back for units that were sent counts for those first that came back. */
    private int returnedRefundedQuantity() {
        return Math.min(returnedQuantity, refundedQuantity - openRefundedQuantity() - cancelledRefundedQuantity());
    }

    private int fulfilledRefundedQuantity() {
        return refundedQuantity - openRefundedQuantity() - cancelledRefundedQuantity() - returnedRefundedQuantity();
    }

    /** Returned units that are not back in stock: all cancelled units are. */
    private int returnedUnrestockedQuantity() {
        return returnedQuantity - Math.min(returnedQuantity, Math.max(0, restockedQuantity - cancelledQuantity));
    }

    /**
     * What becomes of the line when units are cancelled.
     *
     * @param units at most {@link #openQuantity}
     */
    public OrderLineChange cancel(int units) {
        int paidBack = Math.min(units, openRefundedQuantity());
        return new OrderLineChange(
                id,
                units,
                0,
                units - paidBack,
                0,
                Math.min(units, restockableQuantity()),
                openRefundedQuantity() - paidBack - refundedUnsentQuantity);
    }

    /**
     * What becomes of the line when units are sent.
     *
     * @param units at most {@link #openQuantity}
     */
    public OrderLineChange fulfill(int units) {
        int paidBack = Math.max(0, units - fulfillableQuantity());
        return new OrderLineChange(id, 0, units, 0, 0, 0, openRefundedQuantity() - paidBack - refundedUnsentQuantity);
    }

    /**
     * What becomes of the line when the price of units goes back, and the units stay where they are.
     *
     * @param units at most {@link #refundableQuantity}
     */
    public OrderLineChange refund(int units) {
        int notOpen = cancelledQuantity - cancelledRefundedQuantity() + returnedQuantity - returnedRefundedQuantity();
        int open = Math.min(Math.max(0, units - notOpen), fulfillableQuantity());
        return new OrderLineChange(id, 0, 0, units, 0, 0, openRefundedQuantity() + open - refundedUnsentQuantity);
    }

    /**
     * What becomes of the line when the price of units goes back, and the units go back into stock.
     *
     * @param units at most {@link #refundableQuantity}
     */
    public OrderLineChange refundAndRestock(int units) {
        int left = units - Math.min(units, cancelledQuantity - cancelledRefundedQuantity());
        int aside =
                Math.min(left, Math.min(returnedUnrestockedQuantity(), returnedQuantity - returnedRefundedQuantity()));
        int unsent = Math.min(left - aside, fulfillableQuantity());
        int sent = Math.min(left - aside - unsent, returnableQuantity() - fulfilledRefundedQuantity());
        return new OrderLineChange(
                id,
                unsent,
                0,
                units,
                sent,
                Math.min(aside + unsent + sent, restockableQuantity()),
                openRefundedQuantity() - refundedUnsentQuantity);
    }

    /**
     * What becomes of the line when units come back, with their price and into stock.
     *
     * @param units at most {@link #returnableQuantity}
     */
    public OrderLineChange returnUnits(int units) {
        int paidBack = Math.min(units, fulfilledRefundedQuantity());
        return new OrderLineChange(
                id,
                0,
                0,
                units - paidBack,
                units,
                Math.min(units, restockableQuantity()),
                openRefundedQuantity() - refundedUnsentQuantity);
    }

    /**
     * What becomes of the line when a refund fails: its units can be refunded again. What was cancelled or returned stays so.
     *
     * @param units that the refund was for
     * @param unsent those of them that were neither cancelled nor sent
     */
    OrderLineChange revertRefund(int units, int unsent) {
        int open = openRefundedQuantity() - Math.min(unsent, openRefundedQuantity());
        return new OrderLineChange(id, 0, 0, -Math.min(units, refundedQuantity), 0, 0, open - refundedUnsentQuantity);
    }

    /**
     * What was paid for the next units whose price goes back. The line's total less its discount is shared out among its units
     * so that each gets the same but for a cent, and all of them together exactly that.
     *
     * @param units at most {@link #refundableQuantity}
     */
    public Money refundAmount(int units) {
        return proratedAmount(refundedQuantity + units).minus(proratedAmount(refundedQuantity));
    }

    /** What was to be paid for the next units that are cancelled, whether or not their price went back before. */
    public Money cancelledAmount(int units) {
        return proratedAmount(cancelledQuantity + units).minus(proratedAmount(cancelledQuantity));
    }

    /** The paid sum times units by quantity, rounded down, without overflow. */
    private Money proratedAmount(int units) {
        long paid = total.minus(discount).amount();
        long amount = paid / quantity * units + paid % quantity * units / quantity;
        return Money.of(amount, total.currency());
    }

    /** Units whose price can still go back. */
    public int refundableQuantity() {
        return quantity - refundedQuantity;
    }

    /** Units that were sent and have not come back. */
    public int returnableQuantity() {
        return fulfilledQuantity - returnedQuantity;
    }

    /** Units that left the stock and are not back in it. */
    public int restockableQuantity() {
        return stockTaken ? quantity - restockedQuantity : 0;
    }
}
