package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Where an order stands. */
public enum OrderStatus {
    /** Placed, its stock set aside; the provider has yet to say whether it is paid. */
    PAYMENT_PENDING,
    /** Paid, or promised to be: to be fulfilled. */
    CONFIRMED,
    /** Everything that was not cancelled is fulfilled and paid. */
    COMPLETED,
    /** Nothing of it will be fulfilled. */
    CANCELLED;

    private static final Map<OrderStatus, Set<OrderStatus>> TRANSITIONS = new EnumMap<>(Map.of(
            PAYMENT_PENDING, EnumSet.of(CONFIRMED, CANCELLED),
            CONFIRMED, EnumSet.of(COMPLETED, CANCELLED),
            COMPLETED, EnumSet.noneOf(OrderStatus.class),
            CANCELLED, EnumSet.noneOf(OrderStatus.class)));

    public boolean canTransitionTo(OrderStatus next) {
        return TRANSITIONS.getOrDefault(this, Set.of()).contains(next);
    }

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static OrderStatus ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
