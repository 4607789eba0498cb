package io.fondaco.platform.postal;

import java.util.Locale;
import java.util.Set;

/** The countries of ISO 3166-1, by the JDK's list. */
public final class Countries {
    private static final Set<String> CODES = Set.of(Locale.getISOCountries());

    private Countries() {}

    /** Whether this is an assigned alpha-2 code, in capitals. */
    public static boolean isKnown(String code) {
        return CODES.contains(code);
    }
}
