package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.productfiles.FileFormat;
import java.util.Locale;

/** The content of a file. */
enum FileKind {
    PRODUCTS,
    STOCK;

    /** Whether such a file has prices in columns that do not name their currency. */
    boolean hasCurrency(FileFormat format) {
        return this == PRODUCTS && format == FileFormat.SHOPIFY;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
