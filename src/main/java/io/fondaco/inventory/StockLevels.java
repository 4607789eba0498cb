package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.inventory.Inventory.NamedLocation;
import io.fondaco.platform.database.Columns;
import io.fondaco.platform.web.Text;
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
class StockLevels {
    /** A level as it is once what is sold is posted (see {@link Posting}). */
    private static final String POSTED = """
            SELECT s.sku, s.location, s.on_hand - u.units AS on_hand, s.reserved - u.units AS reserved, s.available, s.backordered
              FROM inventory.stock_level s CROSS JOIN LATERAL
                   (SELECT coalesce(sum(l.quantity), 0)::bigint AS units
                      FROM inventory.reservation r JOIN inventory.reservation_line l ON l.reservation_id = r.id
                     WHERE r.unposted AND l.sku = s.sku AND l.location = s.location) u
            """;

    private static final String UNKNOWN_LOCATION = "unknown_location";
    private static final int MAX_CODE_LENGTH = 100;

    private final EntityManager entities;

    StockLevels(EntityManager entities) {
        this.entities = entities;
    }

    /** Units that can be sold from the shelves, less what is owed; SKUs that were never counted are missing. */
    Map<String, Long> available(Collection<String> skus) {
        Map<String, Long> available = new HashMap<>();
        availability(skus).forEach((sku, found) -> available.put(sku, found.inStock()));
        return available;
    }

    /** The same arithmetic as {@link Sourcing.Sellable}, without locks. */
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

