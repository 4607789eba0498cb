package io.fondaco.invoice;

import io.fondaco.order.OrderId;
import io.fondaco.payment.RefundId;
import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;

/** The events of invoices. A document never changes, so each has one event. */
sealed interface InvoiceEvent extends DomainEvent {
    InvoiceId id();

    @EventType(name = "invoice.issued", summary = "The invoice of an order was written.")
    record InvoiceIssued(InvoiceId id, String fullNumber, OrderId orderId, Money tax, Money total)
            implements InvoiceEvent {}

    @EventType(name = "credit_note.issued", summary = "The credit note of a refund was written.")
    record CreditNoteIssued(InvoiceId id, String fullNumber, OrderId orderId, RefundId refundId, Money tax, Money total)
            implements InvoiceEvent {}

    /** The event that the document was written. */
    static InvoiceEvent issued(Invoice invoice) {
        InvoiceData.InvoiceTotals totals = invoice.data().totals();
        RefundId refund = invoice.refundId();
        return refund == null
                ? new InvoiceIssued(invoice.id(), invoice.fullNumber(), invoice.orderId(), totals.tax(), totals.total())
                : new CreditNoteIssued(
                        invoice.id(), invoice.fullNumber(), invoice.orderId(), refund, totals.tax(), totals.total());
    }

    /** Registers the events. */
    @ApplicationScoped
    class Provider implements EventTypeRegistry.EventTypeProvider {
        @Override
        public Class<? extends DomainEvent> events() {
            return InvoiceEvent.class;
        }
    }
}
