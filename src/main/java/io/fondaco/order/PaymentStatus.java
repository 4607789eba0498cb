package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.money.Money;
import java.util.Locale;

/** Whether an order is paid or refunded. */
public enum PaymentStatus {
    PENDING,
    AUTHORIZED,
    CAPTURED,
    PARTIALLY_REFUNDED,
    REFUNDED,
    VOIDED,
    FAILED;

    /** The status of a captured payment of which this much is refunded, including pending refunds. */
    public static PaymentStatus ofCaptured(Money captured, Money refunded) {
        if (refunded.amount() == 0) {
            return CAPTURED;
        }
        return refunded.equals(captured) ? REFUNDED : PARTIALLY_REFUNDED;
    }

    /** Whether the money was taken, whether or not it was refunded later. */
    boolean wasCaptured() {
        return this == CAPTURED || this == PARTIALLY_REFUNDED || this == REFUNDED;
    }

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PaymentStatus ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
