package io.fondaco.tax;

import io.fondaco.platform.postal.PostalCodePatterns;
import io.fondaco.tax.Taxes.TaxPlace;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The territory of the VAT law of the European Union, Directive 2006/112/EC, as far as reverse charge depends on it.
 * Accessions before 2021 are not modelled: the members of today count as members at any time.
 */
final class EuVatArea {
    /** Source: Article 52 of the Treaty on European Union; 27 members since the United Kingdom left. */
    private static final Set<String> MEMBERS = Set.of(
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
            "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK");

    private static final String UNITED_KINGDOM = "GB";

    /**
     * The transition period of the United Kingdom ended on 31 December 2020 at midnight in Brussels (Article 126 of the
     * Withdrawal Agreement). Since then the law applies to goods in Northern Ireland (Protocol, Article 8).
     */
    private static final Instant UNITED_KINGDOM_LEFT = Instant.parse("2020-12-31T23:00:00Z");

    private static final PostalCodePatterns NORTHERN_IRELAND = PostalCodePatterns.of(List.of("BT*"));

    /**
     * Parts of members outside of the territory. Source: Article 6 of the directive: Büsingen and Heligoland; the
     * Canary Islands, Ceuta and Melilla; Åland; the overseas territories of France; Mount Athos; Livigno and Campione.
     */
    private static final Map<String, PostalCodePatterns> EXCLUDED = Map.of(
            "DE", PostalCodePatterns.of(List.of("78266", "27498")),
            "ES", PostalCodePatterns.of(List.of("35*", "38*", "51*", "52*")),
            "FI", PostalCodePatterns.of(List.of("22*")),
            "FR", PostalCodePatterns.of(List.of("97*", "98*")),
            "GR", PostalCodePatterns.of(List.of("63086", "63087")),
            "IT", PostalCodePatterns.of(List.of("23041", "22061")));

    private EuVatArea() {}

    /**
     * The member state that the place belongs to, {@code XI} for Northern Ireland; empty if it is not in the territory.
     */
    static Optional<String> memberStateOf(TaxPlace place, Instant at) {
        String postalCode = PostalCodePatterns.normalizeCode(place.country(), place.postalCode());
        if (place.country().equals(UNITED_KINGDOM) && !at.isBefore(UNITED_KINGDOM_LEFT)) {
            return NORTHERN_IRELAND.matches(postalCode) ? Optional.of(TaxId.NORTHERN_IRELAND) : Optional.empty();
        }
        PostalCodePatterns excluded = EXCLUDED.get(place.country());
        return isMember(place.country(), at) && (excluded == null || !excluded.matches(postalCode))
                ? Optional.of(place.country())
                : Optional.empty();
    }

    /** @param country ISO 3166-1 alpha-2, or {@code XI} for Northern Ireland */
    static boolean isMember(String country, Instant at) {
        return switch (country) {
            case UNITED_KINGDOM -> at.isBefore(UNITED_KINGDOM_LEFT);
            case TaxId.NORTHERN_IRELAND -> !at.isBefore(UNITED_KINGDOM_LEFT);
            default -> MEMBERS.contains(country);
        };
    }
}
