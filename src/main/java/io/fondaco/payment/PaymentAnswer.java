package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * What a provider says about a payment, and of how much money.
 *
 * @param held promised to us and not taken
 * @param taken of the customer's money; refunds not deducted
 * @param action what the shopper has to do, while it is pending
 */
public record PaymentAnswer(
        PaymentOutcome outcome, Optional<Money> held, Optional<Money> taken, Optional<PaymentAction> action) {

    /** An outcome without money. */
    public static PaymentAnswer of(PaymentOutcome outcome) {
        if (outcome.paid()) {
            throw new IllegalArgumentException("How much is " + outcome + "?");
        }
        return new PaymentAnswer(outcome, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static PaymentAnswer authorized(Money held) {
        return new PaymentAnswer(PaymentOutcome.AUTHORIZED, Optional.of(held), Optional.empty(), Optional.empty());
    }

    public static PaymentAnswer captured(Money taken) {
        return new PaymentAnswer(PaymentOutcome.CAPTURED, Optional.empty(), Optional.of(taken), Optional.empty());
    }

    /** Pending until the shopper has done something. */
    public static PaymentAnswer awaits(PaymentAction action) {
        return new PaymentAnswer(PaymentOutcome.PENDING, Optional.empty(), Optional.empty(), Optional.of(action));
    }

    /** The same money, found not to be what was asked for. */
    PaymentAnswer mismatched() {
        return new PaymentAnswer(PaymentOutcome.MISMATCHED, held, taken, Optional.empty());
    }

    /** All that the provider has of it, held or taken. */
    Money money() {
        return taken.or(() -> held).orElseThrow();
    }
}
