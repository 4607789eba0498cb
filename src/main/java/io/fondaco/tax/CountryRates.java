package io.fondaco.tax;

import io.fondaco.platform.postal.PostalCodePatterns;
import io.fondaco.platform.postal.Regions;
import io.fondaco.tax.Taxes.TaxPlace;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All rates of a country, of any time. Immutable. Finding the rates of a place takes time for the rates that match and
 * those with ranges of postal codes, not for all.
 */
final class CountryRates {
    private static final String WHOLE_COUNTRY = "";

    /** Those without postal codes by region; those of the whole country by an empty text. */
    private final Map<String, List<Rule>> byRegion = new HashMap<>();

    private final Map<String, List<Rule>> byCode = new HashMap<>();
    private final Map<String, List<Rule>> byPrefix = new HashMap<>();
    private final List<Rule> withRanges = new ArrayList<>();

    CountryRates(Collection<TaxRate> rates) {
        for (TaxRate rate : rates) {
            Rule rule = Rule.of(rate);
            if (rule.postalCodes().isEmpty()) {
                add(rule, Set.of(Objects.requireNonNullElse(rule.region(), WHOLE_COUNTRY)), byRegion);
                continue;
            }
            add(rule, rule.postalCodes().codes(), byCode);
            add(rule, rule.postalCodes().prefixes(), byPrefix);
            if (rule.postalCodes().hasRanges()) {
                withRanges.add(rule);
            }
        }
    }

    private static void add(Rule rule, Set<String> keys, Map<String, List<Rule>> index) {
        keys.forEach(key -> index.computeIfAbsent(key, _ -> new ArrayList<>()).add(rule));
    }

    /** The rates that are valid at a place of this country at a moment, of all categories. */
    PlaceRates at(TaxPlace place, Instant moment) {
        Optional<String> region = place.region().map(name -> Regions.normalize(place.country(), name));
        String postalCode = PostalCodePatterns.normalizeCode(place.country(), place.postalCode());
        List<Rule> found = new ArrayList<>(byRegion.getOrDefault(WHOLE_COUNTRY, List.of()));
        region.filter(name -> !name.equals(WHOLE_COUNTRY))
                .ifPresent(name -> found.addAll(byRegion.getOrDefault(name, List.of())));
        found.addAll(byCode.getOrDefault(postalCode, List.of()));
        PostalCodePatterns.prefixesOf(postalCode)
                .forEach(prefix -> found.addAll(byPrefix.getOrDefault(prefix, List.of())));
        withRanges.stream()
                .filter(rule -> rule.postalCodes().matchesRange(postalCode))
                .forEach(found::add);
        return new PlaceRates(found.stream()
                .filter(rule -> rule.isValidAt(moment) && rule.matchesRegion(region))
                .toList());
    }

    /**
     * A rate, prepared for the search.
     *
     * @param nameKey the name, ignoring case
     */
    private record Rule(
            String nameKey,
            @Nullable String region,
            PostalCodePatterns postalCodes,
            String category,
            @Nullable Instant validFrom,
            @Nullable Instant validUntil,
            String id,
            AppliedRate rate) {

        /** The most specific rate first; the last two criteria only make the order unambiguous. */
        static final Comparator<Rule> MOST_SPECIFIC_FIRST = Comparator.comparing(
                        (Rule rule) -> rule.postalCodes().isEmpty())
                .thenComparing(rule -> rule.region() == null)
                .thenComparing(rule -> rule.category().equals(Taxes.STANDARD_CATEGORY))
                .thenComparing(Rule::validFrom, Comparator.nullsLast(Comparator.reverseOrder()))
                .thenComparing(Rule::id);

        static Rule of(TaxRate rate) {
            return new Rule(
                    rate.name().toLowerCase(Locale.ROOT),
                    rate.region(),
                    PostalCodePatterns.of(rate.postalCodes()),
                    rate.category(),
                    rate.validFrom(),
                    rate.validUntil(),
                    rate.id().toString(),
                    new AppliedRate(rate.name(), new BigDecimal(rate.rate()), rate.compound()));
        }

        boolean isValidAt(Instant moment) {
            return (validFrom == null || !moment.isBefore(validFrom))
                    && (validUntil == null || moment.isBefore(validUntil));
        }

        boolean matchesRegion(Optional<String> other) {
            return region == null || Objects.equals(region, other.orElse(null));
        }
    }

    /** The rates that are valid at one place and moment. */
    static final class PlaceRates {
        /** No tax. */
        static final PlaceRates NONE = new PlaceRates(List.of());

        private final List<Rule> rules;

        private PlaceRates(List<Rule> rules) {
            this.rules = rules;
        }

        /**
         * The rates of a tax category: of each name the most specific one. A category that has none of its own there
         * has those of {@link Taxes#STANDARD_CATEGORY}.
         */
        RateSet of(String category) {
            if (category.equals(Taxes.EXEMPT_CATEGORY)) {
                return RateSet.EMPTY;
            }
            Map<String, Rule> byName = new LinkedHashMap<>();
            rules.stream()
                    .filter(rule ->
                            rule.category().equals(category) || rule.category().equals(Taxes.STANDARD_CATEGORY))
                    .forEach(
                            rule -> byName.merge(rule.nameKey(), rule, BinaryOperator.minBy(Rule.MOST_SPECIFIC_FIRST)));
            return new RateSet(byName.values().stream().map(Rule::rate).toList());
        }
    }

    /**
     * A rate of a line.
     *
     * @param rate a fraction; equal rates are equal whatever their scale
     */
    record AppliedRate(String name, BigDecimal rate, boolean compound) {
        AppliedRate {
            rate = rate.signum() == 0 ? BigDecimal.ZERO : rate.stripTrailingZeros();
        }
    }

    /** The rates of a line in the order in which they are taken: those that are not compound first, then by name. */
    record RateSet(List<AppliedRate> rates) {
        /** Initialized before {@link #EMPTY}, which is sorted too. */
        private static final Comparator<AppliedRate> ORDER =
                Comparator.comparing(AppliedRate::compound).thenComparing(AppliedRate::name);

        static final RateSet EMPTY = new RateSet(List.of());

        RateSet {
            rates = rates.stream().sorted(ORDER).toList();
        }

        /** The part of each rate in an amount of 1, in their order; exact. */
        List<BigDecimal> shares() {
            List<BigDecimal> shares = new ArrayList<>();
            BigDecimal total = BigDecimal.ONE;
            for (AppliedRate rate : rates) {
                BigDecimal base = rate.compound() ? total : BigDecimal.ONE;
                BigDecimal share = base.multiply(rate.rate());
                shares.add(share);
                total = total.add(share);
            }
            return shares;
        }

        /** What an amount of 1 costs with all taxes; exact. */
        BigDecimal factor() {
            return shares().stream().reduce(BigDecimal.ONE, BigDecimal::add);
        }
    }
}
