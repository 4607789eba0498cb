package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a file says it. */
enum FileFormat {
    /** The product CSV that shops exchange. */
    SHOPIFY,
    /** Our own: everything there is, exactly. */
    FONDACO;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
