package io.fondaco.invoice;

import io.fondaco.invoice.InvoiceData.InvoiceSeller;
import io.fondaco.order.Fulfillment;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.PaymentStatus;
import io.fondaco.order.TaxedPrice;
import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.payment.RefundId;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Writes invoices and credit notes. The order is locked first, so that it has one invoice whatever is requested at the
 * same time; the number is taken last.
 */
@ApplicationScoped
class InvoiceService {
    /** A document never changes, so it has one version. */
    private static final long VERSION = 1;

    private final InvoiceRepository repository;
    private final InvoiceStatements statements;
    private final SellerSettingsService sellers;
    private final Orders orders;
    private final Payments payments;
    private final Outbox outbox;

    InvoiceService(
            InvoiceRepository repository,
            InvoiceStatements statements,
            SellerSettingsService sellers,
            Orders orders,
            Payments payments,
            Outbox outbox) {
        this.repository = repository;
        this.statements = statements;
        this.sellers = sellers;
        this.orders = orders;
        this.payments = payments;
        this.outbox = outbox;
    }

    /**
     * The result of a request to write a document.
     *
     * @param created false if it was written before
     */
    record WrittenInvoice(Invoice invoice, boolean created) {}

    /**
     * Writes the invoice of an order, or returns the one that it has. Eight statements.
     *
     * @throws ApiException 404; 409 {@code invalid_order_status}, {@code seller_incomplete}, {@code taxes_unknown}
     */
    @Transactional
    WrittenInvoice writeInvoice(OrderId id) {
        Order order = orders.lock(id);
        Optional<Invoice> existing = repository.findInvoice(id);
        if (existing.isPresent()) {
            return new WrittenInvoice(existing.get(), false);
        }
        if (order.status() != OrderStatus.CONFIRMED && order.status() != OrderStatus.COMPLETED) {
            throw ApiException.conflict(
                    "invalid_order_status",
                    "Only a confirmed or completed order has an invoice; this one is %s."
                            .formatted(order.status().column()));
        }
        InvoiceSeller seller = sellers.requireSeller();
        InvoiceData data = InvoiceContent.ofOrder(order, seller, notCharged(order), suppliedAt(order));
        return written(InvoiceKind.INVOICE, order, Optional.empty(), data);
    }

    /** What of the order is not charged: it was cancelled before the capture, or a partial capture left it out. */
    private TaxedPrice notCharged(Order order) {
        if (order.taxes().taxLines().isEmpty()) {
            return new TaxedPrice(notCharged(order, captured(order)), List.of());
        }
        TaxedPrice uncollected = orders.findUncollected(order);
        if (order.paymentStatus() == PaymentStatus.VOIDED
                && uncollected.amount().amount() < order.cancelledAmount().amount()) {
            throw ApiException.conflict(
                    "taxes_unknown",
                    "Units were cancelled after the authorization of the payment was lost: their taxes are not known.");
        }
        return uncollected;
    }

    private static Money notCharged(Order order, Money captured) {
        Money charged = captured.amount() > 0 ? captured : order.currentTotal();
        Money total = order.totals().total();
        return charged.amount() < total.amount() ? total.minus(charged) : Money.zero(total.currency());
    }

    private Money captured(Order order) {
        return payments.listByOrder(order.id().value()).stream()
                .map(Payment::captured)
                .findFirst()
                .orElse(Money.zero(order.totals().total().currency()));
    }

    private Optional<Instant> suppliedAt(Order order) {
        return orders.fulfillments(order.id()).stream()
                .map(Fulfillment::createdAt)
                .reduce((_, later) -> later);
    }

    /**
     * Writes the credit note of a refund, or returns the one that it has. Ten statements.
     *
     * @throws ApiException 404; 409 {@code refund_not_succeeded}, {@code invoice_missing}, {@code seller_incomplete}
     */
    @Transactional
    WrittenInvoice writeCreditNote(OrderId id, RefundId refundId) {
        Order order = orders.lock(id);
        Refund refund = payments.listRefundsByOrder(id.value()).stream()
                .filter(one -> one.id().equals(refundId))
                .findFirst()
                .orElseThrow(() -> ApiException.notFound("refund", refundId.toString()));
        Optional<Invoice> existing = repository.findCreditNote(refundId);
        if (existing.isPresent()) {
            return new WrittenInvoice(existing.get(), false);
        }
        if (refund.state() != Refund.State.SUCCEEDED) {
            throw ApiException.conflict(
                    "refund_not_succeeded",
                    "Only a refund that has succeeded has a credit note; this one is %s."
                            .formatted(refund.state().column()));
        }
        Invoice invoice = repository
                .findInvoice(id)
                .orElseThrow(() -> ApiException.conflict(
                        "invoice_missing", "A credit note corrects an invoice. Write the invoice of the order first."));
        InvoiceSeller seller = sellers.requireSeller();
        TaxedPrice credited = new TaxedPrice(
                refund.amount(), orders.listRefundTaxes(order).getOrDefault(refundId.value(), List.of()));
        InvoiceData data = InvoiceContent.ofRefund(
                order, seller, credited, orders.listRefundedUnits(refundId.value()), invoice.toReference());
        return written(InvoiceKind.CREDIT_NOTE, order, Optional.of(refundId), data);
    }

    private WrittenInvoice written(InvoiceKind kind, Order order, Optional<RefundId> refund, InvoiceData data) {
        Invoice invoice = statements.write(kind, kind.series(), order.id(), refund, data);
        outbox.publish(List.of(new NewEvent(invoice.id().toString(), VERSION, InvoiceEvent.issued(invoice))));
        return new WrittenInvoice(invoice, true);
    }
}
