package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether the units of an order were sent. */
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
