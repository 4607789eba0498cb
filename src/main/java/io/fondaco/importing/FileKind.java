package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.access.Scopes;
import io.fondaco.productfiles.FileFormat;
import java.util.Locale;

/** The content of a file. */
enum FileKind {
    PRODUCTS,
    STOCK,
    TAX_RATES;

    /** Whether such a file has prices in columns that do not name their currency. */
    boolean hasCurrency(FileFormat format) {
        return this == PRODUCTS && format == FileFormat.SHOPIFY;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind with this {@link #toString}. */
    static FileKind ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** The scope that an export of this kind needs; it also allows to see the imports. */
    String readScope() {
        return switch (this) {
            case PRODUCTS -> Scopes.CATALOG_READ;
            case STOCK -> Scopes.STOCK_READ;
            case TAX_RATES -> Scopes.TAXES_READ;
        };
    }

    /** The scope that an import of this kind needs. */
    String writeScope() {
        return switch (this) {
            case PRODUCTS -> Scopes.CATALOG_WRITE;
            case STOCK -> Scopes.STOCK_WRITE;
            case TAX_RATES -> Scopes.TAXES_WRITE;
        };
    }
}
