package io.fondaco.checkout;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The state of a checkout attempt. */
enum CheckoutAttemptState {
    /** Stock is reserved and the payment is recorded; the provider may have been called. */
    RESERVED,
    /** The order is placed; the provider has not reported yet whether it is paid. */
    PENDING,
    /** The order is placed, and its payment is captured or authorized. */
    PLACED,
    /** There is no order; the stock is released and the cart is open again. */
    FAILED,
    /** The order was placed, was not paid, and is cancelled. */
    CANCELLED;

    private static final Map<CheckoutAttemptState, Set<CheckoutAttemptState>> TRANSITIONS = new EnumMap<>(Map.of(
            RESERVED, EnumSet.of(PENDING, PLACED, FAILED),
            PENDING, EnumSet.of(PLACED, CANCELLED),
            PLACED, EnumSet.noneOf(CheckoutAttemptState.class),
            FAILED, EnumSet.noneOf(CheckoutAttemptState.class),
            CANCELLED, EnumSet.noneOf(CheckoutAttemptState.class)));

    boolean canTransitionTo(CheckoutAttemptState next) {
        return TRANSITIONS.getOrDefault(this, Set.of()).contains(next);
    }

    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static CheckoutAttemptState ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
