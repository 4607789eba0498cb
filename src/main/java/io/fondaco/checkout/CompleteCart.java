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
 * Turns a cart into an order: one transaction sets everything aside, then the provider is asked while nothing is held,
 * then one transaction draws the conclusion. Nineteen statements and two commits for a cart of any size,
 * besides what the provider does.
 *
 * <p>A crash at any point is made good by the client's retry with the same key or by {@link CheckoutRecovery}, whichever
 * comes first: the provider is asked under the reference that was written down before it was first called.
 */
@ApplicationScoped
class CompleteCart {
    private static final Logger LOG = Logger.getLogger(CompleteCart.class);
    private static final int MAX_FINALIZE_TRIES = 3;
    private static final int ACCEPTED = 202;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final PrepareCheckout prepareCheckout;
    private final FinalizeCheckout finalizeCheckout;
    private final CheckoutAttemptRepository checkoutAttemptRepository;
    private final Payments payments;
    private final ResponseJson responseJson;
    private final WaitingRoom waitingRoom;
    private final CrashInjector crashInjector;

    CompleteCart(
            PrepareCheckout start,
            FinalizeCheckout end,
            CheckoutAttemptRepository checkoutAttemptRepository,
            Payments payments,
            ResponseJson responseJson,
            WaitingRoom waitingRoom,
            CrashInjector crashInjector) {
        this.prepareCheckout = start;
        this.finalizeCheckout = end;
        this.checkoutAttemptRepository = checkoutAttemptRepository;
        this.payments = payments;
        this.responseJson = responseJson;
        this.waitingRoom = waitingRoom;
        this.crashInjector = crashInjector;
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
            case PrepareCheckout.Preparation.ReplayedResponse(var answer) ->
                new ReplayableResponse(withTokenAndAction(answer, token), true);
            case PrepareCheckout.Preparation.Prepared(var checkoutAttempt, var payment) -> {
                crashInjector.crashIfConfigured(CrashPoint.SET_ASIDE);
                PaymentResult asked = payments.authorize(payment, paymentToken);
                crashInjector.crashIfConfigured(CrashPoint.ANSWERED);
                Optional<IdempotentResponse> kept = applyPaymentResult(checkoutAttempt, asked);
                crashInjector.crashIfConfigured(CrashPoint.CONCLUDED);
                if (asked.outcome() == PaymentOutcome.PROVIDER_UNAVAILABLE) {
                    throw providerUnavailable(payment);
                }
                yield response(checkoutAttempt, kept, token);
            }
            case PrepareCheckout.Preparation.Resumed(var checkoutAttempt) -> {
                Payment payment = payments.find(checkoutAttempt.payment()).orElseThrow();
                PaymentResult known = payments.fetchStatus(payment);
                Optional<IdempotentResponse> kept = applyPaymentResult(
                        checkoutAttempt,
                        known.outcome() == PaymentOutcome.NOT_FOUND
                                ? retryAuthorization(payment, paymentToken)
                                : known);
                yield response(checkoutAttempt, kept, token);
            }
        };
    }

    /** What an earlier try asked for may still be under way, whatever this one did. */
    private PaymentResult retryAuthorization(Payment payment, String token) {
        PaymentResult answer = payments.authorize(payment, token);
        return answer.outcome() == PaymentOutcome.PROVIDER_UNAVAILABLE
                ? PaymentResult.of(PaymentOutcome.UNKNOWN)
                : answer;
    }

    private static ApiException providerUnavailable(Payment payment) {
        return ApiException.unavailable(
                "payment_unavailable",
                "Payments by '%s' cannot be taken just now. Nothing was taken and the cart is open; try again with the same Idempotency-Key, or pay another way with a new one."
                        .formatted(payment.provider()),
                RETRY_AFTER);
    }

    /** @param kept in this request; else another has drawn the conclusion */
    private ReplayableResponse response(
            CheckoutAttempt checkoutAttempt, Optional<IdempotentResponse> kept, String token) {
        return new ReplayableResponse(
                withTokenAndAction(kept.orElseGet(() -> finalizeCheckout.storedResponse(checkoutAttempt)), token),
                false);
    }

    /** A stored answer holds no secrets: they are added each time it is given. */
    private IdempotentResponse withTokenAndAction(IdempotentResponse stored, String token) {
        IdempotentResponse answer = responseJson.withOrderToken(stored, token);
        if (stored.status() != ACCEPTED) {
            return answer;
        }
        return checkoutAttemptRepository
                .findByOrder(responseJson.orderId(stored))
                .flatMap(checkoutAttempt -> payments.find(checkoutAttempt.payment()))
                .flatMap(payment -> payments.findPendingAction(payment.id())
                        .map(action -> responseJson.withPaymentAction(answer, payment, action)))
                .orElse(answer);
    }

    /** What a provider says of a payment. One that concerns no completion of ours is passed over. */
    @Transactional(Transactional.TxType.NEVER)
    void onPaymentResult(Payment payment, PaymentResult answer) {
        checkoutAttemptRepository
                .findByPayment(payment.id())
                .ifPresent(checkoutAttempt -> applyPaymentResult(checkoutAttempt, answer));
    }

    /** Finishes a completion that was left. */
    @Transactional(Transactional.TxType.NEVER)
    void recover(CheckoutAttempt checkoutAttempt) {
        Payment payment = payments.find(checkoutAttempt.payment()).orElseThrow();
        PaymentResult answer = payments.fetchStatus(payment);
        PaymentResult settled = shouldAbandon(checkoutAttempt, answer) ? payments.voidPayment(payment) : answer;
        LOG.infof(
                "Completion %s was %s; its payment is %s",
                checkoutAttempt.id(), checkoutAttempt.state(), settled.outcome());
        applyPaymentResult(checkoutAttempt, settled);
    }

    /** A shopper who does nothing is waited for less long than a provider. */
    private static boolean shouldAbandon(CheckoutAttempt checkoutAttempt, PaymentResult answer) {
        return switch (answer.outcome()) {
            case NOT_FOUND -> true;
            case PENDING ->
                checkoutAttempt.pendingExpired()
                        || (answer.action().isPresent() && checkoutAttempt.shopperActionExpired());
            default -> false;
        };
    }

    /**
     * Settles; when somebody else was faster, looks again, so that money that came late is seen too.
     *
     * @return what was kept for the client, if it was now
     */
    Optional<IdempotentResponse> applyPaymentResult(CheckoutAttempt checkoutAttempt, PaymentResult answer) {
        FinalizeCheckout.Finalization finalization = applyPaymentResultOnce(checkoutAttempt, answer);
        for (int round = 1; round < MAX_FINALIZE_TRIES && !finalization.applied(); round++) {
            finalization = applyPaymentResultOnce(
                    checkoutAttemptRepository.find(checkoutAttempt.id()).orElseThrow(), answer);
        }
        return finalization.response();
    }

    private FinalizeCheckout.Finalization applyPaymentResultOnce(CheckoutAttempt seen, PaymentResult answer) {
        try {
            return finalizeCheckout.onPaymentResult(seen, answer);
        } catch (InsufficientStock shortage) {
            return finalizeCheckout.failOutOfStock(seen, answer, shortage);
        }
    }
}
