package io.fondaco.checkout;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Where the completion of a cart stands. */
enum CheckoutAttemptState {
    /** Stock is set aside, the payment is written down; the provider may have been asked. */
    RESERVED,
    /** The order stands; the provider has yet to say whether it is paid. */
    PENDING,
    /** The order stands, and is paid or promised. */
    PLACED,
    /** There is no order; the stock is free and the cart open again. */
    FAILED,
    /** The order stood, was not paid, and is cancelled. */
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
