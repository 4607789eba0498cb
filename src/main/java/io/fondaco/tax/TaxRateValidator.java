package io.fondaco.tax;

import io.fondaco.platform.postal.Countries;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.postal.PostalCodePatterns;
import io.fondaco.platform.postal.Regions;
import io.fondaco.platform.sql.Timestamps;
import io.fondaco.platform.web.Violation;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules of a single tax rate, for requests and files. */
final class TaxRateValidator {
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,9}(\\.[0-9]{1,18})?");
    private static final Pattern PRINTABLE = Pattern.compile(PostalAddress.PRINTABLE);
    private static final int MAX_DECIMALS = 6;

    /** The codes of the categories that exist. */
    private final Set<String> categories;

    TaxRateValidator(Set<String> categories) {
        this.categories = categories;
    }

    /**
     * The rate in its normal form.
     *
     * @param violations what is wrong is added here; if something is, the result has no meaning
     */
    TaxRateDraft normalize(TaxRateDraft draft, List<Violation> violations) {
        return new TaxRateDraft(
                normalizeName(draft.name(), violations),
                draft.country(),
                normalizePlace(draft.country(), draft.region(), violations),
                normalizePostalCodes(draft.postalCodes(), violations),
                normalizeCategory(draft.category(), violations),
                normalizeRate(draft.rate(), violations),
                Boolean.TRUE.equals(draft.compound()),
                Timestamps.toDatabasePrecision(draft.validFrom()),
                normalizeEnd(draft.validFrom(), draft.validUntil(), violations));
    }

    private static String normalizeName(String name, List<Violation> violations) {
        String stripped = name.strip();
        if (stripped.isEmpty()) {
            violations.add(new Violation("/name", "required", "A tax rate needs a name."));
        } else if (stripped.length() > TaxRateDraft.MAX_NAME) {
            violations.add(new Violation(
                    "/name",
                    "invalid_length",
                    "The name of a tax has at most %d characters.".formatted(TaxRateDraft.MAX_NAME)));
        } else if (!PRINTABLE.matcher(stripped).matches()) {
            violations.add(new Violation("/name", "invalid_format", "The name " + PostalAddress.NOT_PRINTABLE + "."));
        }
        return stripped;
    }

    private static @Nullable String normalizePlace(
            String country, @Nullable String region, List<Violation> violations) {
        if (!Countries.isKnown(country)) {
            violations.add(unknownCountry("/country", country));
            return null;
        }
        if (region == null || region.isBlank()) {
            return null;
        }
        String normalized = Regions.normalize(country, region);
        if (!Regions.isKnown(country, normalized)) {
            violations.add(unknownRegion("/region", country, region));
        }
        return normalized;
    }

    private static List<String> normalizePostalCodes(@Nullable List<String> patterns, List<Violation> violations) {
        if (patterns == null) {
            return List.of();
        }
        if (patterns.size() > TaxRateDraft.MAX_POSTAL_CODES) {
            violations.add(new Violation(
                    "/postal_codes",
                    "invalid_length",
                    "A rate has at most %d postal code patterns; use prefixes, ranges or several rates."
                            .formatted(TaxRateDraft.MAX_POSTAL_CODES)));
            return List.of();
        }
        Set<String> normalized = new LinkedHashSet<>();
        for (int index = 0; index < patterns.size(); index++) {
            try {
                normalized.add(PostalCodePatterns.parse(patterns.get(index)));
            } catch (IllegalArgumentException e) {
                violations.add(new Violation(
                        "/postal_codes/" + index, "invalid_postal_code_pattern", String.valueOf(e.getMessage())));
            }
        }
        return List.copyOf(normalized);
    }

    private String normalizeCategory(@Nullable String category, List<Violation> violations) {
        String code = category == null || category.isBlank() ? Taxes.STANDARD_CATEGORY : category;
        if (!categories.contains(code)) {
            violations.add(unknownCategory("/category", code));
        } else if (code.equals(Taxes.EXEMPT_CATEGORY)) {
            violations.add(new Violation(
                    "/category",
                    "exempt_category",
                    "The category exempt is never taxed; use zero, or another category with the rate 0."));
        }
        return code;
    }

    private static String normalizeRate(String text, List<Violation> violations) {
        if (!DECIMAL.matcher(text).matches()) {
            violations.add(new Violation(
                    "/rate", "invalid_format", "'%s' is not a decimal.".formatted(Violation.abbreviate(text))));
            return text;
        }
        BigDecimal rate = new BigDecimal(text);
        if (rate.signum() < 0 || rate.compareTo(BigDecimal.ONE) > 0) {
            violations.add(new Violation(
                    "/rate",
                    "out_of_range",
                    "A rate is a fraction from 0 to 1: 19 %% is 0.19, not %s.".formatted(text)));
        } else if (rate.stripTrailingZeros().scale() > MAX_DECIMALS) {
            violations.add(new Violation(
                    "/rate", "too_many_decimals", "A rate has at most %d decimals.".formatted(MAX_DECIMALS)));
        }
        return plain(rate);
    }

    /** A decimal without trailing zeros and without an exponent. */
    static String plain(BigDecimal rate) {
        return rate.signum() == 0 ? "0" : rate.stripTrailingZeros().toPlainString();
    }

    private static @Nullable Instant normalizeEnd(
            @Nullable Instant from, @Nullable Instant until, List<Violation> violations) {
        Instant start = Timestamps.toDatabasePrecision(from);
        Instant end = Timestamps.toDatabasePrecision(until);
        if (start != null && end != null && !start.isBefore(end)) {
            violations.add(new Violation("/valid_until", "ends_before_start", "valid_until must be after valid_from."));
        }
        return end;
    }

    static Violation unknownCountry(String pointer, String country) {
        return new Violation(
                pointer,
                "unknown_country",
                "'%s' is not an ISO 3166-1 alpha-2 country code.".formatted(Violation.abbreviate(country)));
    }

    static Violation unknownRegion(String pointer, String country, String region) {
        return new Violation(
                pointer,
                "unknown_region",
                "'%s' is not the ISO 3166-2 code of a region of %s.".formatted(Violation.abbreviate(region), country));
    }

    static Violation unknownCategory(String pointer, String category) {
        return new Violation(
                pointer,
                "unknown_category",
                "There is no tax category '%s'.".formatted(Violation.abbreviate(category)));
    }
}
