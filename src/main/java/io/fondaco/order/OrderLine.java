package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fondaco.platform.money.Money;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What was bought, and what became of its units.
 *
 * @param variantId in text form
 * @param total before discounts
 * @param discount what was taken off the total
 * @param stockTaken whether the units came out of counted stock
 * @param backorderedQuantity units that were not in stock when they were bought
 * @param refundedQuantity units whose price went back, or, cancelled in time, was never taken
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
        @JsonIgnore boolean stockTaken) {

    /** Units that are neither cancelled nor sent. */
    public int open() {
        return quantity - cancelledQuantity - fulfilledQuantity;
    }

    /**
     * What was paid for the next units whose price goes back. The line's total less its discount is shared out among its units
     * so that each gets the same but for a cent, and all of them together exactly that.
     *
     * @param units at most {@link #refundable}
     */
    public Money paidFor(int units) {
        return paidForFirst(refundedQuantity + units).minus(paidForFirst(refundedQuantity));
    }

    /** The paid sum times units by quantity, rounded down, without overflow. */
    private Money paidForFirst(int units) {
        long paid = total.minus(discount).amount();
        long amount = paid / quantity * units + paid % quantity * units / quantity;
        return Money.of(amount, total.currency());
    }

    /** Units whose price can still go back. */
    public int refundable() {
        return quantity - refundedQuantity;
    }

    /** Units that were sent and have not come back. */
    public int returnable() {
        return fulfilledQuantity - returnedQuantity;
    }

    /** Units that left the stock and are not back in it. */
    public int restockable() {
        return stockTaken ? quantity - restockedQuantity : 0;
    }
}
