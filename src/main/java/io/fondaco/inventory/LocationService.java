package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.Inventory.ResolvedLocation;
import io.fondaco.inventory.Location.LocationName;
import io.fondaco.inventory.Location.LocationRow;
import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Creates and changes locations, finds them by the code or the name that a client or a file writes, and notifies the
 * catalog when one starts or stops selling.
 */
@ApplicationScoped
class LocationService {
    private static final String UNKNOWN_LOCATION = "unknown_location";
    private static final int DEFAULT_PRIORITY = 100;
    private static final int MAX_CODE_LENGTH = 100;
    private static final int AVAILABILITY_BATCH = 500;

    private final LocationRepository locations;
    private final StockStatements statements;
    private final Catalog catalog;

    LocationService(LocationRepository locations, StockStatements statements, Catalog catalog) {
        this.locations = locations;
        this.statements = statements;
        this.catalog = catalog;
    }

    /** The fields of a new location. */
    @Schema(name = "NewStockLocation")
    record NewLocation(
            @Schema(description = "Identifies the location and never changes.", examples = "leeds")
            @NotNull
            @Pattern(regexp = StockKey.LOCATION_CODE)
            String code,

            @Size(min = 1, max = 200) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String name,

            @CountryCode @Nullable String country,

            @Schema(description = "Locations with a lower number are used first; absent: 100.")
            @Min(0)
            @Max(10_000)
            @Nullable
            Integer priority,

            @Schema(description = "Whether its stock can be sold; absent: yes.") @Nullable
            Boolean active,

            @Schema(description = "Whether it ships online orders; absent: yes.") @Nullable
            Boolean shipsOnline) {

        private NewLocation withDefaults() {
            return new NewLocation(
                    code,
                    Objects.requireNonNullElse(name, code),
                    country,
                    Objects.requireNonNullElse(priority, DEFAULT_PRIORITY),
                    Objects.requireNonNullElse(active, true),
                    Objects.requireNonNullElse(shipsOnline, true));
        }
    }

    /** The fields to change; absent ones stay as they are. */
    @Schema(name = "StockLocationChange")
    record LocationPatch(
            @Size(min = 1, max = 200) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String name,

            @CountryCode @Nullable String country,
            @Min(0) @Max(10_000) @Nullable Integer priority,
            @Nullable Boolean active,
            @Nullable Boolean shipsOnline) {}

    private record ChangedLocation(LocationRow before, LocationRow after) {}

    /** The next locations in the order of their codes. */
    List<LocationRow> listAfter(String code, int limit) {
        return locations.listAfter(code, limit);
    }

    /** @throws ApiException 404 if there is none */
    LocationRow get(String code) {
        return locations.findByCode(code).orElseThrow(() -> notFound(code));
    }

    /** @throws ApiException 409 {@code location_exists} if there is one with this code, regardless of case */
    @Transactional
    LocationRow create(NewLocation location) {
        if (!statements.insertLocation(location.withDefaults())) {
            throw ApiException.conflict(
                    "location_exists", "The location '%s' already exists.".formatted(location.code()));
        }
        return get(location.code());
    }

    /**
     * Changes a location, in a transaction of its own. If it starts or stops selling, the availability of its SKUs is
     * published afterwards.
     *
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    LocationRow change(String code, @Nullable String ifMatch, LocationPatch patch) {
        ChangedLocation changed = QuarkusTransaction.requiringNew().call(() -> {
            LocationRow before = locations.lock(code).orElseThrow(() -> notFound(code));
            IfMatch.require(ifMatch, before.version());
            locations.update(before.patched(patch));
            return new ChangedLocation(before, get(code));
        });
        if (changed.before().sells() != changed.after().sells()) {
            publishAvailability(code);
        }
        return changed.after();
    }

    private static ApiException notFound(String code) {
        return ApiException.notFound("stock location", code);
    }

    /**
     * Publishes an availability change for every SKU with free units at the location, batch by batch, each batch in a
     * separate transaction. If the pod dies in between, cached responses are stale for at most {@code
     * fondaco.cache.time-to-live}; checkouts do not read them.
     */
    private void publishAvailability(String location) {
        String after = "";
        List<String> skus;
        do {
            String last = after;
            skus = QuarkusTransaction.requiringNew().call(() -> {
                List<String> batch = statements.listFreeSkusAfter(location, last, AVAILABILITY_BATCH);
                catalog.availabilityChanged(batch);
                return batch;
            });
            after = skus.isEmpty() ? after : skus.getLast();
        } while (skus.size() == AVAILABILITY_BATCH);
    }

    /** See {@link Inventory#createLocations}. */
    void createAll(Map<String, String> names) {
        if (!names.isEmpty()) {
            statements.insertLocations(names);
        }
    }

    /**
     * The code of the location that a text stands for.
     *
     * @param create whether a code that no location has is accepted
     * @throws ApiException 422 {@code unknown_location}, {@code invalid_location}
     */
    String require(String text, boolean create) {
        ResolvedLocation resolved =
                Objects.requireNonNull(resolve(List.of(text), create).get(text));
        return resolved.code()
                .orElseThrow(() -> ApiException.invalid("/location", resolved.errorCode(), resolved.detail()));
    }

