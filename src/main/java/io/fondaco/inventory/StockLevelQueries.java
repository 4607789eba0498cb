package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.inventory.Inventory.ResolvedLocation;
import io.fondaco.platform.database.SqlArrays;
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

/** Stock as it stands: reads only, on the caller's route. One statement each. */
@ApplicationScoped
class StockLevelQueries {
    /** A level as it is once what is sold is posted (see {@link LedgerPoster}). */
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

    /** Units that can be sold from the shelves, less what is owed; SKUs that were never counted are missing. */
    Map<String, Long> availableQuantities(Collection<String> skus) {
        Map<String, Long> available = new HashMap<>();
        availability(skus).forEach((sku, found) -> available.put(sku, found.inStock()));
        return available;
    }

    /** The same arithmetic as {@link Sourcing.SellableQuantity}, without locks. */
    Map<String, Availability> availability(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            Map<String, Availability> found = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT s.sku, p.policy = 'preorder' AS preorder, p.expected_on,
                           coalesce(sum(greatest(s.available, 0)) FILTER (WHERE l.active AND l.ships_online), 0) AS free,
                           sum(greatest(-s.available, 0)) AS owed, sum(s.backorder_limit) AS backorder_limit
                      FROM inventory.stock_level s
                      JOIN inventory.location l ON l.code = s.location
                      LEFT JOIN inventory.selling_policy p ON p.sku = s.sku
                     WHERE s.sku = ANY (ARRAY (SELECT unnest(?::text[]))) GROUP BY s.sku, p.sku
                    """)) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        long owed = rows.getLong("owed");
                        found.put(
                                rows.getString("sku"),
                                new Availability(
                                        Math.max(0, rows.getLong("free") - owed),
                                        Math.max(0, rows.getLong("backorder_limit") - owed),
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

    /** The level of that key; empty where nothing was ever counted. */
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
    Map<String, ResolvedLocation> resolveLocations(Collection<String> written, boolean create) {
        Map<String, ResolvedLocation> found = new HashMap<>();
        Set<String> readable = new HashSet<>();
        for (String text : written) {
            if (UnicodeText.hasNul(text) || UnicodeText.hasLoneSurrogate(text)) {
                found.put(
                        text,
                        ResolvedLocation.rejected("invalid_location", "A location is text without NUL characters."));
            } else {
                readable.add(text);
            }
        }
        Set<String> known = findMatchingCodes(readable);
        for (String text : readable) {
            found.put(text, resolveLocation(text, known, create));
        }
        return found;
    }

    /** A location that is there is meant however its code is formed: rules for codes came later than some of them. */
    private static ResolvedLocation resolveLocation(String text, Set<String> known, boolean create) {
        String code = text.strip();
        if (code.isEmpty()) {
            return ResolvedLocation.of(StockKey.DEFAULT_LOCATION);
        }
        if (known.contains(text)) {
            return ResolvedLocation.of(text);
        }
        if (known.contains(code)) {
            return ResolvedLocation.of(code);
        }
        String shown = Violation.abbreviate(code);
        if (!code.matches(StockKey.LOCATION_CODE)) {
            return ResolvedLocation.rejected(
                    "invalid_location",
                    "'%s' is no code of a location: letters, digits, '.', '_' and '-', at most 100.".formatted(shown));
        }
        for (String other : known) {
            if (other.equalsIgnoreCase(code)) {
                return ResolvedLocation.rejected(
                        UNKNOWN_LOCATION, "There is no location '%s'. Is '%s' meant?".formatted(shown, other));
            }
        }
        return create
                ? ResolvedLocation.of(code)
                : ResolvedLocation.rejected(
                        UNKNOWN_LOCATION,
                        "There is no location '%s'. Make it first, or ask for it to be made.".formatted(shown));
    }

    /** See {@link Inventory#resolveLocationsByName}. */
    Map<String, ResolvedLocation> resolveLocationsByName(Collection<String> written, boolean create) {
        List<LocationName> places = loadLocationNames();
        Map<String, ResolvedLocation> found = new HashMap<>();
        Map<String, String> made = new HashMap<>();
        for (String text : written) {
            ResolvedLocation named = resolveLocationByName(text, places);
            if (create && named.errorCode().equals(UNKNOWN_LOCATION)) {
                String code = toLocationCode(text);
                named = ResolvedLocation.of(made.computeIfAbsent(code.toLowerCase(Locale.ROOT), _ -> code));
            }
            found.put(text, named);
        }
        return found;
    }

    private static ResolvedLocation resolveLocationByName(String text, List<LocationName> places) {
        String name = text.strip();
        if (name.isEmpty()) {
            return ResolvedLocation.of(StockKey.DEFAULT_LOCATION);
        }
        if (places.stream().anyMatch(locationName -> locationName.code().equals(name))) {
            return ResolvedLocation.of(name);
        }
        String code = toLocationCode(name);
        List<Predicate<LocationName>> rules = List.of(
                locationName -> locationName.code().equalsIgnoreCase(name),
                locationName -> locationName.name().strip().equalsIgnoreCase(name),
                locationName -> locationName.code().equalsIgnoreCase(code));
        String shown = Violation.abbreviate(name);
        for (Predicate<LocationName> rule : rules) {
            List<LocationName> meant = places.stream().filter(rule).toList();
            if (meant.size() == 1) {
                return ResolvedLocation.of(meant.getFirst().code());
            }
            if (meant.size() > 1) {
                return ResolvedLocation.rejected(
                        "ambiguous_location",
                        "'%s' may be the location '%s' or '%s': write the code of one."
                                .formatted(
                                        shown, meant.get(0).code(), meant.get(1).code()));
            }
        }
        if (UnicodeText.hasNul(text) || UnicodeText.hasLoneSurrogate(text) || !code.matches(StockKey.LOCATION_CODE)) {
            return ResolvedLocation.rejected("invalid_location", "'%s' is no name of a location.".formatted(shown));
        }
        return ResolvedLocation.rejected(
                UNKNOWN_LOCATION,
                "No location has the code or the name '%s'. Make it first, or ask for it to be made.".formatted(shown));
    }

    /** A code for a location that has this name; empty when no letter or digit of it can be in a code. */
    private static String toLocationCode(String name) {
        String code = name.replaceAll("[^A-Za-z0-9_.-]+", "-").replaceAll("^[^A-Za-z0-9]+|-+$", "");
        return code.length() <= MAX_CODE_LENGTH ? code : code.substring(0, MAX_CODE_LENGTH);
    }

    /** See {@link Inventory#locationNamesForExport}. */
    Map<String, String> locationNamesForExport(Collection<String> codes) {
        List<LocationName> places = loadLocationNames();
        Map<String, String> names = new HashMap<>();
        places.stream()
                .filter(locationName -> codes.contains(locationName.code()))
                .forEach(locationName -> {
                    Optional<String> meant =
                            resolveLocationByName(locationName.name(), places).code();
                    names.put(
                            locationName.code(),
                            meant.equals(Optional.of(locationName.code())) ? locationName.name() : locationName.code());
                });
        return names;
    }

    private record LocationName(String code, String name) {}

    private List<LocationName> loadLocationNames() {
        return session().doReturningWork(connection -> {
            List<LocationName> places = new ArrayList<>();
            try (PreparedStatement select =
                            connection.prepareStatement("SELECT code, name FROM inventory.location ORDER BY code");
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    places.add(new LocationName(rows.getString("code"), rows.getString("name")));
                }
            }
            return places;
        });
    }

    /** Codes of locations that are one of these, or differ in capitals only. */
    private Set<String> findMatchingCodes(Collection<String> written) {
        if (written.isEmpty()) {
            return Set.of();
        }
        return session().doReturningWork(connection -> {
            Set<String> known = new HashSet<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT code FROM inventory.location WHERE code = ANY (?) OR lower(code) = ANY (?)")) {
                select.setArray(1, connection.createArrayOf("text", written.toArray()));
                select.setArray(2, SqlArrays.ofColumn(connection, "text", written, text -> text.strip()
                        .toLowerCase(Locale.ROOT)));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        known.add(rows.getString(1));
                    }
                }
            }
            return known;
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
