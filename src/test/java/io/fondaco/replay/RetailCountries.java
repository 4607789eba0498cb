package io.fondaco.replay;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The names of countries in the data of the replay. */
final class RetailCountries {
    /** The shop is in the United Kingdom. */
    static final String SELLER = "GB";

    private static final Map<String, String> CODES = Map.ofEntries(
            Map.entry("Australia", "AU"),
            Map.entry("Austria", "AT"),
            Map.entry("Bahrain", "BH"),
            Map.entry("Belgium", "BE"),
            Map.entry("Brazil", "BR"),
            Map.entry("Canada", "CA"),
            Map.entry("Channel Islands", "JE"),
            Map.entry("Cyprus", "CY"),
            Map.entry("Czech Republic", "CZ"),
            Map.entry("Denmark", "DK"),
            Map.entry("EIRE", "IE"),
            Map.entry("Finland", "FI"),
            Map.entry("France", "FR"),
            Map.entry("Germany", "DE"),
            Map.entry("Greece", "GR"),
            Map.entry("Hong Kong", "HK"),
            Map.entry("Iceland", "IS"),
            Map.entry("Israel", "IL"),
            Map.entry("Italy", "IT"),
            Map.entry("Japan", "JP"),
            Map.entry("Lebanon", "LB"),
            Map.entry("Lithuania", "LT"),
            Map.entry("Malta", "MT"),
            Map.entry("Netherlands", "NL"),
            Map.entry("Norway", "NO"),
            Map.entry("Poland", "PL"),
            Map.entry("Portugal", "PT"),
            Map.entry("RSA", "ZA"),
            Map.entry("Saudi Arabia", "SA"),
            Map.entry("Singapore", "SG"),
            Map.entry("Spain", "ES"),
            Map.entry("Sweden", "SE"),
            Map.entry("Switzerland", "CH"),
            Map.entry("USA", "US"),
            Map.entry("United Arab Emirates", "AE"),
            Map.entry("United Kingdom", SELLER));

    private static final Set<String> UNKNOWN = Set.of("European Community", "Unspecified");

    private RetailCountries() {}

    /** The ISO 3166-1 alpha-2 code; empty if the name does not say which country it is. */
    static Optional<String> codeOf(String name) {
        String code = CODES.get(name.strip());
        if (code == null && !UNKNOWN.contains(name.strip())) {
            throw new IllegalArgumentException("Unknown country in the data: '" + name + "'");
        }
        return Optional.ofNullable(code);
    }
}
