package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.Inventory.ResolvedLocation;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.hibernate.Session;

/**
 * Finds locations by the code or the name that a client or a file writes, creates them, and notifies the catalog when
 * one starts or stops selling.
 */
@ApplicationScoped
class Locations {
    private static final String UNKNOWN_LOCATION = "unknown_location";
    private static final int MAX_CODE_LENGTH = 100;
    private static final int AVAILABILITY_BATCH = 500;

    private final EntityManager entities;
    private final Catalog catalog;

    Locations(EntityManager entities, Catalog catalog) {
        this.entities = entities;
        this.catalog = catalog;
    }

    /**
     * Publishes an availability change for every SKU with free units at the location, batch by batch, each batch in a
     * separate transaction. If the pod dies in between, cached responses are stale for at most {@code
     * fondaco.cache.time-to-live}; checkouts do not read them.
     */
    void publishAvailability(String location) {
        String after = "";
        List<String> skus;
        do {
            String last = after;
            skus = QuarkusTransaction.requiringNew().call(() -> {
                @SuppressWarnings("unchecked")
                List<String> batch = entities.createNativeQuery("""
                                SELECT sku FROM inventory.stock_level
                                 WHERE location = :location AND sku > :after AND on_hand > reserved
                                 ORDER BY sku LIMIT :batch
                                """)
                        .setParameter("location", location)
                        .setParameter("after", last)
                        .setParameter("batch", AVAILABILITY_BATCH)
                        .getResultList();
                catalog.availabilityChanged(batch);
                return batch;
            });
            after = skus.isEmpty() ? after : skus.getLast();
        } while (skus.size() == AVAILABILITY_BATCH);
    }

    /** See {@link Inventory#createLocations}. */
    void create(Map<String, String> names) {
        if (names.isEmpty()) {
            return;
        }
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO inventory.location (code, name)
                    SELECT w.code, w.name FROM unnest(?::text[], ?::text[]) AS w (code, name)
                     WHERE NOT EXISTS (SELECT FROM inventory.location l WHERE lower(l.code) = lower(w.code))
                     ORDER BY w.code
                    ON CONFLICT (code) DO NOTHING
                    """)) {
                insert.setArray(1, SqlArrays.ofColumn(connection, "text", names.keySet(), code -> code));
                insert.setArray(2, SqlArrays.ofColumn(connection, "text", names.values(), name -> name));
                insert.executeUpdate();
            }
        });
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
        Set<String> matchingCodes = findMatchingCodes(readable);
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
        List<LocationName> locations = loadLocationNames();
        Map<String, ResolvedLocation> found = new HashMap<>();
        Map<String, String> newCodes = new HashMap<>();
        for (String text : texts) {
            ResolvedLocation resolved = resolveOneByName(text, locations);
            if (create && resolved.errorCode().equals(UNKNOWN_LOCATION)) {
                String code = toLocationCode(text);
                resolved = ResolvedLocation.of(newCodes.computeIfAbsent(code.toLowerCase(Locale.ROOT), _ -> code));
            }
            found.put(text, resolved);
        }
        return found;
    }

    private static ResolvedLocation resolveOneByName(String text, List<LocationName> locations) {
        String name = text.strip();
        if (name.isEmpty()) {
            return ResolvedLocation.of(StockKey.DEFAULT_LOCATION);
        }
        if (locations.stream().anyMatch(locationName -> locationName.code().equals(name))) {
            return ResolvedLocation.of(name);
        }
        String code = toLocationCode(name);
        List<Predicate<LocationName>> rules = List.of(
                locationName -> locationName.code().equalsIgnoreCase(name),
                locationName -> locationName.name().strip().equalsIgnoreCase(name),
                locationName -> locationName.code().equalsIgnoreCase(code));
        String abbreviated = Violation.abbreviate(name);
        for (Predicate<LocationName> rule : rules) {
            List<LocationName> matches = locations.stream().filter(rule).toList();
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
        List<LocationName> locations = loadLocationNames();
        Map<String, String> names = new HashMap<>();
        locations.stream()
                .filter(locationName -> codes.contains(locationName.code()))
                .forEach(locationName -> {
                    Optional<String> meant =
                            resolveOneByName(locationName.name(), locations).code();
                    names.put(
                            locationName.code(),
                            meant.equals(Optional.of(locationName.code())) ? locationName.name() : locationName.code());
                });
        return names;
    }

    private record LocationName(String code, String name) {}

    private List<LocationName> loadLocationNames() {
        return session().doReturningWork(connection -> {
            List<LocationName> locations = new ArrayList<>();
            try (PreparedStatement select =
                            connection.prepareStatement("SELECT code, name FROM inventory.location ORDER BY code");
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    locations.add(new LocationName(rows.getString("code"), rows.getString("name")));
                }
            }
            return locations;
        });
    }

    /** The codes of locations that equal one of these texts or differ from it only in case or outer white space. */
    private Set<String> findMatchingCodes(Collection<String> texts) {
        if (texts.isEmpty()) {
            return Set.of();
        }
        return session().doReturningWork(connection -> {
            Set<String> matchingCodes = new HashSet<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT code FROM inventory.location WHERE code = ANY (?) OR lower(code) = ANY (?)")) {
                select.setArray(1, connection.createArrayOf("text", texts.toArray()));
                select.setArray(2, SqlArrays.ofColumn(connection, "text", texts, text -> text.strip()
                        .toLowerCase(Locale.ROOT)));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        matchingCodes.add(rows.getString(1));
                    }
                }
            }
            return matchingCodes;
        });
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
