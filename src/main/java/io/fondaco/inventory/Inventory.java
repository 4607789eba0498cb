package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stock, for other modules. Calls join the caller's transaction on the primary. Rows are locked in the order of SKU and
 * location, so that two callers do not deadlock. The locks last until the transaction ends, so change stock as late in
 * the transaction as possible.
 */
public interface Inventory extends VariantAvailability {
    /**
     * Reserves units, all or nothing, from the locations that the sourcing rule chooses. Units that are not in stock
     * are backordered, if the selling policy of the SKU allows it. One statement if each SKU has enough units at one
     * location and none elsewhere, otherwise two; and one more if a SKU runs out.
     *
     * @param timeToLive after which the reservation expires and its units are free again
     * @throws InsufficientStock naming each SKU that is short, with the units that can be sold of it; its message is
     *     for shoppers and discloses at most {@link #shortageDisclosureLimit} units
     */
    Reservation reserve(StockDemand demand, Duration timeToLive);

    /** The maximum number of units that a shortage message discloses to a shopper. */
    long shortageDisclosureLimit();

    /**
     * Sells the reserved units: they are subtracted from on hand and from reserved. Units that are not in stock become
     * a backorder under the reference. Claiming twice changes nothing. One statement.
     *
     * @param reference what the units are sold for (the order), for the history
     * @return false if the reservation was released before, so the units may be sold to somebody else
     */
    boolean claim(ReservationId reservation, String reference);

    /** Frees the reserved units. Releasing twice, or after a claim, changes nothing. */
    void release(ReservationId reservation);

    /** Moves the expiry of a reservation to this duration from now. */
    void extend(ReservationId reservation, Duration timeToLive);

    /**
     * Returns units to the locations from which they were sold under this reference, or to the default location.
     * Waiting backorders of these SKUs are filled in the same transaction.
     */
    void restock(List<StockQuantity> quantities, String reference);

    /**
     * Undoes a sale that was not sent: units of its waiting backorders are cancelled first, the rest is {@link
     * #restock}ed.
     */
    void cancelSale(List<StockQuantity> quantities, String reference);

    /** The backorders under this reference. One statement. */
    List<Backorder> backordersOf(String reference);

    /**
     * Records stock counts: on hand becomes the counted units plus the reserved ones. Unknown keys are created. Then
     * waiting backorders are filled. A fixed number of statements.
     *
     * @param counts each key once
     * @return what happened to each
     */
    Map<StockKey, CountResult> recordCounts(Collection<StockCount> counts, String reason);

    /** What {@link #recordCounts} would return, without writing. */
    Map<StockKey, CountResult> previewCounts(Collection<StockCount> counts);

    /** Every level of these SKUs, sorted by SKU and location. */
    List<StockLevel> levels(Collection<String> skus);

    /** The next levels in the order of SKU and location, for exports. */
    List<StockLevel> levelsAfter(StockKey after, int limit);

    /** @param quantity units, positive */
    record StockQuantity(String sku, long quantity) {}

    /**
     * The units that one reservation requests.
     *
     * @param quantities each SKU once
     * @param country destination, ISO 3166-1 alpha-2; null if it is unknown or the order is collected
     */
    record StockDemand(
            List<StockQuantity> quantities, @Nullable String country) {
        public StockDemand {
            quantities = List.copyOf(quantities);
        }
    }

    /**
     * Units that are reserved for a checkout.
     *
     * @param backordered of these, units by SKU that are not in stock yet; SKUs that are fully in stock are missing
     */
    record Reservation(ReservationId id, Map<String, Long> backordered) {
        public Reservation {
            backordered = Map.copyOf(backordered);
        }

        /** {@link #backordered} with the quantities as {@code int}, as order lines have them. */
        public Map<String, Integer> backorderedUnits() {
            return backordered.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, entry -> Math.toIntExact(entry.getValue())));
        }
    }

    /**
     * A stock count by a person or an import.
     *
     * @param available unreserved units on the shelf; on hand becomes this plus the reserved units. Waiting backorders
     *     of the SKU are filled from them in the same transaction
     */
    record StockCount(StockKey key, long available) {
        /**
         * The maximum number of free units at a location, in the API and in imports: small enough that sums fit a
         * {@code long}.
         */
        public static final long MAX_AVAILABLE = 1_000_000_000_000L;
    }

    /**
     * Units of an order that were not in stock when they were sold.
     *
     * @param quantity units sold on backorder
     * @param waiting of these, units that have not arrived yet
     */
    record Backorder(String sku, String location, long quantity, long waiting) {}

    /**
     * Resolves location codes as a client or a file writes them. Surrounding white space is ignored, an empty code is
     * the default location. The API and imports use the same rule. One statement.
     *
     * @param create whether a code that no location has is accepted; its first stock creates the location
     * @return the result by the text as it was written
     */
    Map<String, ResolvedLocation> resolveLocations(Collection<String> texts, boolean create);

    /**
     * The same for files of other shops, which give the code or the name of a location, in any case. A name also
     * matches the code that is derived from it by replacing the characters that a code cannot have with hyphens. One
     * statement.
     *
     * @param create whether a name that no location has is accepted; {@link #createLocations} creates it under that
     *     name
     */
    Map<String, ResolvedLocation> resolveLocationsByName(Collection<String> texts, boolean create);

    /** Creates the locations that do not exist yet, by code, with these names. One statement. */
    void createLocations(Map<String, String> names);

    /**
     * What an exported file for another shop calls these locations, by code, so that {@link #resolveLocationsByName}
     * finds each of them again: its name or, if the name also matches another location, its code. One statement.
     */
    Map<String, String> locationNamesForExport(Collection<String> codes);

    /**
     * The location that a text stands for, or why there is none.
     *
     * @param code of the location; empty if the text is rejected
     * @param errorCode stable, for programs: {@code invalid_location}, {@code unknown_location},
     *     {@code ambiguous_location}
     * @param detail explanation for people
     */
    record ResolvedLocation(Optional<String> code, String errorCode, String detail) {
        static ResolvedLocation of(String code) {
            return new ResolvedLocation(Optional.of(code), "", "");
        }

        static ResolvedLocation rejected(String errorCode, String detail) {
            return new ResolvedLocation(Optional.empty(), errorCode, detail);
        }
    }

    /** The effect of a stock count. */
    enum CountResult {
        CREATED,
        UPDATED,
        UNCHANGED
    }
}
