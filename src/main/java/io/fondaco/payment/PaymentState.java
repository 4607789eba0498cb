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

/** The state of a payment. */
public enum PaymentState {
    PENDING,
    AUTHORIZED,
    CAPTURED,
    DECLINED,
    VOIDED,
    /** The provider holds or took another amount than requested: not paid; the money is voided or refunded. */
    MISMATCHED;

    /**
     * A provider may report captured money after a decline or a void. The payment then moves to captured (or
     * mismatched), and the money is refunded.
     */
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

    /** The column values of the states that can move to this state. */
    String[] sourceStates() {
        List<PaymentState> sources = Arrays.stream(values())
                .filter(state -> state.canTransitionTo(this))
                .toList();
        return sources.stream().map(PaymentState::column).toArray(String[]::new);
    }

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PaymentState ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
