package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.Payments;
import io.fondaco.platform.admission.WaitingRoom;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Turns a cart into an order: one transaction prepares the checkout attempt, then the provider is called outside any
 * transaction, then one transaction finalizes the attempt. 19 statements and two commits for a cart of any size,
 * without those of the provider.
 *
 * <p>After a crash at any point the client's retry with the same key or {@link CheckoutRecovery} finishes the attempt,
 * whichever comes first. It queries the provider by the reference that was stored before the first call.
 */
@ApplicationScoped
public class CompleteCart {
    private static final Logger LOG = Logger.getLogger(CompleteCart.class);
    private static final int MAX_FINALIZE_TRIES = 3;
    private static final int ACCEPTED = 202;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final PrepareCheckout prepareCheckout;
    private final FinalizeCheckout finalizeCheckout;
    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final Payments payments;
    private final ResponseJson responseJson;
    private final WaitingRoom waitingRoom;

    CompleteCart(
            PrepareCheckout prepareCheckout,
            FinalizeCheckout finalizeCheckout,
            CheckoutAttemptStatements checkoutAttemptStatements,
            Payments payments,
            ResponseJson responseJson,
            WaitingRoom waitingRoom) {
        this.prepareCheckout = prepareCheckout;
        this.finalizeCheckout = finalizeCheckout;
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.payments = payments;
        this.responseJson = responseJson;
        this.waitingRoom = waitingRoom;
    }

    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse complete(
            CartId id,
            String token,
            @Nullable String idempotencyKey,
            @Nullable String ticket,
            CompleteRequest request) {
        IdempotencyKey key = IdempotencyKey.required(
                idempotencyKey,
                "cart:" + HexFormat.of().formatHex(Secret.hash(token)),
                "POST /store/v1/carts/%s/complete".formatted(id),
                responseJson.write(request));
        String paymentToken = Optional.ofNullable(request.payment().token()).orElse("");
        return switch (waitingRoom.run(ticket, () -> prepareCheckout.prepare(id, token, key, request))) {
            case PrepareCheckout.Preparation.ReplayedResponse(var replayed) ->
                new ReplayableResponse(withTokenAndAction(replayed, token), true);
            case PrepareCheckout.Preparation.Prepared(var attempt, var payment) -> {
                PaymentResult result = payments.authorize(payment, paymentToken);
                Optional<IdempotentResponse> stored = applyPaymentResult(attempt, result);
                if (result.outcome() == PaymentOutcome.PROVIDER_UNAVAILABLE) {
                    throw providerUnavailable(payment);
                }
                yield response(attempt, stored, token);
            }
            case PrepareCheckout.Preparation.Resumed(var attempt) -> {
                Payment payment = payments.find(attempt.payment()).orElseThrow();
                PaymentResult status = payments.fetchStatus(payment);
                Optional<IdempotentResponse> stored = applyPaymentResult(
                        attempt,
                        status.outcome() == PaymentOutcome.NOT_FOUND
                                ? retryAuthorization(payment, paymentToken)
                                : status);
                yield response(attempt, stored, token);
            }
        };
    }

    /** An earlier authorization may still be in progress, so an unavailable provider means an unknown outcome. */
    private PaymentResult retryAuthorization(Payment payment, String token) {
        PaymentResult result = payments.authorize(payment, token);
        return result.outcome() == PaymentOutcome.PROVIDER_UNAVAILABLE
                ? PaymentResult.of(PaymentOutcome.UNKNOWN)
                : result;
    }

    private static ApiException providerUnavailable(Payment payment) {
        return ApiException.unavailable(
                "payment_unavailable",
                ("The payment provider '%s' is not available. No money was taken and the cart is open. Try again with"
                                + " the same Idempotency-Key, or pay another way with a new one.")
                        .formatted(payment.provider()),
                RETRY_AFTER);
    }

    /** @param stored the response that this request stored; empty if another request finalized the attempt */
    private ReplayableResponse response(CheckoutAttempt attempt, Optional<IdempotentResponse> stored, String token) {
        return new ReplayableResponse(
                withTokenAndAction(stored.orElseGet(() -> finalizeCheckout.storedResponse(attempt)), token), false);
    }

    /** Stored responses contain no secrets: the order token and the payment action are added to each response. */
    private IdempotentResponse withTokenAndAction(IdempotentResponse stored, String token) {
        IdempotentResponse response = responseJson.withOrderToken(stored, token);
        if (stored.status() != ACCEPTED) {
            return response;
        }
        return checkoutAttemptStatements
                .findByOrder(responseJson.orderId(stored))
                .flatMap(attempt -> payments.find(attempt.payment()))
                .flatMap(payment -> payments.findPendingAction(payment.id())
                        .map(action -> responseJson.withPaymentAction(response, payment, action)))
                .orElse(response);
    }

    /** Applies a provider's result to the checkout attempt of the payment. Does nothing if there is none. */
    @Transactional(Transactional.TxType.NEVER)
    public void onPaymentResult(Payment payment, PaymentResult result) {
        checkoutAttemptStatements.findByPayment(payment.id()).ifPresent(attempt -> applyPaymentResult(attempt, result));
    }

    /** Finishes an attempt that a crash or a slow provider left unfinished. */
    @Transactional(Transactional.TxType.NEVER)
    void recover(CheckoutAttempt attempt) {
        Payment payment = payments.find(attempt.payment()).orElseThrow();
        PaymentResult result = payments.fetchStatus(payment);
        PaymentResult finalResult = shouldAbandon(attempt, result) ? payments.voidPayment(payment) : result;
        LOG.infof(
                "Recovering checkout attempt %s in state %s: the payment outcome is %s",
                attempt.id(), attempt.state(), finalResult.outcome());
        applyPaymentResult(attempt, finalResult);
    }

    /** A shopper's payment action has a shorter time limit than a provider. */
    private static boolean shouldAbandon(CheckoutAttempt attempt, PaymentResult result) {
        return switch (result.outcome()) {
            case NOT_FOUND -> true;
            case PENDING -> attempt.pendingExpired() || (result.action().isPresent() && attempt.shopperActionExpired());
            default -> false;
        };
    }

    /**
     * Finalizes the attempt. If another caller changed its state in the meantime, reads it again and retries, so that a
     * late payment is reversed.
     *
     * @return the response for the client, if this call stored one
     */
    public Optional<IdempotentResponse> applyPaymentResult(CheckoutAttempt attempt, PaymentResult result) {
        FinalizeCheckout.Finalization finalization = applyPaymentResultOnce(attempt, result);
        for (int tries = 1; tries < MAX_FINALIZE_TRIES && !finalization.applied(); tries++) {
            finalization = applyPaymentResultOnce(
                    checkoutAttemptStatements.find(attempt.id()).orElseThrow(), result);
        }
        return finalization.response();
    }

    private FinalizeCheckout.Finalization applyPaymentResultOnce(CheckoutAttempt attempt, PaymentResult result) {
        try {
            return finalizeCheckout.onPaymentResult(attempt, result);
        } catch (InsufficientStock outOfStock) {
            return finalizeCheckout.failOutOfStock(attempt, result, outOfStock);
        }
    }
}
