package io.fondaco.shipping;

import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.postal.PostalCodePatterns;
import io.fondaco.platform.postal.Regions;
import java.util.Comparator;
import java.util.List;
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

    ShippingRules {
        zones = List.copyOf(zones);
        profiles = Map.copyOf(profiles);
    }

    /**
     * @param regions by country, as {@link Regions#normalize} returns them; empty if the zone has no regions
     * @param methods those that name their profile before those for all profiles; otherwise the older ones first
     */
    record ZoneRules(
            Set<String> countries,
            Map<String, Set<String>> regions,
            PostalCodePatterns postalCodes,
            List<ShippingMethod> methods) {
        ZoneRules {
            countries = Set.copyOf(countries);
            regions = Map.copyOf(regions);
            methods = List.copyOf(methods);
        }

        private int specificity() {
            return !postalCodes.isEmpty() ? 3 : !regions.isEmpty() ? 2 : !countries.isEmpty() ? 1 : 0;
        }

        private boolean isEverywhere() {
            return specificity() == 0;
        }

        private boolean contains(Place place) {
            return (countries.isEmpty() || countries.contains(place.country()))
                    && (regions.isEmpty()
                            || regions.getOrDefault(place.country(), Set.of()).contains(place.region()))
                    && (postalCodes.isEmpty() || postalCodes.matches(place.postalCode()));
        }
    }

    /** A destination as zones compare it; the region is empty if the address has none. */
    private record Place(String country, String region, String postalCode) {
        static Place of(PostalAddress address) {
            return new Place(
                    address.country(),
                    address.region() == null ? "" : Regions.normalize(address.country(), address.region()),
                    PostalCodePatterns.normalizeCode(address.country(), address.postalCode()));
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
                regionsByCountry(zone),
                PostalCodePatterns.of(zone.postalCodes().stream()
                        .map(PostalCodePatterns::parse)
                        .toList()),
                methods);
    }

    private static Map<String, Set<String>> regionsByCountry(ShippingZone zone) {
        return zone.regions().isEmpty()
                ? Map.of()
                : zone.countries().stream()
                        .collect(Collectors.toMap(country -> country, country -> zone.regions().stream()
                                .map(region -> Regions.normalize(country, region))
                                .collect(Collectors.toSet())));
    }

    private static ProfileRules toRules(ShippingProfile profile) {
        return new ProfileRules(Set.copyOf(profile.excludedCountries()), Set.copyOf(profile.excludedMethods()));
    }

    /** The code of a product's profile; {@link Shipping#DEFAULT_PROFILE} if it does not exist. */
    String effectiveProfile(String code) {
        return profiles.containsKey(code) ? code : Shipping.DEFAULT_PROFILE;
    }

    /** The restrictions of an {@link #effectiveProfile}. */
    ProfileRules profile(String code) {
        return Optional.ofNullable(profiles.get(code)).orElse(NO_RESTRICTIONS);
    }

    /** The zones that a destination is in; without a destination only those that are everywhere. */
    List<ZoneRules> zonesOf(Optional<PostalAddress> destination) {
        Optional<Place> place = destination.map(Place::of);
        return zones.stream()
                .filter(zone -> place.map(zone::contains).orElseGet(zone::isEverywhere))
                .toList();
    }

    /**
     * The methods for a parcel, one for each code: of the most specific zone that has the code, the method that names
     * the profile before one for all profiles, and one that names the currency before one for all currencies.
     *
     * @param zones of the destination, as {@link #zonesOf} returns them
     * @param delivers whether there is a destination
     * @param profile an {@link #effectiveProfile}
     */
    static List<ShippingMethod> methodsFor(List<ZoneRules> zones, boolean delivers, String profile, String currency) {
        Predicate<ShippingMethod> matches =
                method -> (method.currency() == null || method.currency().equals(currency))
                        && (method.profile() == null || method.profile().equals(profile))
                        && (!method.needsAddress() || delivers);
        return List.copyOf(zones.stream()
                .flatMap(zone -> zone.methods().stream())
                .filter(matches)
                .collect(Collectors.toMap(ShippingMethod::code, Function.identity(), (first, _) -> first))
                .values());
    }
}
