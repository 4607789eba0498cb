package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a file is about. */
enum FileKind {
    PRODUCTS,
    STOCK;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
