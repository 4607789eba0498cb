package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Optional;

/**
 * A way to get money. Every bean of this type that is {@link #isEnabled} is offered under its name. Calls are made outside of
 * any transaction, in a thread of their own, within {@code fondaco.payment.timeout} and behind a circuit breaker; each names
 * our reference, and a provider that is called twice with the same one does the thing once.
 *
 * <p>Whatever money a provider tells of, it tells how much: the payment counts as paid only if that is what was asked for.
 * Where nothing is to be paid, no provider is asked.
 */
public interface PaymentProvider {
    /** As clients name it: {@code "test"}. */
    String name();

    /** Whether it is configured to be offered; asked once, at the start. */
    default boolean isEnabled() {
        return true;
    }

    /** The header that its webhooks' signatures come in. */
    default String signatureHeader() {
        return "Fondaco-Signature";
    }

    /**
     * Asks for the money: to be held, or taken at once, as the provider is configured.
     *
     * @param token what the client got from the provider; empty when it sent none
     * @throws RetryableFailure if nothing happened and the same call may be made again at once
     * @throws ProviderUnavailable if no money was asked for, and none will be by this call
     * @throws OutcomeUnknown if it is not known what happened
     */
    PaymentResult authorize(Payment payment, String token);

    /** Takes what was authorised, or less; what is left is let go. */
    PaymentResult capture(Payment payment, Money amount);

    /** What became of this payment; for a provider without a memory of its own, what it would say now. */
    PaymentResult fetchStatus(Payment payment);

    /**
     * Sees to it that nothing is taken for this payment, even by a call still under way.
     *
     * @return {@code VOIDED}; {@code CAPTURED} when it is too late; {@code PENDING} when it cannot be said yet
     */
    PaymentResult voidPayment(Payment payment);

    /** Gives money back, or finds out what became of a refund that was sent before. */
    RefundResult refund(Payment payment, Refund refund);

    /**
     * The refunds of this payment that did not come of {@link #refund}, as far as the provider knows of such.
     *
     * @throws OutcomeUnknown if it cannot be asked just now
     */
    default List<ExternalRefund> listExternalRefunds(Payment payment) {
        return List.of();
    }

    /**
     * Reads a webhook's body. Asks nobody.
     *
     * @param signature as it came in {@link #signatureHeader}; empty if it did not
     * @return what it is about; empty when it is nothing that concerns us
     * @throws io.fondaco.platform.web.ApiException 401 {@code invalid_signature}; 400 if the body is malformed
     */
    Optional<PaymentWebhookEvent> parseWebhook(byte[] body, String signature);

    /** The provider said that it did nothing, and that the call may be repeated. */
    final class RetryableFailure extends RuntimeException {
        public RetryableFailure(String message) {
            super(message);
        }
    }

    /** The provider was not asked for money, and will not be by the call that throws this. */
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
}
