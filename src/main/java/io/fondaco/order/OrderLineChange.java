package io.fondaco.order;

/**
 * How many more units of a line were cancelled, sent, … .
 *
 * @param refundedUnsent how many more units are refunded, neither cancelled nor sent
 */
public record OrderLineChange(
        OrderLineId line, int cancelled, int fulfilled, int refunded, int returned, int restocked, int refundedUnsent) {

    /** The same, but no money goes back. */
    public OrderLineChange withoutRefund() {
        return new OrderLineChange(line, cancelled, fulfilled, 0, returned, restocked, refundedUnsent);
    }

    /** The same, but nothing goes back into stock. */
    public OrderLineChange withoutRestock() {
        return new OrderLineChange(line, cancelled, fulfilled, refunded, returned, 0, refundedUnsent);
    }

    /** Units that go back into stock and were never sent. */
    public int restockedUnsent() {
        return Math.min(cancelled, restocked);
    }

    /** Units that go back into stock and had been sent. */
    public int restockedReturned() {
        return restocked - restockedUnsent();
    }
}
