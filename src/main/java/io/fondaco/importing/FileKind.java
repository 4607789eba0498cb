package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a file is about. */
enum FileKind {
    PRODUCTS,
    STOCK;

    /** Whether there are prices in such a file that do not name their currency. */
    boolean hasCurrency(FileFormat format) {
        return this == PRODUCTS && format == FileFormat.SHOPIFY;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
