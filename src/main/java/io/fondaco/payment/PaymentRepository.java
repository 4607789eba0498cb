package io.fondaco.payment;

import io.fondaco.payment.PaymentEntity.PaymentRow;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Payments in Postgres. Every read is a projection: a managed entity would hide what {@link PaymentStatements} or
 * another transaction has written meanwhile.
 */
@ApplicationScoped
class PaymentRepository implements PanacheRepositoryBase<PaymentEntity, UUID> {
    private static final String SELECT =
            "select id, orderId, provider, reference, providerReference, state, currency, amount, capturedAmount,"
                    + " refundedAmount, createdAt from PaymentEntity where ";

    private final Actor actor;
    private final RequestId requestId;

    PaymentRepository(Actor actor, RequestId requestId) {
        this.actor = actor;
        this.requestId = requestId;
    }

    /** Records a pending payment. One statement. */
    Payment insert(String provider, UUID orderId, Money amount) {
        PaymentEntity payment = PaymentEntity.create(provider, orderId, amount, actor.name(), requestId.value());
        persistAndFlush(payment);
        return payment.toPayment();
    }

    Optional<Payment> find(PaymentId id) {
        return select("id = :id", Map.of("id", id.value()))
                .singleResultOptional()
                .map(PaymentRow::toPayment);
    }

    /** The payment, locked until the transaction ends. */
    Optional<Payment> lock(PaymentId id) {
        return select("id = :id", Map.of("id", id.value()))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .singleResultOptional()
                .map(PaymentRow::toPayment);
    }

    Optional<Payment> findByProviderReference(String provider, String reference) {
        return select(
                        "provider = :provider and providerReference = :reference",
                        Map.of("provider", provider, "reference", reference))
                .singleResultOptional()
                .map(PaymentRow::toPayment);
    }

    /** Oldest first. */
    List<Payment> listByOrder(UUID orderId) {
        return select("orderId = :orderId order by id", Map.of("orderId", orderId)).list().stream()
                .map(PaymentRow::toPayment)
                .toList();
    }

    /** The provider's own reference of a payment, once it is known. */
    Optional<String> findProviderReference(PaymentId id) {
        return find(
                        "select providerReference from PaymentEntity where id = :id and providerReference is not null",
                        Map.of("id", id.value()))
                .project(String.class)
                .singleResultOptional();
    }

    private PanacheQuery<PaymentRow> select(String condition, Map<String, Object> parameters) {
        return find(SELECT + condition, parameters).project(PaymentRow.class);
    }
}
