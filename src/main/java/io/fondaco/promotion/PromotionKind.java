package io.fondaco.promotion;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a promotion takes off, in the order in which several of them are reckoned. */
public enum PromotionKind {
    /** A share of what the lines cost. */
    PERCENTAGE,
    /** A sum, one per currency; at most what the lines cost. */
    AMOUNT,
    /** What delivery costs. */
    FREE_SHIPPING;

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PromotionKind ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
