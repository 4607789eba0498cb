package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.access.Scopes;
import io.fondaco.productfiles.FileFormat;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Locale;

/** The content of a file. */
enum FileKind {
    PRODUCTS(Scopes.CATALOG_READ, Scopes.CATALOG_WRITE),
    STOCK(Scopes.STOCK_READ, Scopes.STOCK_WRITE),
    PRICES(Scopes.PRICES_READ, Scopes.PRICES_WRITE),
    TAX_RATES(Scopes.TAXES_READ, Scopes.TAXES_WRITE);

    private final String readScope;
    private final String writeScope;

    FileKind(String readScope, String writeScope) {
        this.readScope = readScope;
        this.writeScope = writeScope;
    }

    /** The scope that an export needs. */
    String readScope() {
        return readScope;
    }

    /** The scope that an import needs. */
    String writeScope() {
        return writeScope;
    }

    /** Whether the caller may see imports of this kind. */
    boolean isVisibleTo(SecurityContext caller) {
        return caller.isUserInRole(readScope) || caller.isUserInRole(writeScope);
    }

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
}
