package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.order.OrderStatus;
import io.fondaco.payment.PaymentState;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** Checks every pair of states of the checkout attempt, order and payment state machines. */
class StateTransitionsTest {
    @Test
    void checkoutAttemptHasOnlyTheAllowedTransitions() {
        assertThat(transitions(CheckoutAttemptState.values(), CheckoutAttemptState::canTransitionTo))
                .containsExactlyInAnyOrder(
                        "RESERVED>PENDING",
                        "RESERVED>PLACED",
                        "RESERVED>FAILED",
                        "PENDING>PLACED",
                        "PENDING>CANCELLED");
    }

    @Test
    void orderHasOnlyTheAllowedTransitions() {
        assertThat(transitions(OrderStatus.values(), OrderStatus::canTransitionTo))
                .containsExactlyInAnyOrder(
                        "PAYMENT_PENDING>CONFIRMED",
                        "PAYMENT_PENDING>CANCELLED",
                        "CONFIRMED>COMPLETED",
                        "CONFIRMED>CANCELLED");
    }

    @Test
    void paymentHasOnlyTheAllowedTransitions() {
        assertThat(transitions(PaymentState.values(), PaymentState::canTransitionTo))
                .containsExactlyInAnyOrder(
                        "PENDING>AUTHORIZED",
                        "PENDING>CAPTURED",
                        "PENDING>DECLINED",
                        "PENDING>VOIDED",
                        "PENDING>MISMATCHED",
                        "AUTHORIZED>CAPTURED",
                        "AUTHORIZED>VOIDED",
                        "DECLINED>CAPTURED",
                        "DECLINED>MISMATCHED",
                        "VOIDED>CAPTURED",
                        "VOIDED>MISMATCHED");
    }

    private static <S extends Enum<S>> Set<String> transitions(S[] states, BiPredicate<S, S> canTransition) {
        Set<String> transitions = new TreeSet<>();
        Arrays.stream(states).forEach(from -> Arrays.stream(states)
                .filter(to -> canTransition.test(from, to))
                .forEach(to -> transitions.add(from + ">" + to)));
        return transitions;
    }
}
