package io.fondaco.shipping;

import io.fondaco.platform.postal.PostalAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All zones, methods and profiles of the shop, as a pod keeps them. Immutable.
 *
 * @param zones the more specific ones first: postal codes, regions, countries, everywhere; otherwise the older ones
 * @param profiles by code
 */
record ShippingRules(List<ZoneRules> zones, Map<String, ProfileRules> profiles) {
    private static final ProfileRules NO_RESTRICTIONS = new ProfileRules(Set.of(), Set.of());
    private static final int COUNTRY_PREFIX_LENGTH = 3;

    ShippingRules {
        zones = List.copyOf(zones);
        profiles = Map.copyOf(profiles);
    }

    /** @param methods those that name their profile before those for all profiles; otherwise the older ones first */
    record ZoneRules(
            Set<String> countries,
            Set<String> regions,
            List<PostalCodePattern> postalCodes,
            List<ShippingMethod> methods) {
        ZoneRules {
            countries = Set.copyOf(countries);
            regions = Set.copyOf(regions);
            postalCodes = List.copyOf(postalCodes);
            methods = List.copyOf(methods);
        }

        private int specificity() {
            return !postalCodes.isEmpty() ? 3 : !regions.isEmpty() ? 2 : !countries.isEmpty() ? 1 : 0;
        }

        /** Whether the destination is in the zone; without a destination only if the zone is everywhere. */
        boolean contains(Optional<PostalAddress> destination) {
            return destination.map(this::contains).orElse(specificity() == 0);
        }

        private boolean contains(PostalAddress address) {
            return (countries.isEmpty() || countries.contains(address.country()))
                    && (regions.isEmpty() || containsRegion(address))
                    && (postalCodes.isEmpty() || containsPostalCode(address));
        }

        /** The region of an address is free text; some clients send ISO 3166-2 codes. */
        private boolean containsRegion(PostalAddress address) {
            if (address.region() == null) {
                return false;
            }
            String region = normalizeRegion(address.region());
            String prefix = address.country() + "-";
            String local = region.startsWith(prefix) ? region.substring(COUNTRY_PREFIX_LENGTH) : region;
            return regions.contains(local) || regions.contains(prefix + local);
        }

        private boolean containsPostalCode(PostalAddress address) {
            String code = PostalCodePattern.normalize(address.postalCode());
            return postalCodes.stream().anyMatch(pattern -> pattern.matches(code));
        }
    }

    /** What the products of a profile are excluded from. */
    record ProfileRules(Set<String> excludedCountries, Set<String> excludedMethods) {
        ProfileRules {
            excludedCountries = Set.copyOf(excludedCountries);
            excludedMethods = Set.copyOf(excludedMethods);
        }
    }

    static ShippingRules of(List<ShippingZone> zones, List<ShippingMethod> methods, List<ShippingProfile> profiles) {
        Map<UUID, List<ShippingMethod>> byZone = methods.stream()
                .sorted(Comparator.comparing((ShippingMethod method) -> method.profile() == null)
                        .thenComparing(method -> method.currency() == null)
                        .thenComparing(method -> method.id().value()))
                .collect(Collectors.groupingBy(method -> method.zoneId().value()));
        return new ShippingRules(
                zones.stream()
                        .sorted(Comparator.comparing(zone -> zone.id().value()))
                        .map(zone -> toRules(zone, byZone.getOrDefault(zone.id().value(), List.of())))
                        .sorted(Comparator.comparing(ZoneRules::specificity).reversed())
                        .toList(),
                profiles.stream().collect(Collectors.toMap(ShippingProfile::code, ShippingRules::toRules)));
    }

    private static ZoneRules toRules(ShippingZone zone, List<ShippingMethod> methods) {
        return new ZoneRules(
                Set.copyOf(zone.countries()),
                zone.regions().stream().map(ShippingRules::normalizeRegion).collect(Collectors.toSet()),
                zone.postalCodes().stream()
                        .flatMap(pattern -> PostalCodePattern.parse(pattern).stream())
                        .toList(),
                methods);
    }

    private static ProfileRules toRules(ShippingProfile profile) {
        return new ProfileRules(Set.copyOf(profile.excludedCountries()), Set.copyOf(profile.excludedMethods()));
    }

    static String normalizeRegion(String region) {
        return region.strip().toUpperCase(Locale.ROOT);
    }

    /** The code of a product's profile; {@link Shipping#DEFAULT_PROFILE} if it does not exist. */
    String effectiveProfile(String code) {
        return profiles.containsKey(code) ? code : Shipping.DEFAULT_PROFILE;
    }

    /** The restrictions of an {@link #effectiveProfile}. */
    ProfileRules profile(String code) {
        return Optional.ofNullable(profiles.get(code)).orElse(NO_RESTRICTIONS);
    }

    /**
     * The methods for a parcel, one for each code: of the most specific zone that has the code, the method that names
     * the profile before one for all profiles, and one that names the currency before one for all currencies.
     *
     * @param profile an {@link #effectiveProfile}
     */
    List<ShippingMethod> methodsFor(Optional<PostalAddress> destination, String profile, String currency) {
        Predicate<ShippingMethod> matches =
                method -> (method.currency() == null || method.currency().equals(currency))
                        && (method.profile() == null || method.profile().equals(profile))
                        && (!method.needsAddress() || destination.isPresent());
        return List.copyOf(zones.stream()
                .filter(zone -> zone.contains(destination))
                .flatMap(zone -> zone.methods().stream())
                .filter(matches)
                .collect(Collectors.toMap(ShippingMethod::code, Function.identity(), (first, _) -> first))
                .values());
    }
}
