package io.fondaco.invoice;

import io.fondaco.invoice.Invoice.InvoiceSummary;
import io.fondaco.order.OrderId;
import io.fondaco.payment.RefundId;
import io.fondaco.platform.money.Money;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/** The stored {@link Invoice}. {@link InvoiceStatements} writes it with its number; this entity is only queried. */
@Entity
@Immutable
@Table(schema = "invoice", name = "invoice")
class InvoiceEntity {
    @Id
    UUID id;

    String kind;

    String series;

    long number;

    @Column(name = "full_number")
    String fullNumber;

    @Column(name = "order_id")
    UUID orderId;

    @Column(name = "refund_id")
    @Nullable
    UUID refundId;

    @Column(name = "issued_at")
    Instant issuedAt;

    String currency;

    long total;

    long tax;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    InvoiceData data;

    /** The columns of an {@link Invoice}, in the order of {@link InvoiceRepository}. */
    record InvoiceRow(
            UUID id,
            String kind,
            String series,
            long number,
            String fullNumber,
            UUID orderId,
            @Nullable UUID refundId,
            Instant issuedAt,
            String currency,
            InvoiceData data) {

        Invoice toInvoice() {
            return new Invoice(
                    new InvoiceId(id),
                    InvoiceKind.ofColumn(kind),
                    series,
                    number,
                    fullNumber,
                    new OrderId(orderId),
                    toRefundId(refundId),
                    issuedAt,
                    currency,
                    data);
        }
    }

    /** The columns of an {@link InvoiceSummary}, in the order of {@link InvoiceRepository}. */
    record InvoiceSummaryRow(
            UUID id,
            String kind,
            String series,
            long number,
            String fullNumber,
            UUID orderId,
            @Nullable UUID refundId,
            Instant issuedAt,
            String currency,
            long tax,
            long total) {

        InvoiceSummary toSummary() {
            return new InvoiceSummary(
                    new InvoiceId(id),
                    InvoiceKind.ofColumn(kind),
                    series,
                    number,
                    fullNumber,
                    new OrderId(orderId),
                    toRefundId(refundId),
                    issuedAt,
                    Money.of(tax, currency),
                    Money.of(total, currency));
        }
    }

    private static @Nullable RefundId toRefundId(@Nullable UUID id) {
        return id == null ? null : new RefundId(id);
    }
}
