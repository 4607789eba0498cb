package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * History of payments and refunds. The database records each change in the statement that makes it; this class reads
 * the entries.
 */
@ApplicationScoped
public class PaymentHistory {
    private final EntityManager entities;

    PaymentHistory(EntityManager entities) {
        this.entities = entities;
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

    List<PaymentHistoryEntry> listAfter(UUID orderId, Instant at, long id, int limit) {
        List<?> rows = entities.createNativeQuery("""
                        SELECT id, payment_id, refund_id, event, amount, currency, actor, request_id, at
                          FROM payment.history WHERE order_id = :order AND (at, id) > (:at, :id)
                         ORDER BY at, id LIMIT :limit
                        """, Tuple.class)
                .setParameter("order", orderId)
                .setParameter("at", at)
                .setParameter("id", id)
                .setParameter("limit", limit)
                .getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    private static PaymentHistoryEntry mapRow(Tuple row) {
        return new PaymentHistoryEntry(
                row.get("id", Number.class).longValue(),
                new PaymentId(row.get("payment_id", UUID.class)),
                Optional.ofNullable(row.get("refund_id", UUID.class)).map(RefundId::new),
                row.get("event", String.class),
                Money.of(row.get("amount", Number.class).longValue(), row.get("currency", String.class)),
                row.get("actor", String.class),
                row.get("request_id", String.class),
                row.get("at", Instant.class));
    }
}
