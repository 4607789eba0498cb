package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentAnswer;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.Payments;
import io.fondaco.platform.admission.WaitingRoom;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.idempotency.StoredAnswer;
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
    private static final int MAX_ROUNDS = 3;
    private static final int ACCEPTED = 202;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final CompletionStart start;
    private final CompletionEnd end;
    private final Completions completions;
    private final Payments payments;
    private final Documents documents;
    private final WaitingRoom waitingRoom;
    private final CutOff cutOff;

    CompleteCart(
            CompletionStart start,
            CompletionEnd end,
            Completions completions,
            Payments payments,
            Documents documents,
            WaitingRoom waitingRoom,
            CutOff cutOff) {
        this.start = start;
        this.end = end;
        this.completions = completions;
        this.payments = payments;
        this.documents = documents;
        this.waitingRoom = waitingRoom;
        this.cutOff = cutOff;
    }

    @Transactional(Transactional.TxType.NEVER)
    Answer complete(
            CartId id,
            String token,
            @Nullable String idempotencyKey,
            @Nullable String ticket,
            CompleteRequest request) {
        IdempotencyKey key = IdempotencyKey.required(
                idempotencyKey,
                "cart:" + HexFormat.of().formatHex(Secret.hash(token)),
                "POST /store/v1/carts/%s/complete".formatted(id),
                documents.write(request));
        String paymentToken = Optional.ofNullable(request.payment().token()).orElse("");
        return switch (waitingRoom.enter(ticket, () -> start.begin(id, token, key, request))) {
            case CompletionStart.Start.Answered(var answer) -> new Answer(describe(answer, token), true);
            case CompletionStart.Start.Begun(var completion, var payment) -> {
                cutOff.reach(CompletionStep.SET_ASIDE);
                PaymentAnswer asked = payments.authorise(payment, paymentToken);
                cutOff.reach(CompletionStep.ANSWERED);
                Optional<StoredAnswer> kept = settle(completion, asked);
                cutOff.reach(CompletionStep.CONCLUDED);
                if (asked.outcome() == PaymentOutcome.NOT_ASKED) {
                    throw unavailable(payment);
                }
                yield answer(completion, kept, token);
            }
            case CompletionStart.Start.Resumed(var completion) -> {
                Payment payment = payments.find(completion.payment()).orElseThrow();
                PaymentAnswer known = payments.query(payment);
                Optional<StoredAnswer> kept = settle(
                        completion,
                        known.outcome() == PaymentOutcome.NOT_FOUND ? askAgain(payment, paymentToken) : known);
                yield answer(completion, kept, token);
            }
        };
    }

    /** What an earlier try asked for may still be under way, whatever this one did. */
    private PaymentAnswer askAgain(Payment payment, String token) {
        PaymentAnswer answer = payments.authorise(payment, token);
        return answer.outcome() == PaymentOutcome.NOT_ASKED ? PaymentAnswer.of(PaymentOutcome.UNKNOWN) : answer;
    }

    private static ApiException unavailable(Payment payment) {
        return ApiException.unavailable(
                "payment_unavailable",
                "Payments by '%s' cannot be taken just now. Nothing was taken and the cart is open; try again with the same Idempotency-Key, or pay another way with a new one."
                        .formatted(payment.provider()),
                RETRY_AFTER);
    }

    /** @param kept in this request; else another has drawn the conclusion */
    private Answer answer(Completion completion, Optional<StoredAnswer> kept, String token) {
        return new Answer(describe(kept.orElseGet(() -> end.answer(completion)), token), false);
    }

    /** A stored answer holds no secrets: they are added each time it is given. */
    private StoredAnswer describe(StoredAnswer stored, String token) {
        StoredAnswer answer = documents.withOrderToken(stored, token);
        if (stored.status() != ACCEPTED) {
            return answer;
        }
        return completions
                .ofOrder(documents.order(stored))
                .flatMap(completion -> payments.find(completion.payment()))
                .flatMap(payment ->
                        payments.action(payment.id()).map(action -> documents.withAction(answer, payment, action)))
                .orElse(answer);
    }

    /** What a provider says of a payment. One that concerns no completion of ours is passed over. */
    @Transactional(Transactional.TxType.NEVER)
    void receive(Payment payment, PaymentAnswer answer) {
        completions.ofPayment(payment.id()).ifPresent(completion -> settle(completion, answer));
    }

    /** Finishes a completion that was left. */
    @Transactional(Transactional.TxType.NEVER)
    void recover(Completion completion) {
        Payment payment = payments.find(completion.payment()).orElseThrow();
        PaymentAnswer answer = payments.query(payment);
        PaymentAnswer settled = isToBeGivenUp(completion, answer) ? payments.abandon(payment) : answer;
        LOG.infof("Completion %s was %s; its payment is %s", completion.id(), completion.state(), settled.outcome());
        settle(completion, settled);
    }

    /** A shopper who does nothing is waited for less long than a provider. */
    private static boolean isToBeGivenUp(Completion completion, PaymentAnswer answer) {
        return switch (answer.outcome()) {
            case NOT_FOUND -> true;
            case PENDING -> completion.overdue() || (answer.action().isPresent() && completion.shopperOverdue());
            default -> false;
        };
    }

    /**
     * Settles; when somebody else was faster, looks again, so that money that came late is seen too.
     *
     * @return what was kept for the client, if it was now
     */
    Optional<StoredAnswer> settle(Completion completion, PaymentAnswer answer) {
        CompletionEnd.Conclusion conclusion = settleOnce(completion, answer);
        for (int round = 1; round < MAX_ROUNDS && !conclusion.drawn(); round++) {
            conclusion = settleOnce(completions.find(completion.id()).orElseThrow(), answer);
        }
        return conclusion.answer();
    }

    private CompletionEnd.Conclusion settleOnce(Completion seen, PaymentAnswer answer) {
        try {
            return end.settle(seen, answer);
        } catch (InsufficientStock shortage) {
            return end.giveBack(seen, answer, shortage);
        }
    }
}
