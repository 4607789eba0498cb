package io.fondaco.promotion;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The kind of discount of a promotion, in the order in which several discounts are calculated. */
public enum PromotionKind {
    /** A percentage of the price of the lines. */
    PERCENTAGE,
    /** A fixed amount, one per currency; at most the price of the lines. */
    AMOUNT,
    /** The price of shipping. */
    FREE_SHIPPING;

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PromotionKind ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
