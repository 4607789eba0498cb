package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Generated;
import org.jspecify.annotations.Nullable;

/**
 * The stored {@link Payment}. {@link PaymentStatements} moves its state and its amounts by conditional updates, so this
 * entity is only inserted and queried, and never updated.
 */
@Entity
@Table(schema = "payment", name = "payment")
class PaymentEntity {
    @Id
    UUID id;

    @Column(name = "order_id")
    UUID orderId;

    String provider;

    String reference;

    @Column(name = "provider_reference")
    @Nullable
    String providerReference;

    String currency;

    long amount;

    @Column(name = "captured_amount")
    long capturedAmount;

    @Column(name = "refunded_amount")
    long refundedAmount;

    String state;

    /** The actor and the request of the insert, which a trigger moves into the history. */
    @Column(name = "changed_by")
    @Nullable
    String changedBy;

    @Column(name = "changed_in")
    @Nullable
    String changedIn;

    @Generated
    @Column(name = "created_at")
    Instant createdAt;

    /** A pending payment of which the provider does not know yet. Our reference at the provider is its id. */
    static PaymentEntity create(String provider, UUID orderId, Money amount, String actor, String requestId) {
        PaymentId id = PaymentId.random();
        PaymentEntity payment = new PaymentEntity();
        payment.id = id.value();
        payment.orderId = orderId;
        payment.provider = provider;
        payment.reference = id.toString();
        payment.currency = amount.currency();
        payment.amount = amount.amount();
        payment.state = PaymentState.PENDING.column();
        payment.changedBy = actor;
        payment.changedIn = requestId;
        return payment;
    }

    Payment toPayment() {
        return new PaymentRow(
                        id,
                        orderId,
                        provider,
                        reference,
                        providerReference,
                        state,
                        currency,
                        amount,
                        capturedAmount,
                        refundedAmount,
                        createdAt)
                .toPayment();
    }

    /** The columns of a {@link Payment}, in the order of {@link PaymentRepository} and {@link PaymentStatements}. */
    record PaymentRow(
            UUID id,
            UUID orderId,
            String provider,
            String reference,
            @Nullable String providerReference,
            String state,
            String currency,
            long amount,
            long capturedAmount,
            long refundedAmount,
            Instant createdAt) {

        Payment toPayment() {
            return new Payment(
                    new PaymentId(id),
                    orderId,
                    provider,
                    reference,
                    providerReference,
                    PaymentState.ofColumn(state),
                    Money.of(amount, currency),
                    Money.of(capturedAmount, currency),
                    Money.of(refundedAmount, currency),
                    createdAt);
        }
    }
}
