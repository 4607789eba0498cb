package io.fondaco.payment;

import io.fondaco.payment.PaymentProvider.RefundResult;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Payments, for other modules. Methods that write join the caller's transaction. Methods that call a provider say so
 * and must be called outside of any transaction.
 */
public interface Payments {
    /**
     * Whether {@link #claimPendingRefunds} or {@link #claimPendingVoids} would return any: SQL for
     * {@link io.fondaco.platform.jobs.DueWorkPoll}.
     */
    String HAS_DUE_REFUNDS_OR_VOIDS = PaymentStatements.HAS_DUE_REFUNDS_OR_VOIDS;

    /**
     * @throws io.fondaco.platform.web.ApiException 422 {@code unknown_payment_provider}
     */
    void requireProvider(String name);

    /** Records the payment before its provider is called. One statement. */
    Payment createPayment(String provider, UUID orderId, Money amount);

    /**
     * Requests the money from the provider. It throws no exception for anything that the provider does, and takes no
     * longer than {@code fondaco.payment.timeout}. {@code PROVIDER_UNAVAILABLE} if no money was requested, because the
     * circuit breaker is open or the provider could not be reached before the request; {@code MISMATCHED} if the
     * provider has another amount. Outside of any transaction.
     */
    PaymentResult authorize(Payment payment, String token);

    /**
     * Queries the current state at the provider; {@code UNKNOWN} if the provider does not answer. Outside of any
     * transaction.
     */
    PaymentResult fetchStatus(Payment payment);

    /**
     * Voids the payment at the provider, so that no money is taken any more, and returns the resulting state. Outside
     * of any transaction.
     */
    PaymentResult voidPayment(Payment payment);

    /** Captures all or a part of the authorized amount. Outside of any transaction. */
    PaymentResult capture(Payment payment, Money amount);

    /**
     * Records the provider's result. One statement. For a {@code MISMATCHED} payment, further statements schedule a
     * void of the authorized amount and a refund of the captured amount.
     *
     * @return whether the state changed; false if the payment is in that state already or the transition is not allowed
     */
    boolean recordResult(PaymentId payment, PaymentResult result);

    /** The step that the shopper must take before this pending payment can go through. */
    Optional<PaymentAction> findPendingAction(PaymentId payment);

    /**
     * Schedules a void of the money that the provider may hold; it is retried until the provider confirms, see
     * {@link #claimPendingVoids}. One statement.
     */
    void scheduleVoid(PaymentId payment);

    /** Records that the provider confirmed the void. Opens a transaction if none is active. */
    void completeVoid(PaymentId payment);

    /** Claims up to {@code limit} payments whose void is due. Opens a transaction if none is active. */
    List<Payment> claimPendingVoids(int limit);

    Optional<Payment> find(PaymentId id);

    /** Every payment of an order, oldest first. One statement. */
    List<Payment> listByOrder(UUID orderId);

    /** Every refund of an order, oldest first. One statement. */
    List<Refund> listRefundsByOrder(UUID orderId);

    /**
     * Records a refund, which {@link #sendRefund} sends. Two statements; locks the payment.
     *
     * @throws io.fondaco.platform.web.ApiException 409 {@code refund_exceeds_captured}, with the refundable amount
     */
    Refund createRefund(PaymentId payment, Money amount);

    /**
     * Sends a pending refund to its provider and returns the result, which {@link #recordRefundResult} records. Outside
     * of any transaction; safe to repeat.
     */
    RefundResult sendRefund(RefundId refund);

    /**
     * Queries the current state of a refund at its provider. Outside of any transaction.
     *
     * @return empty if the provider does not answer
     */
    Optional<RefundResult> fetchRefundStatus(RefundId refund);

    /**
     * Records the provider's result of a refund. The amount of a failed refund can be refunded again, even if the
     * refund succeeded at first. One statement.
     *
     * @return whether the refund was pending, or failed after it had succeeded
     */
    boolean recordRefundResult(RefundId refund, RefundResult result);

    /**
     * The history of an order's payments and refunds, oldest first, after the given entry. One statement.
     *
     * @param at time of the entry after which to start
     * @param after id of that entry
     */
    List<PaymentHistory.PaymentHistoryEntry> listHistory(UUID orderId, Instant at, long after, int limit);

    /**
     * Lists the refunds of this payment that were made at the provider and not by us. Outside of any transaction.
     *
     * @return empty if the provider does not answer
     */
    Optional<List<ExternalRefund>> listExternalRefunds(Payment payment);

    /**
     * Records a refund that was made at the provider. Locks the payment.
     *
     * @return the result; a refund that exceeds the refundable amount is logged and not recorded
     */
    ExternalRefundResult recordExternalRefund(PaymentId payment, ExternalRefund externalRefund);

    /**
     * Claims up to {@code limit} pending refunds that no pod is working on. One statement; opens a transaction if none
     * is active.
     */
    List<Refund> claimPendingRefunds(int limit);

    /**
     * Reads a provider's webhook. Outside of any transaction.
     *
     * @param headers of the request, by name; the provider knows which one holds its signature
     * @return the payment whose state at the provider must be queried; empty if the webhook concerns none of our
     *     payments
     * @throws io.fondaco.platform.web.ApiException 404 unknown provider; 401 {@code invalid_signature}; 400 malformed
     */
    Optional<MatchedWebhookEvent> receiveWebhook(
            String provider, byte[] body, Function<String, @Nullable String> headers);

    /**
     * A webhook and the payment that it is about.
     *
     * @param refundRelated whether it is about a refund
     * @param providerRefundId the provider's own id of the refund, if the webhook names one
     */
    record MatchedWebhookEvent(Payment payment, boolean refundRelated, Optional<String> providerRefundId) {}

    /**
     * Result of recording a refund that was made at the provider.
     *
     * @param refund the recorded refund; empty if it was recorded before, failed, or exceeds the refundable amount
     * @param retryLater whether it exceeds the refundable amount only while a refund of ours is pending: record it
     *     again after that refund has ended
     */
    record ExternalRefundResult(Optional<Refund> refund, boolean retryLater) {
        static final ExternalRefundResult NOT_RECORDED = new ExternalRefundResult(Optional.empty(), false);
        static final ExternalRefundResult RETRY_LATER = new ExternalRefundResult(Optional.empty(), true);
    }
}
