package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far an order is sent. */
public enum FulfillmentStatus {
    UNFULFILLED,
    PARTIALLY_FULFILLED,
    FULFILLED;

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static FulfillmentStatus ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
