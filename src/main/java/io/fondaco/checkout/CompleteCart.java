package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentEvent;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.Payments;
import io.fondaco.platform.admission.WaitingRoom;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.identity.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Turns a cart into an order: one transaction sets everything aside, then the provider is asked while nothing is held,
 * then one transaction draws the conclusion. Some nineteen statements and two commits for a cart of any size.
 *
 * <p>A crash at any point is made good by the client's retry with the same key or by {@link CheckoutRecovery}, whichever
 * comes first: the provider is asked under the reference that was written down before it was first called.
 */
@ApplicationScoped
class CompleteCart {
    private static final Logger LOG = Logger.getLogger(CompleteCart.class);
    private static final int MAX_ROUNDS = 3;

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
            case CompletionStart.Start.Answered(var answer) ->
                new Answer(documents.withOrderToken(answer, token), true);
            case CompletionStart.Start.Begun(var completion, var payment) -> {
                cutOff.reach(CompletionStep.SET_ASIDE);
                PaymentOutcome outcome = payments.authorise(payment, paymentToken);
                cutOff.reach(CompletionStep.ANSWERED);
                settle(completion, outcome);
                cutOff.reach(CompletionStep.CONCLUDED);
                yield answer(completion, token);
            }
            case CompletionStart.Start.Resumed(var completion) -> {
                Payment payment = payments.find(completion.payment()).orElseThrow();
                PaymentOutcome known = payments.query(payment);
                settle(
                        completion,
                        known == PaymentOutcome.NOT_FOUND ? payments.authorise(payment, paymentToken) : known);
                yield answer(completion, token);
            }
        };
    }

    private Answer answer(Completion completion, String token) {
        return new Answer(documents.withOrderToken(end.answer(completion), token), false);
    }

    /** What a provider's webhook told. One that concerns no completion of ours is passed over. */
    @Transactional(Transactional.TxType.NEVER)
    void receive(PaymentEvent event) {
        completions.ofPayment(event.payment()).ifPresent(completion -> settle(completion, event.outcome()));
    }

    /** Finishes a completion that was left. */
    @Transactional(Transactional.TxType.NEVER)
    void recover(Completion completion) {
        Payment payment = payments.find(completion.payment()).orElseThrow();
        PaymentOutcome outcome = payments.query(payment);
        boolean giveUp =
                outcome == PaymentOutcome.NOT_FOUND || (outcome == PaymentOutcome.PENDING && completion.overdue());
        PaymentOutcome settled = giveUp ? payments.abandon(payment) : outcome;
        LOG.infof("Completion %s was %s; its payment is %s", completion.id(), completion.state(), settled);
        settle(completion, settled);
    }

    /** Settles; when somebody else was faster, looks again, so that money that came late is seen too. */
    void settle(Completion completion, PaymentOutcome outcome) {
        Completion seen = completion;
        for (int round = 0; round < MAX_ROUNDS && !settleOnce(seen, outcome); round++) {
            seen = completions.find(completion.id()).orElseThrow();
        }
    }

    private boolean settleOnce(Completion seen, PaymentOutcome outcome) {
        try {
            return end.settle(seen, outcome);
        } catch (InsufficientStock shortage) {
            return end.giveBack(seen, outcome, shortage);
        }
    }
}
