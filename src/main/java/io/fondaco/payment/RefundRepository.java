package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** Refunds in Postgres. Every read is a projection, as in {@link PaymentRepository}. */
@ApplicationScoped
class RefundRepository implements PanacheRepositoryBase<RefundRepository.RefundEntity, UUID> {
    private static final String SELECT =
            "select id, paymentId, orderId, providerReference, state, currency, amount, createdAt, attempts > 0"
                    + " from RefundEntity where ";

    /** The stored {@link Refund}. {@link PaymentStatements} writes it with the refunded amount of its payment. */
    @Entity(name = "RefundEntity")
    @Immutable
    @Table(schema = "payment", name = "refund")
    static class RefundEntity {
        @Id
        UUID id;

        @Column(name = "payment_id")
        UUID paymentId;

        @Column(name = "order_id")
        UUID orderId;

        @Column(name = "provider_reference")
        @Nullable
        String providerReference;

        String state;

        String currency;

        long amount;

        int attempts;

        @Column(name = "created_at")
        Instant createdAt;
    }

    /** The columns of a {@link Refund}, in the order of the queries here and in {@link PaymentStatements}. */
    record RefundRow(
            UUID id,
            UUID paymentId,
            UUID orderId,
            @Nullable String providerReference,
            String state,
            String currency,
            long amount,
            Instant createdAt,
            boolean possiblySent) {

        Refund toRefund() {
            return new Refund(
                    new RefundId(id),
                    new PaymentId(paymentId),
                    orderId,
                    providerReference,
                    Refund.State.ofColumn(state),
                    Money.of(amount, currency),
                    createdAt,
                    possiblySent);
        }
    }

    /** @throws jakarta.persistence.NoResultException if there is none */
    Refund get(RefundId id) {
        return select("id = :id", Map.of("id", id.value())).singleResult().toRefund();
    }

    /** Oldest first. */
    List<Refund> listByOrder(UUID orderId) {
        return select("orderId = :orderId order by id", Map.of("orderId", orderId)).list().stream()
                .map(RefundRow::toRefund)
                .toList();
    }

    private PanacheQuery<RefundRow> select(String condition, Map<String, Object> parameters) {
        return find(SELECT + condition, parameters).project(RefundRow.class);
    }
}
