package io.fondaco.order;

/**
 * The number of units of a line that one action adds to each quantity; negative if it takes some back.
 *
 * @param refundedUnsent units that are refunded and neither cancelled nor sent
 */
public record OrderLineChange(
        OrderLineId line, int cancelled, int fulfilled, int refunded, int returned, int restocked, int refundedUnsent) {

    static OrderLineChange cancelled(OrderLine line, int units) {
        return none(line).withCancelled(units);
    }

    static OrderLineChange fulfilled(OrderLine line, int units) {
        return new OrderLineChange(line.id(), 0, units, 0, 0, 0, 0);
    }

    static OrderLineChange refunded(OrderLine line, int units) {
        return none(line).withRefunded(units);
    }

    static OrderLineChange returned(OrderLine line, int units) {
        return none(line).withReturned(units);
    }

    private static OrderLineChange none(OrderLine line) {
        return new OrderLineChange(line.id(), 0, 0, 0, 0, 0, 0);
    }

    OrderLineChange withCancelled(int units) {
        return new OrderLineChange(line, units, fulfilled, refunded, returned, restocked, refundedUnsent);
    }

    OrderLineChange withRefunded(int units) {
        return new OrderLineChange(line, cancelled, fulfilled, units, returned, restocked, refundedUnsent);
    }

    OrderLineChange withReturned(int units) {
        return new OrderLineChange(line, cancelled, fulfilled, refunded, units, restocked, refundedUnsent);
    }

    OrderLineChange withRestocked(int units) {
        return new OrderLineChange(line, cancelled, fulfilled, refunded, returned, units, refundedUnsent);
    }

    OrderLineChange withRefundedUnsent(int units) {
        return new OrderLineChange(line, cancelled, fulfilled, refunded, returned, restocked, units);
    }

    /** A copy without the refund. */
    public OrderLineChange withoutRefund() {
        return withRefunded(0);
    }

    /** A copy without the restock. */
    public OrderLineChange withoutRestock() {
        return withRestocked(0);
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
