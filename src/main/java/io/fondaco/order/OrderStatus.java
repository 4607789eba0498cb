package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The status of an order. */
public enum OrderStatus {
    /** Placed, with its stock taken; the provider has not reported yet whether it is paid. */
    PAYMENT_PENDING,
    /** Captured or authorized; ready to be fulfilled. */
    CONFIRMED,
    /** All units that were not cancelled are fulfilled and paid. */
    COMPLETED,
    /** No unit will be fulfilled. */
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
