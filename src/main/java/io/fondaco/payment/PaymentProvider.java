package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * A way to get money. Every bean of this type is offered under its name. Calls are made outside of any transaction, in a
 * thread of their own and within {@code fondaco.payment.timeout}; each names our reference, and a provider that is
 * called twice with the same one does the thing once.
 */
public interface PaymentProvider {
    /** As clients name it: {@code "test"}. */
    String name();

    /**
     * @param token what the client got from the provider; empty when it sent none
     * @throws TryAgain if nothing happened and the same call may be made again at once
     * @throws NoAnswer if it is not known what happened
     */
    PaymentOutcome authorise(String reference, Money amount, String token);

    /** Takes what was authorised, or less. */
    PaymentOutcome capture(String reference, Money amount);

    /** What became of this reference; for a provider without a memory of its own, what it would say now. */
    PaymentOutcome query(String reference, Money amount);

    /**
     * Sees to it that nothing is taken under this reference, even by a call still under way.
     *
     * @return {@code VOIDED}, or {@code CAPTURED} when it is too late
     */
    PaymentOutcome abandon(String reference, Money amount);

    /**
     * @return false if the provider refuses for good
     */
    boolean refund(String reference, String refundReference, Money amount);

    /**
     * Reads a webhook's body.
     *
     * @return what it tells; empty when it is nothing that concerns us
     * @throws io.fondaco.platform.web.ApiException 401 {@code invalid_signature}; 400 if the body is malformed
     */
    Optional<PaymentEvent> receive(byte[] body, String signature);

    /** The provider said that it did nothing, and that the call may be repeated. */
    final class TryAgain extends RuntimeException {
        public TryAgain(String message) {
            super(message);
        }
    }

    /** The provider did not answer, or not in time. */
    final class NoAnswer extends RuntimeException {
        public NoAnswer(String message) {
            super(message);
        }
    }
}
