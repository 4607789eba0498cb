package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Optional;

/**
 * A payment service. Every bean of this type that is {@link #isEnabled} is offered under its name. Calls are made
 * outside of any transaction, in a thread of their own, within {@code fondaco.payment.timeout} and behind a circuit
 * breaker. Each call carries our reference; a provider that is called twice with the same reference takes effect once.
 *
 * <p>A provider reports the amount of any money that it holds or took: the payment counts as paid only if that is the
 * requested amount. No provider is called for an amount of zero.
 */
public interface PaymentProvider {
    /** The name that clients use: {@code "test"}. */
    String name();

    /** Whether it is configured to be offered; evaluated once, at startup. */
    default boolean isEnabled() {
        return true;
    }

    /** The header that holds the signature of its webhooks. */
    default String signatureHeader() {
        return "Fondaco-Signature";
    }

    /**
     * Requests the money: authorized or captured, as the provider is configured.
     *
     * @param token that the client got from the provider; empty if it sent none
     * @throws RetryableFailure if nothing happened and the call can be repeated immediately
     * @throws ProviderUnavailable if this call requested no money and will not request any
     * @throws OutcomeUnknown if the outcome is unknown
     */
    PaymentResult authorize(Payment payment, String token);

    /** Captures all or a part of the authorized amount; the rest is voided. */
    PaymentResult capture(Payment payment, Money amount);

    /**
     * The current state of this payment at the provider. A provider that stores nothing returns what it would answer
     * now.
     */
    PaymentResult fetchStatus(Payment payment);

    /**
     * Voids this payment, so that no money is taken for it, even by a call in progress.
     *
     * @return {@code VOIDED}; {@code CAPTURED} if it is too late; {@code PENDING} if it is not decided yet
     */
    PaymentResult voidPayment(Payment payment);

    /** Sends a refund, or queries the state of a refund that was sent before. */
    RefundResult refund(Payment payment, Refund refund);

    /**
     * The refunds of this payment that were not made by {@link #refund}, if the provider knows of any.
     *
     * @throws OutcomeUnknown if the provider does not answer
     */
    default List<ExternalRefund> listExternalRefunds(Payment payment) {
        return List.of();
    }

    /**
     * Parses the body of a webhook. Makes no calls.
     *
     * @param signature value of {@link #signatureHeader}; empty if the header is missing
     * @return the payment that the webhook is about; empty if it is not relevant to us
     * @throws io.fondaco.platform.web.ApiException 401 {@code invalid_signature}; 400 if the body is malformed
     */
    Optional<PaymentWebhookEvent> parseWebhook(byte[] body, String signature);

    /** The provider reported that nothing happened and that the call can be repeated. */
    final class RetryableFailure extends RuntimeException {
        public RetryableFailure(String message) {
            super(message);
        }
    }

    /** The call requested no money from the provider and will not request any. */
    final class ProviderUnavailable extends RuntimeException {
        public ProviderUnavailable(String message) {
            super(message);
        }
    }

    /** The provider did not answer, or not in time. */
    final class OutcomeUnknown extends RuntimeException {
        public OutcomeUnknown(String message) {
            super(message);
        }
    }

    /**
     * The result that a provider reports for a refund.
     *
     * @param state FAILED if the provider refuses it for good; PENDING if it must be queried again
     * @param providerReference the provider's own id of the refund, if it has one
     */
    record RefundResult(Refund.State state, Optional<String> providerReference) {
        public static RefundResult of(Refund.State state) {
            return new RefundResult(state, Optional.empty());
        }
    }

    /**
     * A provider's webhook after its signature was checked. It says only which payment changed; the provider is queried
     * for the state, so webhooks may arrive twice, late or in any order.
     *
     * @param paymentId our id, if the webhook contains it
     * @param providerReference the provider's own id of the payment, if it has one
     * @param refundRelated whether the webhook is about a refund
     * @param providerRefundId the provider's own id of the refund, if the webhook is about a single one
     */
    record PaymentWebhookEvent(
            Optional<PaymentId> paymentId,
            Optional<String> providerReference,
            boolean refundRelated,
            Optional<String> providerRefundId) {}
}
