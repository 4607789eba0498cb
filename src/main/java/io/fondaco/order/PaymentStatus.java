package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonValue;
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

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PaymentStatus ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
