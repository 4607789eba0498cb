package io.fondaco.cart;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether a cart can still be changed. */
public enum CartStatus {
    /** It can. */
    OPEN,
    /** A completion is under way; it ends in an order, or opens the cart again. */
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
