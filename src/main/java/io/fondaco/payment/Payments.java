package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
    Payment createPayment(String provider, UUID orderId, Money amount);

    /**
     * Asks the provider for the money; never throws for what the provider does, never takes longer than {@code
     * fondaco.payment.timeout}. {@code NOT_ASKED} if the provider is known to be away, or could not be reached before any
     * money was asked for; {@code MISMATCHED} if it has another amount. Outside of any transaction.
     */
    PaymentResult authorize(Payment payment, String token);

    /** Asks the provider what became of it; {@code UNKNOWN} if it cannot be asked. Outside of any transaction. */
    PaymentResult fetchStatus(Payment payment);

    /** Makes sure that nothing is taken any more; answers what stands. Outside of any transaction. */
    PaymentResult voidPayment(Payment payment);

    /** Takes what was authorised, or less. Outside of any transaction. */
    PaymentResult capture(Payment payment, Money amount);

    /**
     * Writes down what the provider said. One statement; what a {@code MISMATCHED} payment holds is to be let go, and what it
     * took is refunded.
     *
     * @return whether the payment moved; false if it is where it leads already, or cannot go there
     */
    boolean recordResult(PaymentId payment, PaymentResult answer);

    /** What the shopper has to do before this pending payment can go through. */
    Optional<PaymentAction> findPendingAction(PaymentId payment);

    /** Has the provider told to let go of what it may hold, until it says that it has: see {@link #claimPendingVoids}. One statement. */
    void scheduleVoid(PaymentId payment);

    /** The provider has let go. In a transaction of its own. */
    void completeVoid(PaymentId payment);

    /** Takes up to so many payments of which the provider may hold money that nobody wants. In a transaction of its own. */
    List<Payment> claimPendingVoids(int limit);

    Optional<Payment> find(PaymentId id);

    /** Every payment of an order, oldest first. One statement. */
    List<Payment> listByOrder(UUID orderId);

    /** Every refund of an order, oldest first. One statement. */
    List<Refund> listRefundsByOrder(UUID orderId);

    /**
     * Writes down a refund, to be sent by {@link #sendRefund}. Two statements; locks the payment.
     *
     * @throws io.fondaco.platform.web.ApiException 409 {@code refund_exceeds_captured}, with what is left
     */
    Refund createRefund(PaymentId payment, Money amount);

    /**
     * Sends a refund that is pending to its provider, and answers what is to be written down by {@link #recordRefundResult}. Outside
     * of any transaction; safe to repeat.
     */
    RefundResult sendRefund(RefundId refund);

    /**
     * Asks the provider what became of a refund that it has. Outside of any transaction.
     *
     * @return empty if it cannot be asked just now
     */
    Optional<RefundResult> fetchRefundStatus(RefundId refund);

    /**
     * Writes down what the provider says of a refund. Money that did not go back can be refunded again, even if the refund had
     * succeeded at first. One statement.
     *
     * @return whether the refund was pending, or failed after it had succeeded
     */
    boolean recordRefundResult(RefundId refund, RefundResult answer);

    /**
     * What happened to the payments and refunds of an order, oldest first, after that entry. One statement.
     *
     * @param at of the entry after which to begin
     * @param after its id
     */
    List<PaymentHistory.PaymentHistoryEntry> listHistory(UUID orderId, Instant at, long after, int limit);

    /**
     * Asks the provider which refunds of this payment were made there, and not by us. Outside of any transaction.
     *
     * @return empty if it cannot be asked just now
     */
    Optional<List<ExternalRefund>> listExternalRefunds(Payment payment);

    /**
     * Writes down a refund that was made at the provider. Locks the payment.
     *
     * @return what came of it; one that is more than there is to refund, as far as we know, is logged
     */
    ExternalRefundResult recordExternalRefund(PaymentId payment, ExternalRefund made);

    /** Takes up to so many pending refunds that nobody works on. One statement, in its own transaction. */
    List<Refund> claimPendingRefunds(int limit);

    /**
     * Reads a provider's webhook. Outside of any transaction.
     *
     * @param headers of the request, by name; the provider knows which one its signature is in
     * @return what it is about: something happened to that payment, and the provider is to be asked what
     * @throws io.fondaco.platform.web.ApiException 404 unknown provider; 401 {@code invalid_signature}; 400 malformed
     */
    Optional<MatchedWebhookEvent> receiveWebhook(
            String provider, byte[] body, Function<String, @Nullable String> headers);

    /**
     * What a webhook is about.
     *
     * @param refundRelated whether it is about money that goes back
     * @param providerRefundId the provider's own id of the refund, if it names one
     */
    record MatchedWebhookEvent(Payment payment, boolean refundRelated, Optional<String> providerRefundId) {}
}
