package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.inventory.Inventory.ResolvedLocation;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
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

/** Queries of current stock levels, on the caller's route. One statement each. */
@ApplicationScoped
class StockLevelQueries {
    /** A stock level as it will be after its pending sales are posted (see {@link LedgerPoster}). */
    private static final String SELECT_WITH_PENDING_SALES = """
            SELECT s.sku, s.location, s.on_hand - u.units AS on_hand, s.reserved - u.units AS reserved, s.available, s.backordered
              FROM inventory.stock_level s CROSS JOIN LATERAL
                   (SELECT coalesce(sum(l.quantity), 0)::bigint AS units
                      FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                     WHERE r.ledger_pending AND l.sku = s.sku AND l.location = s.location) u
            """;

    private static final String UNKNOWN_LOCATION = "unknown_location";
    private static final int MAX_CODE_LENGTH = 100;

    private final EntityManager entities;

    StockLevelQueries(EntityManager entities) {
        this.entities = entities;
    }

    /** Units that can be sold from stock, less backordered ones; SKUs that were never counted are missing. */
    Map<String, Long> availableQuantities(Collection<String> skus) {
        Map<String, Long> available = new HashMap<>();
        availability(skus).forEach((sku, found) -> available.put(sku, found.inStock()));
        return available;
    }

    /** The same computation as in {@link Sourcing.SellableQuantity}, without locks. */
    Map<String, Availability> availability(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            Map<String, Availability> found = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT s.sku, p.policy = 'preorder' AS preorder, p.expected_on,
                           coalesce(sum(greatest(s.available, 0)) FILTER (WHERE l.active AND l.ships_online), 0) AS free,
                           sum(greatest(-s.available, 0)) AS shortfall, sum(s.backorder_limit) AS backorder_limit
                      FROM inventory.stock_level s
                      JOIN inventory.location l ON l.code = s.location
                      LEFT JOIN inventory.selling_policy p ON p.sku = s.sku
                     WHERE s.sku = ANY (ARRAY (SELECT unnest(?::text[]))) GROUP BY s.sku, p.sku
                    """)) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        long shortfall = rows.getLong("shortfall");
                        found.put(
                                rows.getString("sku"),
                                new Availability(
                                        Math.max(0, rows.getLong("free") - shortfall),
                                        Math.max(0, rows.getLong("backorder_limit") - shortfall),
                                        rows.getBoolean("preorder"),
                                        rows.getObject("expected_on", LocalDate.class)));
                    }
                }
            }
            return found;
        });
    }

    List<StockLevel> findBySkus(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    SELECT_WITH_PENDING_SALES + "WHERE s.sku = ANY (?) ORDER BY s.sku, s.location")) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                return readLevels(select);
            }
        });
    }

    /** The level of the key; empty if it was never counted. */
    Optional<StockLevel> find(StockKey key) {
        return findBySkus(List.of(key.sku())).stream()
                .filter(level -> level.location().equals(key.location()))
                .findFirst();
    }

    List<StockLevel> listAfter(StockKey after, int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement(SELECT_WITH_PENDING_SALES
                    + "WHERE (s.sku, s.location) > (?, ?) ORDER BY s.sku, s.location LIMIT ?")) {
                select.setString(1, after.sku());
                select.setString(2, after.location());
                select.setInt(3, limit);
                return readLevels(select);
            }
        });
    }

    /** See {@link Inventory#resolveLocations}. */
    Map<String, ResolvedLocation> resolveLocations(Collection<String> texts, boolean create) {
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
            found.put(text, resolveLocation(text, matchingCodes, create));
        }
        return found;
    }

    /** An existing location is found even if its code is not valid now: some codes are older than the rules. */
    private static ResolvedLocation resolveLocation(String text, Set<String> matchingCodes, boolean create) {
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
    Map<String, ResolvedLocation> resolveLocationsByName(Collection<String> texts, boolean create) {
        List<LocationName> locations = loadLocationNames();
        Map<String, ResolvedLocation> found = new HashMap<>();
        Map<String, String> newCodes = new HashMap<>();
        for (String text : texts) {
            ResolvedLocation resolved = resolveLocationByName(text, locations);
            if (create && resolved.errorCode().equals(UNKNOWN_LOCATION)) {
                String code = toLocationCode(text);
                resolved = ResolvedLocation.of(newCodes.computeIfAbsent(code.toLowerCase(Locale.ROOT), _ -> code));
            }
            found.put(text, resolved);
        }
        return found;
    }

    private static ResolvedLocation resolveLocationByName(String text, List<LocationName> locations) {
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
    Map<String, String> locationNamesForExport(Collection<String> codes) {
        List<LocationName> locations = loadLocationNames();
        Map<String, String> names = new HashMap<>();
        locations.stream()
                .filter(locationName -> codes.contains(locationName.code()))
                .forEach(locationName -> {
                    Optional<String> meant = resolveLocationByName(locationName.name(), locations)
                            .code();
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

    private static List<StockLevel> readLevels(PreparedStatement select) throws SQLException {
        List<StockLevel> levels = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                levels.add(mapRow(rows));
            }
        }
        return levels;
    }

    static StockLevel mapRow(ResultSet row) throws SQLException {
        return new StockLevel(
                row.getString("sku"),
                row.getString("location"),
                row.getLong("on_hand"),
                row.getLong("reserved"),
                row.getLong("available"),
                row.getLong("backordered"));
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
