package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Payments, for other modules. What writes joins the caller's transaction; what talks to a provider is said to, and must
 * be called outside of any.
 */
public interface Payments {
    /**
     * @throws io.fondaco.platform.web.ApiException 422 {@code unknown_payment_provider}
     */
    void requireProvider(String name);

    /** Writes down what will be asked. One statement. */
    Payment attempt(String provider, UUID orderId, Money amount);

    /**
     * Asks the provider; never throws for what the provider does, never takes longer than {@code fondaco.payment.timeout}.
     * Outside of any transaction.
     */
    PaymentOutcome authorise(Payment payment, String token);

    /** Asks the provider what became of it. Outside of any transaction. */
    PaymentOutcome query(Payment payment);

    /** Makes sure that nothing is taken any more; answers what stands. Outside of any transaction. */
    PaymentOutcome abandon(Payment payment);

    /** Takes what was authorised, or less. Outside of any transaction. */
    PaymentOutcome capture(Payment payment, Money amount);

    /**
     * Writes down what the provider said. One statement.
     *
     * @return whether the payment moved; false if it is where it leads already, or cannot go there
     */
    boolean settle(PaymentId payment, PaymentOutcome outcome);

    /** Writes down that this much was captured of what was authorised. One statement; false if it was not authorised. */
    boolean captured(PaymentId payment, Money amount);

    Optional<Payment> find(PaymentId id);

    /** Every payment of an order, oldest first. One statement. */
    List<Payment> ofOrder(UUID orderId);

    /** Every refund of an order, oldest first. One statement. */
    List<Refund> refundsOfOrder(UUID orderId);

    /**
     * Writes down a refund, to be sent by {@link #send}. Two statements; locks the payment.
     *
     * @throws io.fondaco.platform.web.ApiException 409 {@code refund_exceeds_captured}, with what is left
     */
    Refund beginRefund(PaymentId payment, Money amount);

    /** Sends a refund to its provider and writes down the answer. Outside of any transaction; safe to repeat. */
    Refund.State send(RefundId refund);

    /**
     * What happened to the payments and refunds of an order, oldest first, after that entry. One statement.
     *
     * @param at of the entry after which to begin
     * @param after its id
     */
    List<PaymentHistory.Entry> history(UUID orderId, Instant at, long after, int limit);

    /** Takes up to so many pending refunds that nobody works on. One statement, in its own transaction. */
    List<Refund> claimPendingRefunds(int limit);

    /**
     * Reads a provider's webhook. Outside of any transaction.
     *
     * @throws io.fondaco.platform.web.ApiException 404 unknown provider; 401 {@code invalid_signature}; 400 malformed
     */
    Optional<PaymentEvent> receive(String provider, byte[] body, String signature);
}
