package io.fondaco.tax;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why a customer owes no tax to the seller. */
public enum TaxExemption {
    /** The business customer in another member state of the European Union owes the tax, not the seller. */
    REVERSE_CHARGE;

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static TaxExemption ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
