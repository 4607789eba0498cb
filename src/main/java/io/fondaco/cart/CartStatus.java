package io.fondaco.cart;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether a cart can still be changed. */
public enum CartStatus {
    /** It can be changed. */
    OPEN,
    /** A checkout attempt is in progress; it places an order or reopens the cart. */
    COMPLETING,
    /** It became an order. */
    COMPLETED;

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static CartStatus ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
