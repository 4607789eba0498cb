package io.fondaco.promotion;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * What a promotion does, in the order in which several promotions of the same priority are calculated: first those that
 * set the price of units, then percentages, then amounts, then shipping.
 */
public enum PromotionKind {
    /** Each unit costs a given price. */
    FIXED_PRICE,
    /** Of each set of units, some are free or cost less. */
    BUY_X_GET_Y,
    /** Units of one SKU are free. */
    GIFT,
    /** A percentage or an amount that depends on the subtotal or on the number of units. */
    TIERS,
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
