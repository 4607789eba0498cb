package io.fondaco.productfiles;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The CSV layout of a file. */
public enum FileFormat {
    /** The CSV layout that shops exchange. */
    SHOPIFY,
    /** The project's own layout; it loses nothing. */
    FONDACO;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
