package io.fondaco.cart;

import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.persistence.EnumeratedValue;
import java.util.Locale;

/** Whether a cart can still be changed. */
public enum CartStatus {
    /** It can be changed. */
    OPEN,
    /** A checkout attempt is in progress; it places an order or reopens the cart. */
    COMPLETING,
    /** It became an order. */
    COMPLETED;

    @EnumeratedValue
    private final String column = name().toLowerCase(Locale.ROOT);

    @JsonValue
    public String column() {
        return column;
    }
}
