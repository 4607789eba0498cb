package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * The result that a provider reports for a payment: an outcome and the amounts.
 *
 * @param authorizedAmount the amount that the provider holds and has not captured
 * @param capturedAmount the amount taken from the customer, without deduction of refunds
 * @param action the step that the shopper must take, if the payment is pending
 */
public record PaymentResult(
        PaymentOutcome outcome,
        Optional<Money> authorizedAmount,
        Optional<Money> capturedAmount,
        Optional<PaymentAction> action) {

    /** An outcome without money. */
    public static PaymentResult of(PaymentOutcome outcome) {
        if (outcome.isSuccessful()) {
            throw new IllegalArgumentException("The outcome " + outcome + " needs an amount");
        }
        return new PaymentResult(outcome, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static PaymentResult authorized(Money held) {
        return new PaymentResult(PaymentOutcome.AUTHORIZED, Optional.of(held), Optional.empty(), Optional.empty());
    }

    public static PaymentResult captured(Money taken) {
        return new PaymentResult(PaymentOutcome.CAPTURED, Optional.empty(), Optional.of(taken), Optional.empty());
    }

    /** Pending until the shopper takes a step. */
    public static PaymentResult requiresAction(PaymentAction action) {
        return new PaymentResult(PaymentOutcome.PENDING, Optional.empty(), Optional.empty(), Optional.of(action));
    }

    /** The same amounts with the outcome {@code MISMATCHED}. */
    PaymentResult asMismatched() {
        return new PaymentResult(PaymentOutcome.MISMATCHED, authorizedAmount, capturedAmount, Optional.empty());
    }

    /** The amount that the provider took, or else holds. */
    Money amount() {
        return capturedAmount.or(() -> authorizedAmount).orElseThrow();
    }
}
