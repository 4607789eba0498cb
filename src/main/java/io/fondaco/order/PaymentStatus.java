package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far an order is paid. */
public enum PaymentStatus {
    PENDING,
    AUTHORIZED,
    CAPTURED,
    PARTIALLY_REFUNDED,
    REFUNDED,
    VOIDED,
    FAILED;

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PaymentStatus ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
