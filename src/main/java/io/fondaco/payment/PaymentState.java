package io.fondaco.payment;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where a payment stands. */
public enum PaymentState {
    PENDING,
    AUTHORIZED,
    CAPTURED,
    DECLINED,
    VOIDED,
    /** The provider holds, or took, another amount than it was asked for: not paid, and given back. */
    MISMATCHED;

    /** A provider that takes money after it said no, or was told not to, is believed: the money is given back. */
    private static final Map<PaymentState, Set<PaymentState>> TRANSITIONS = new EnumMap<>(Map.of(
            PENDING, EnumSet.of(AUTHORIZED, CAPTURED, DECLINED, VOIDED, MISMATCHED),
            AUTHORIZED, EnumSet.of(CAPTURED, VOIDED),
            CAPTURED, EnumSet.noneOf(PaymentState.class),
            DECLINED, EnumSet.of(CAPTURED, MISMATCHED),
            VOIDED, EnumSet.of(CAPTURED, MISMATCHED),
            MISMATCHED, EnumSet.noneOf(PaymentState.class)));

    public boolean canTransitionTo(PaymentState next) {
        return TRANSITIONS.getOrDefault(this, Set.of()).contains(next);
    }

    static Optional<PaymentState> fromOutcome(PaymentOutcome outcome) {
        return switch (outcome) {
            case AUTHORIZED -> Optional.of(AUTHORIZED);
            case CAPTURED -> Optional.of(CAPTURED);
            case DECLINED -> Optional.of(DECLINED);
            case VOIDED, PROVIDER_UNAVAILABLE -> Optional.of(VOIDED);
            case MISMATCHED -> Optional.of(MISMATCHED);
            case PENDING, UNKNOWN, NOT_FOUND -> Optional.empty();
        };
    }

    /** The columns' values from which this state can be reached. */
    String[] sourceStates() {
        List<PaymentState> origins = Arrays.stream(values())
                .filter(state -> state.canTransitionTo(this))
                .toList();
        return origins.stream().map(PaymentState::column).toArray(String[]::new);
    }

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PaymentState ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
