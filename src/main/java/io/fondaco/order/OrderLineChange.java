package io.fondaco.order;

/**
 * The number of units of a line that one action adds to each quantity; negative if it takes some back.
 *
 * @param refundedUnsent units that are refunded and neither cancelled nor sent
 */
public record OrderLineChange(
        OrderLineId line, int cancelled, int fulfilled, int refunded, int returned, int restocked, int refundedUnsent) {

    /** A copy without the refund. */
    public OrderLineChange withoutRefund() {
        return new OrderLineChange(line, cancelled, fulfilled, 0, returned, restocked, refundedUnsent);
    }

    /** A copy without the restock. */
    public OrderLineChange withoutRestock() {
        return new OrderLineChange(line, cancelled, fulfilled, refunded, returned, 0, refundedUnsent);
    }

    /** Units that are restocked and were never sent. */
    public int restockedUnsent() {
        return Math.min(cancelled, restocked);
    }

    /** Units that are restocked and had been sent. */
    public int restockedReturned() {
        return restocked - restockedUnsent();
    }
}
