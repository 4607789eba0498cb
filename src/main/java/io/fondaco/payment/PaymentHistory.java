package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * History of payments and refunds. The database records each change in the statement that makes it; this class reads
 * the entries.
 */
@ApplicationScoped
public class PaymentHistory {
    private final Session session;

    PaymentHistory(Session session) {
        this.session = session;
    }

    /**
     * One change of a payment or a refund.
     *
     * @param event attempted, authorized, captured, declined, voided, mismatched, refund_requested, refund_succeeded,
     *     refund_failed
     */
    public record PaymentHistoryEntry(
            long id,
            PaymentId payment,
            Optional<RefundId> refund,
            String event,
            Money amount,
            String actor,
            String requestId,
            Instant at) {}

    /** The stored entry, which triggers insert. */
    @Entity(name = "PaymentHistoryEntity")
    @Immutable
    @Table(schema = "payment", name = "history")
    static class PaymentHistoryEntity {
        @Id
        long id;

        @Column(name = "payment_id")
        UUID paymentId;

        @Column(name = "order_id")
        UUID orderId;

        @Column(name = "refund_id")
        @Nullable
        UUID refundId;

        String event;

        long amount;

        String currency;

        String actor;

        @Column(name = "request_id")
        String requestId;

        Instant at;

        private PaymentHistoryEntry toEntry() {
            return new PaymentHistoryEntry(
                    id,
                    new PaymentId(paymentId),
                    Optional.ofNullable(refundId).map(RefundId::new),
                    event,
                    Money.of(amount, currency),
                    actor,
                    requestId,
                    at);
        }
    }

    List<PaymentHistoryEntry> listAfter(UUID orderId, Instant at, long id, int limit) {
        return session
                .createSelectionQuery("""
                        from PaymentHistoryEntity where orderId = :order and (at, id) > (:at, :id) order by at, id
                        """, PaymentHistoryEntity.class)
                .setParameter("order", orderId)
                .setParameter("at", at)
                .setParameter("id", id)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(PaymentHistoryEntity::toEntry)
                .toList();
    }
}