    List<StockLevel> of(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement(POSTED + "WHERE s.sku = ANY (?) ORDER BY s.sku, s.location")) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                return levels(select);
            }
        });
    }

    /** The level of that key; empty where nothing was ever counted. */
    Optional<StockLevel> at(StockKey key) {
        return of(List.of(key.sku())).stream()
                .filter(level -> level.location().equals(key.location()))
                .findFirst();
    }

    List<StockLevel> after(StockKey after, int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    POSTED + "WHERE (s.sku, s.location) > (?, ?) ORDER BY s.sku, s.location LIMIT ?")) {
                select.setString(1, after.sku());
                select.setString(2, after.location());
                select.setInt(3, limit);
                return levels(select);
            }
        });
    }

    /** See {@link Inventory#locations}. */
    Map<String, NamedLocation> locations(Collection<String> written, boolean create) {
        Map<String, NamedLocation> found = new HashMap<>();
        Set<String> readable = new HashSet<>();
        for (String text : written) {
            if (Text.hasNul(text) || Text.isTorn(text)) {
                found.put(
                        text, NamedLocation.refused("invalid_location", "A location is text without NUL characters."));
            } else {
                readable.add(text);
            }
        }
        Set<String> known = knownAs(readable);
        for (String text : readable) {
            found.put(text, location(text, known, create));
        }
        return found;
    }

    /** A location that is there is meant however its code is formed: rules for codes came later than some of them. */
    private static NamedLocation location(String text, Set<String> known, boolean create) {
        String code = text.strip();
        if (code.isEmpty()) {
            return NamedLocation.of(StockKey.DEFAULT_LOCATION);
        }
        if (known.contains(text)) {
            return NamedLocation.of(text);
        }
        if (known.contains(code)) {
            return NamedLocation.of(code);
        }
        String shown = Violation.shorten(code);
        if (!code.matches(StockKey.LOCATION_CODE)) {
            return NamedLocation.refused(
                    "invalid_location",
                    "'%s' is no code of a location: letters, digits, '.', '_' and '-', at most 100.".formatted(shown));
        }
        for (String other : known) {
            if (other.equalsIgnoreCase(code)) {
                return NamedLocation.refused(
                        UNKNOWN_LOCATION, "There is no location '%s'. Is '%s' meant?".formatted(shown, other));
            }
        }
        return create
                ? NamedLocation.of(code)
                : NamedLocation.refused(
                        UNKNOWN_LOCATION,
                        "There is no location '%s'. Make it first, or ask for it to be made.".formatted(shown));
    }

    /** See {@link Inventory#locationsByName}. */
    Map<String, NamedLocation> locationsByName(Collection<String> written, boolean create) {
        List<Place> places = places();
        Map<String, NamedLocation> found = new HashMap<>();
        Map<String, String> made = new HashMap<>();
        for (String text : written) {
            NamedLocation named = byName(text, places);
            if (create && named.refusal().equals(UNKNOWN_LOCATION)) {
                String code = codeOf(text);
                named = NamedLocation.of(made.computeIfAbsent(code.toLowerCase(Locale.ROOT), _ -> code));
            }
            found.put(text, named);
        }
        return found;
    }

    private static NamedLocation byName(String text, List<Place> places) {
        String name = text.strip();
        if (name.isEmpty()) {
            return NamedLocation.of(StockKey.DEFAULT_LOCATION);
        }
        if (places.stream().anyMatch(place -> place.code().equals(name))) {
            return NamedLocation.of(name);
        }
        String code = codeOf(name);
        List<Predicate<Place>> rules = List.of(
                place -> place.code().equalsIgnoreCase(name),
                place -> place.name().strip().equalsIgnoreCase(name),
                place -> place.code().equalsIgnoreCase(code));
        String shown = Violation.shorten(name);
        for (Predicate<Place> rule : rules) {
            List<Place> meant = places.stream().filter(rule).toList();
            if (meant.size() == 1) {
                return NamedLocation.of(meant.getFirst().code());
            }
            if (meant.size() > 1) {
                return NamedLocation.refused(
                        "ambiguous_location",
                        "'%s' may be the location '%s' or '%s': write the code of one."
                                .formatted(
                                        shown, meant.get(0).code(), meant.get(1).code()));
            }
        }
        if (Text.hasNul(text) || Text.isTorn(text) || !code.matches(StockKey.LOCATION_CODE)) {
            return NamedLocation.refused("invalid_location", "'%s' is no name of a location.".formatted(shown));
        }
        return NamedLocation.refused(
                UNKNOWN_LOCATION,
                "No location has the code or the name '%s'. Make it first, or ask for it to be made.".formatted(shown));
    }

    /** A code for a location that has this name; empty when no letter or digit of it can be in a code. */
    private static String codeOf(String name) {
        String code = name.replaceAll("[^A-Za-z0-9_.-]+", "-").replaceAll("^[^A-Za-z0-9]+|-+$", "");
        return code.length() <= MAX_CODE_LENGTH ? code : code.substring(0, MAX_CODE_LENGTH);
    }

    /** See {@link Inventory#locationNames}. */
    Map<String, String> locationNames(Collection<String> codes) {
        List<Place> places = places();
        Map<String, String> names = new HashMap<>();
        places.stream().filter(place -> codes.contains(place.code())).forEach(place -> {
            Optional<String> meant = byName(place.name(), places).code();
            names.put(place.code(), meant.equals(Optional.of(place.code())) ? place.name() : place.code());
        });
        return names;
    }

    private record Place(String code, String name) {}

    private List<Place> places() {
        return session().doReturningWork(connection -> {
            List<Place> places = new ArrayList<>();
            try (PreparedStatement select =
                            connection.prepareStatement("SELECT code, name FROM inventory.location ORDER BY code");
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    places.add(new Place(rows.getString("code"), rows.getString("name")));
                }
            }
            return places;
        });
    }

    /** Codes of locations that are one of these, or differ in capitals only. */
    private Set<String> knownAs(Collection<String> written) {
        if (written.isEmpty()) {
            return Set.of();
        }
        return session().doReturningWork(connection -> {
            Set<String> known = new HashSet<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT code FROM inventory.location WHERE code = ANY (?) OR lower(code) = ANY (?)")) {
                select.setArray(1, connection.createArrayOf("text", written.toArray()));
                select.setArray(2, Columns.of(connection, "text", written, text -> text.strip()
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

    private static List<StockLevel> levels(PreparedStatement select) throws SQLException {
        List<StockLevel> levels = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                levels.add(level(rows));
            }
        }
        return levels;
    }

    static StockLevel level(ResultSet row) throws SQLException {
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
