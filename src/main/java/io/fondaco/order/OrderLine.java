package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A line of an order, with the quantities of its units by state.
 *
 * <p>Each unit is in one state: open, cancelled, sent, or returned. Cancelled and returned units may be back in stock.
 * A unit in any state may be refunded. Every order action uses this record to select its units, so that no unit is
 * refunded twice, and no unit is sent that is back in stock:
 * <ul>
 *   <li>Cancelling takes refunded open units first. These are not refunded again.
 *   <li>Fulfilling takes open units that are not refunded first, and refunded units only if their line is named.
 *   <li>A return takes refunded sent units first. These are not refunded again.
 *   <li>A refund without restock takes cancelled units whose refund failed, then returned, open and sent units.
 *   <li>A refund with restock takes the same units; it cancels the open ones and returns the sent ones among them.
 * </ul>
 *
 * @param variantId in text form
 * @param total before discounts
 * @param discount the discount on the total
 * @param includedTax the part of {@code tax} that the total includes
 * @param rounding the line's share of the order's rounding
 * @param stockTaken whether the units were taken from stock
 * @param backorderedQuantity units that were not in stock when they were bought
 * @param refundedQuantity units that were refunded, or that were cancelled before they were paid
 * @param refundedUnsentQuantity the refunded units that were neither cancelled nor sent
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

        @Schema(description = "Whether the unit price and the total include tax.")
        boolean priceIncludesTax,

        @Schema(description = "The id of the price list that the price is from; null for the variant's own price.")
        @Nullable
        String priceList,

        @Nullable String priceListName,

        @Schema(description = "The price of all units before discounts.")
        Money total,

        @Schema(description = "The part of the order's discounts that applies to this line.")
        Money discount,

        List<TaxLine> taxLines,

        @Schema(description = "The tax of all units, after discounts.")
        Money tax,

        @Schema(description = "The part of the tax that the price includes.")
        Money includedTax,

        int cancelledQuantity,
        int fulfilledQuantity,
        int refundedQuantity,
        int returnedQuantity,
        int restockedQuantity,
        @JsonIgnore boolean stockTaken,
        @JsonIgnore int refundedUnsentQuantity,
        @JsonIgnore Money rounding) {

    public OrderLine {
        taxLines = List.copyOf(taxLines);
    }

    /** Units that are neither cancelled nor sent. */
    public int openQuantity() {
        return quantity - cancelledQuantity - fulfilledQuantity;
    }

    /** Open units that are refunded. */
    public int openRefundedQuantity() {
        int atLeast = refundedQuantity - cancelledQuantity - fulfilledQuantity;
        return Math.min(openQuantity(), Math.max(refundedUnsentQuantity, atLeast));
    }

    /** Open units that are not refunded: they are sent unless the request names others. */
    public int fulfillableQuantity() {
        return openQuantity() - openRefundedQuantity();
    }

    private int cancelledRefundedQuantity() {
        return Math.min(cancelledQuantity, refundedQuantity - openRefundedQuantity());
    }

    /** Refunds of sent units are attributed to returned units first. */
    private int returnedRefundedQuantity() {
        return Math.min(returnedQuantity, refundedQuantity - openRefundedQuantity() - cancelledRefundedQuantity());
    }

    private int fulfilledRefundedQuantity() {
        return refundedQuantity - openRefundedQuantity() - cancelledRefundedQuantity() - returnedRefundedQuantity();
    }

    /** Returned units that are not back in stock. Cancelled units always are. */
    private int returnedUnrestockedQuantity() {
        return returnedQuantity - Math.min(returnedQuantity, Math.max(0, restockedQuantity - cancelledQuantity));
    }

    /**
     * The change of the line when units are cancelled.
     *
     * @param units at most {@link #openQuantity}
     */
    public OrderLineChange cancel(int units) {
        int alreadyRefunded = Math.min(units, openRefundedQuantity());
        return OrderLineChange.cancelled(this, units)
                .withRefunded(units - alreadyRefunded)
                .withRestocked(Math.min(units, restockableQuantity()))
                .withRefundedUnsent(refundedUnsentChange(openRefundedQuantity() - alreadyRefunded));
    }

    /**
     * The change of the line when units are sent.
     *
     * @param units at most {@link #openQuantity}
     */
    public OrderLineChange fulfill(int units) {
        int alreadyRefunded = Math.max(0, units - fulfillableQuantity());
        return OrderLineChange.fulfilled(this, units)
                .withRefundedUnsent(refundedUnsentChange(openRefundedQuantity() - alreadyRefunded));
    }

    /**
     * The change of the line when units are refunded and not restocked.
     *
     * @param units at most {@link #refundableQuantity}
     */
    public OrderLineChange refund(int units) {
        int notOpen = cancelledQuantity - cancelledRefundedQuantity() + returnedQuantity - returnedRefundedQuantity();
        int open = Math.min(Math.max(0, units - notOpen), fulfillableQuantity());
        return OrderLineChange.refunded(this, units)
                .withRefundedUnsent(refundedUnsentChange(openRefundedQuantity() + open));
    }

    /**
     * The change of the line when units are refunded and restocked.
     *
     * @param units at most {@link #refundableQuantity}
     */
    public OrderLineChange refundAndRestock(int units) {
        int remaining = units - Math.min(units, cancelledQuantity - cancelledRefundedQuantity());
        int returned = Math.min(
                remaining, Math.min(returnedUnrestockedQuantity(), returnedQuantity - returnedRefundedQuantity()));
        int unsent = Math.min(remaining - returned, fulfillableQuantity());
        int sent = Math.min(remaining - returned - unsent, returnableQuantity() - fulfilledRefundedQuantity());
        return OrderLineChange.refunded(this, units)
                .withCancelled(unsent)
                .withReturned(sent)
                .withRestocked(Math.min(returned + unsent + sent, restockableQuantity()))
                .withRefundedUnsent(refundedUnsentChange(openRefundedQuantity()));
    }

    /**
     * The change of the line when units are returned, refunded and restocked.
     *
     * @param units at most {@link #returnableQuantity}
     */
    public OrderLineChange returnUnits(int units) {
        int alreadyRefunded = Math.min(units, fulfilledRefundedQuantity());
        return OrderLineChange.returned(this, units)
                .withRefunded(units - alreadyRefunded)
                .withRestocked(Math.min(units, restockableQuantity()))
                .withRefundedUnsent(refundedUnsentChange(openRefundedQuantity()));
    }

    /**
     * The change of the line when a refund fails: its units can be refunded again. Cancelled and returned units keep
     * their state.
     *
     * @param units the units of the refund
     * @param unsent those that were neither cancelled nor sent
     */
    OrderLineChange revertRefund(int units, int unsent) {
        int open = openRefundedQuantity() - Math.min(unsent, openRefundedQuantity());
        return OrderLineChange.refunded(this, -Math.min(units, refundedQuantity))
                .withRefundedUnsent(refundedUnsentChange(open));
    }

    /** The change that makes the stored number of refunded unsent units equal to this one. */
    private int refundedUnsentChange(int openRefunded) {
        return openRefunded - refundedUnsentQuantity;
    }

    /**
     * The amount to refund for the next units. What the line costs is divided among its units: the shares differ by at
     * most one cent and add up exactly.
     *
     * @param units at most {@link #refundableQuantity}
     */
    public Money refundAmount(int units) {
        return refundPrice(units).amount();
    }

    /** {@link #refundAmount} with its share of each tax; the shares of all units add up to the taxes of the line. */
    TaxedPrice refundPrice(int units) {
        return firstUnits(refundedQuantity + units).minus(firstUnits(refundedQuantity));
    }

    /** The price of the next cancelled units, whether or not they were refunded before. */
    public Money cancelledAmount(int units) {
        return cancelledPrice(units).amount();
    }

    /** {@link #cancelledAmount} with its share of each tax. */
    TaxedPrice cancelledPrice(int units) {
        return firstUnits(cancelledQuantity + units).minus(firstUnits(cancelledQuantity));
    }

    /** What the line costs: its total less the discount, with all taxes. */
    private Money paid() {
        return total.minus(discount).plus(tax).minus(includedTax).plus(rounding);
    }

    /** What the line costs times units divided by quantity, rounded down, without overflow. */
    private TaxedPrice firstUnits(int units) {
        long paid = paid().amount();
        long amount = paid / quantity * units + paid % quantity * units / quantity;
        return new TaxedPrice(paid(), taxLines).firstPart(Money.of(amount, total.currency()));
    }

    /** Units that can still be refunded. */
    public int refundableQuantity() {
        return quantity - refundedQuantity;
    }

    /** Units that were sent and not returned. */
    public int returnableQuantity() {
        return fulfilledQuantity - returnedQuantity;
    }

    /** Units that were taken from stock and are not restocked. */
    public int restockableQuantity() {
        return stockTaken ? quantity - restockedQuantity : 0;
    }
}
