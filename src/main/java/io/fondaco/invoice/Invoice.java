package io.fondaco.invoice;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fondaco.order.OrderId;
import io.fondaco.payment.RefundId;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A written invoice or credit note. It never changes.
 *
 * @param series the code of the series of its number
 * @param number has no gaps in its series
 * @param fullNumber prefix and number as they were when it was written; unique in the shop
 * @param refundId the refund of a credit note; null for an invoice
 */
@Schema(name = "Invoice")
record Invoice(
        InvoiceId id,
        InvoiceKind kind,
        @Schema(examples = "invoice") String series,

        @Schema(description = "The number in its series, without gaps. It is not the order number.", examples = "17")
        long number,

        @Schema(description = "The number to print.", examples = "INV-000017")
        String fullNumber,

        OrderId orderId,
        @Nullable RefundId refundId,
        Instant issuedAt,
        @Schema(examples = "EUR") String currency,
        @JsonUnwrapped InvoiceData data) {

    /** An invoice or credit note in a list. */
    @Schema(name = "InvoiceSummary")
    record InvoiceSummary(
            InvoiceId id,
            InvoiceKind kind,
            String series,
            long number,
            String fullNumber,
            OrderId orderId,
            @Nullable RefundId refundId,
            Instant issuedAt,
            Money tax,
            Money total) {}

    InvoiceData.InvoiceReference toReference() {
        return new InvoiceData.InvoiceReference(id, fullNumber, issuedAt);
    }
}