    /** See {@link Inventory#resolveLocations}. */
    Map<String, ResolvedLocation> resolve(Collection<String> texts, boolean create) {
        Map<String, ResolvedLocation> found = new HashMap<>();
        Set<String> readable = new HashSet<>();
        for (String text : texts) {
            if (UnicodeText.hasNul(text) || UnicodeText.hasLoneSurrogate(text)) {
                found.put(
                        text,
                        ResolvedLocation.rejected(
                                "invalid_location",
                                "A location code must not contain NUL characters or lone surrogates."));
            } else {
                readable.add(text);
            }
        }
        Set<String> matchingCodes =
                readable.isEmpty() ? Set.of() : new HashSet<>(statements.findMatchingLocationCodes(readable));
        for (String text : readable) {
            found.put(text, resolveOne(text, matchingCodes, create));
        }
        return found;
    }

    /** An existing location is found even if its code is not valid now: some codes are older than the rules. */
    private static ResolvedLocation resolveOne(String text, Set<String> matchingCodes, boolean create) {
        String code = text.strip();
        if (code.isEmpty()) {
            return ResolvedLocation.of(StockKey.DEFAULT_LOCATION);
        }
        if (matchingCodes.contains(text)) {
            return ResolvedLocation.of(text);
        }
        if (matchingCodes.contains(code)) {
            return ResolvedLocation.of(code);
        }
        String abbreviated = Violation.abbreviate(code);
        if (!code.matches(StockKey.LOCATION_CODE)) {
            return ResolvedLocation.rejected(
                    "invalid_location",
                    "'%s' is not a valid location code: use letters, digits, '.', '_' and '-', at most 100 characters."
                            .formatted(abbreviated));
        }
        for (String other : matchingCodes) {
            if (other.equalsIgnoreCase(code)) {
                return ResolvedLocation.rejected(
                        UNKNOWN_LOCATION,
                        "There is no location '%s'. Did you mean '%s'?".formatted(abbreviated, other));
            }
        }
        return create
                ? ResolvedLocation.of(code)
                : ResolvedLocation.rejected(
                        UNKNOWN_LOCATION,
                        "There is no location '%s'. Create it first, or set create_location (create_locations)."
                                .formatted(abbreviated));
    }

    /** See {@link Inventory#resolveLocationsByName}. */
    Map<String, ResolvedLocation> resolveByName(Collection<String> texts, boolean create) {
        List<LocationName> known = locations.listNames();
        Map<String, ResolvedLocation> found = new HashMap<>();
        Map<String, String> newCodes = new HashMap<>();
        for (String text : texts) {
            ResolvedLocation resolved = resolveOneByName(text, known);
            if (create && resolved.errorCode().equals(UNKNOWN_LOCATION)) {
                String code = toLocationCode(text);
                resolved = ResolvedLocation.of(newCodes.computeIfAbsent(code.toLowerCase(Locale.ROOT), _ -> code));
            }
            found.put(text, resolved);
        }
        return found;
    }

    private static ResolvedLocation resolveOneByName(String text, List<LocationName> known) {
        String name = text.strip();
        if (name.isEmpty()) {
            return ResolvedLocation.of(StockKey.DEFAULT_LOCATION);
        }
        if (known.stream().anyMatch(locationName -> locationName.code().equals(name))) {
            return ResolvedLocation.of(name);
        }
        String code = toLocationCode(name);
        List<Predicate<LocationName>> rules = List.of(
                locationName -> locationName.code().equalsIgnoreCase(name),
                locationName -> locationName.name().strip().equalsIgnoreCase(name),
                locationName -> locationName.code().equalsIgnoreCase(code));
        String abbreviated = Violation.abbreviate(name);
        for (Predicate<LocationName> rule : rules) {
            List<LocationName> matches = known.stream().filter(rule).toList();
            if (matches.size() == 1) {
                return ResolvedLocation.of(matches.getFirst().code());
            }
            if (matches.size() > 1) {
                return ResolvedLocation.rejected(
                        "ambiguous_location",
                        "'%s' matches the locations '%s' and '%s'; use the code of one of them."
                                .formatted(
                                        abbreviated,
                                        matches.get(0).code(),
                                        matches.get(1).code()));
            }
        }
        if (UnicodeText.hasNul(text) || UnicodeText.hasLoneSurrogate(text) || !code.matches(StockKey.LOCATION_CODE)) {
            return ResolvedLocation.rejected(
                    "invalid_location", "'%s' is not a valid location name.".formatted(abbreviated));
        }
        return ResolvedLocation.rejected(
                UNKNOWN_LOCATION,
                "No location has the code or the name '%s'. Create it first, or set create_locations."
                        .formatted(abbreviated));
    }

    /** The code that is derived from a location name; empty if the name has no letter or digit that a code can have. */
    private static String toLocationCode(String name) {
        String code = name.replaceAll("[^A-Za-z0-9_.-]+", "-").replaceAll("^[^A-Za-z0-9]+|-+$", "");
        return code.length() <= MAX_CODE_LENGTH ? code : code.substring(0, MAX_CODE_LENGTH);
    }

    /** See {@link Inventory#locationNamesForExport}. */
    Map<String, String> namesForExport(Collection<String> codes) {
        List<LocationName> known = locations.listNames();
        Map<String, String> names = new HashMap<>();
        known.stream()
                .filter(locationName -> codes.contains(locationName.code()))
                .forEach(locationName -> {
                    Optional<String> meant =
                            resolveOneByName(locationName.name(), known).code();
                    names.put(
                            locationName.code(),
                            meant.equals(Optional.of(locationName.code())) ? locationName.name() : locationName.code());
                });
        return names;
    }
}
