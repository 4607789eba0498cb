package io.fondaco.invoice;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The kind of a document; it decides from which series the number is taken. */
public enum InvoiceKind {
    /** Of an order. */
    INVOICE("invoice"),
    /** Of a refund; it corrects the invoice of the order. */
    CREDIT_NOTE("credit-note");

    private final String series;

    InvoiceKind(String series) {
        this.series = series;
    }

    /** The code of the series of its numbers. */
    String series() {
        return series;
    }

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static InvoiceKind ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
