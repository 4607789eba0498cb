package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.checkout.PrepareCheckout.Preparation;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.inventory.Inventory;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.Payments;
import io.fondaco.platform.admission.WaitingRoom;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.idempotency.RequestKey;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Turns a cart into an order: one transaction prepares the checkout attempt, then the provider is called outside any
 * transaction, then one transaction finalizes the attempt. 11 statements and two commits for a cart of any size,
 * without those of the provider.
 *
 * <p>The attempt is also the record of the request's {@code Idempotency-Key}: it is stored with the key, and its first
 * change of state stores the response. A request that changes nothing (an incomplete cart, too little stock) stores
 * nothing, so the same key can be used again.
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
    private final EarlierAttempts earlierAttempts;
    private final FinalizeCheckout finalizeCheckout;
    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final Payments payments;
    private final Inventory inventory;
    private final ResponseJson responseJson;
    private final WaitingRoom waitingRoom;

    CompleteCart(
            PrepareCheckout prepareCheckout,
            EarlierAttempts earlierAttempts,
            FinalizeCheckout finalizeCheckout,
            CheckoutAttemptStatements checkoutAttemptStatements,
            Payments payments,
            Inventory inventory,
            ResponseJson responseJson,
            WaitingRoom waitingRoom) {
        this.prepareCheckout = prepareCheckout;
        this.earlierAttempts = earlierAttempts;
        this.finalizeCheckout = finalizeCheckout;
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.payments = payments;
        this.inventory = inventory;
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
        RequestKey key = RequestKey.required(idempotencyKey, responseJson.write(request));
        String paymentToken = Optional.ofNullable(request.payment().token()).orElse("");
        return switch (waitingRoom.run(ticket, () -> prepareOrFind(id, token, key, request))) {
            case Preparation.Answered(var attempt, var earlier) ->
                new ReplayableResponse(withTokenAndAction(attempt, earlier, token), true);
            case Preparation.Prepared(var attempt, var payment) -> {
                PaymentResult result = payments.authorize(payment, paymentToken);
                Optional<IdempotentResponse> stored = applyPaymentResult(attempt, result);
                if (result.outcome() == PaymentOutcome.PROVIDER_UNAVAILABLE) {
                    throw providerUnavailable(payment);
                }
                yield response(attempt, stored, token);
            }
            case Preparation.Resumed(var attempt) -> {
                extendReservation(attempt);
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

    private Preparation prepareOrFind(CartId id, String token, RequestKey key, CompleteRequest request) {
        try {
            return prepareCheckout.prepare(id, token, key, request);
        } catch (ApiException failure) {
            return earlierAttempts.find(id, token, key, failure);
        }
    }

    /** Keeps the stock of an attempt that is taken over and still reserved. */
    private void extendReservation(CheckoutAttempt attempt) {
        if (attempt.state() == CheckoutAttemptState.RESERVED) {
            attempt.reservation()
                    .ifPresent(reservation -> inventory.extend(reservation, CheckoutAttempt.RESERVATION_TIME_TO_LIVE));
        }
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
                withTokenAndAction(attempt, stored.orElseGet(() -> storedResponse(attempt)), token), false);
    }

    private IdempotentResponse storedResponse(CheckoutAttempt attempt) {
        return checkoutAttemptStatements
                .find(attempt.id())
                .flatMap(CheckoutAttempt::response)
                .orElseThrow(() -> ApiException.unavailable(
                        "completion_interrupted",
                        "The checkout was interrupted and rolled back; try again with the same Idempotency-Key.",
                        Duration.ofSeconds(1)));
    }

    /** Stored responses contain no secrets: the order token and the payment action are added to each response. */
    private IdempotentResponse withTokenAndAction(CheckoutAttempt attempt, IdempotentResponse stored, String token) {
        IdempotentResponse response = responseJson.withOrderToken(stored, token);
        if (stored.status() != ACCEPTED) {
            return response;
        }
        return payments.find(attempt.payment())
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
        extendReservation(attempt);
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
