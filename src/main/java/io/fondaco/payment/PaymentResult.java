package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * What a provider says about a payment, and of how much money.
 *
 * @param authorizedAmount promised to us and not taken
 * @param capturedAmount of the customer's money; refunds not deducted
 * @param action what the shopper has to do, while it is pending
 */
public record PaymentResult(
        PaymentOutcome outcome,
        Optional<Money> authorizedAmount,
        Optional<Money> capturedAmount,
        Optional<PaymentAction> action) {

    /** An outcome without money. */
    public static PaymentResult of(PaymentOutcome outcome) {
        if (outcome.isSuccessful()) {
            throw new IllegalArgumentException("How much is " + outcome + "?");
        }
        return new PaymentResult(outcome, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static PaymentResult authorized(Money held) {
        return new PaymentResult(PaymentOutcome.AUTHORIZED, Optional.of(held), Optional.empty(), Optional.empty());
    }

    public static PaymentResult captured(Money taken) {
        return new PaymentResult(PaymentOutcome.CAPTURED, Optional.empty(), Optional.of(taken), Optional.empty());
    }

    /** Pending until the shopper has done something. */
    public static PaymentResult requiresAction(PaymentAction action) {
        return new PaymentResult(PaymentOutcome.PENDING, Optional.empty(), Optional.empty(), Optional.of(action));
    }

    /** The same money, found not to be what was asked for. */
    PaymentResult asMismatched() {
        return new PaymentResult(PaymentOutcome.MISMATCHED, authorizedAmount, capturedAmount, Optional.empty());
    }

    /** All that the provider has of it, held or taken. */
    Money amount() {
        return capturedAmount.or(() -> authorizedAmount).orElseThrow();
    }
}
