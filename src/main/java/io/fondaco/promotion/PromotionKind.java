package io.fondaco.promotion;

import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.persistence.EnumeratedValue;
import java.util.Locale;

/** The kind of discount of a promotion, in the order in which several discounts are calculated. */
public enum PromotionKind {
    /** A percentage of the price of the lines. */
    PERCENTAGE,
    /** A fixed amount, one per currency; at most the price of the lines. */
    AMOUNT,
    /** The price of shipping. */
    FREE_SHIPPING;

    @EnumeratedValue
    private final String column = name().toLowerCase(Locale.ROOT);

    @JsonValue
    public String column() {
        return column;
    }
}
