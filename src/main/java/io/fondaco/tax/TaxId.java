package io.fondaco.tax;

import java.util.Locale;
import java.util.regex.Pattern;

/** Tax ids of businesses, such as VAT identification numbers of the European Union. */
public final class TaxId {
    /** The longest id that is accepted, in characters. */
    public static final int MAX_LENGTH = 20;

    private static final Pattern PLAUSIBLE = Pattern.compile("[A-Z]{2}[A-Z0-9+*]{2,18}");

    private TaxId() {}

    /** In capitals, without spaces, dots and dashes: {@code "DE123456789"} for {@code "de 123.456.789"}. */
    public static String normalize(String id) {
        return id.replaceAll("[\\s.\\-]", "").toUpperCase(Locale.ROOT);
    }

    /** Whether a normalized id has the form of one: the code of a country and 2 to 18 more characters. */
    public static boolean isPlausible(String normalized) {
        return PLAUSIBLE.matcher(normalized).matches();
    }
}
