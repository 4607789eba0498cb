package io.fondaco.tax;

import java.util.Locale;

/** Tax ids of businesses, such as VAT identification numbers of the European Union. */
public final class TaxId {
    /** The longest id that is accepted, in characters. */
    public static final int MAX_LENGTH = 20;

    private TaxId() {}

    /** In capitals, without spaces, dots and dashes: {@code "DE123456789"} for {@code "de 123.456.789"}. */
    public static String normalize(String id) {
        return id.replaceAll("[\\s.\\-]", "").toUpperCase(Locale.ROOT);
    }
}
