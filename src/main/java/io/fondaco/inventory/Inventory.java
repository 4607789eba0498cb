package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stock, for other modules. Calls join the caller's transaction on the primary; rows are locked in the order of SKU and
 * location, so that two callers never wait for each other in a circle. Whoever changes stock does so as late in the
 * transaction as can be.
 */
public interface Inventory extends VariantAvailability {
    /**
     * Sets units aside, all or nothing, from the locations that the sourcing rule chooses; what is not on the shelves is
     * promised, if the SKU's policy allows. Two statements, and one more where a SKU runs out.
     *
     * @param timeToLive after which they are free again by themselves
     * @throws InsufficientStock naming each SKU that is short, with what can be sold of it; its message is for
     *     shoppers, and tells {@link #shortageDisclosureLimit} units at most
     */
    Reservation reserve(StockDemand demand, Duration timeToLive);

    /** Units of a SKU that shoppers who ask for more are told of at most. */
    long shortageDisclosureLimit();

    /**
     * The reserved units are sold: they leave on hand and reserved alike, and those that are not there are waited for under
     * the reference. Claiming twice changes nothing. One statement.
     *
     * @param reference what they were sold for, for the history
     * @return false when the reservation was released before, so the units may be gone
     */
    boolean claim(ReservationId reservation, String reference);

    /** The reserved units are free again. Releasing twice, or after a claim, changes nothing. */
    void release(ReservationId reservation);

    /** Keeps a reservation from expiring for this long from now. */
    void extend(ReservationId reservation, Duration timeToLive);

    /**
     * Units come back, in their boxes, to where they were sold from under this reference, or to the default location. Orders
     * that wait for them are served at once.
     */
    void restock(List<StockQuantity> quantities, String reference);

    /** A sale is undone before it was sent: what is still waited for is waited for no more, the rest is {@link #restock}ed. */
    void cancelSale(List<StockQuantity> quantities, String reference);

    /** What was sold on backorder under this reference. One statement. */
    List<Backorder> backordersOf(String reference);

    /**
     * Changes on hand by a difference.
     *
     * @throws InsufficientStock if less than what is reserved would be left
     * @throws io.fondaco.platform.web.ApiException 422 {@code out_of_range} if more than {@link
     *     StockCount#MAX_AVAILABLE} would be free
     */
    StockLevel adjust(StockKey key, long delta, String reason);

    /** Sets what is free on the shelf; on hand becomes that plus what is reserved, then orders that wait are served. */
    StockLevel recordCount(StockCount count, String reason);

    /**
     * The same for many keys at once; unknown keys are created. A fixed number of statements.
     *
     * @param counts each key once
     * @return what happened to each
     */
    Map<StockKey, CountResult> recordCounts(Collection<StockCount> counts, String reason);

    /** What {@link #recordCounts} would answer, without writing. */
    Map<StockKey, CountResult> previewCounts(Collection<StockCount> counts);

    /** Every level of these SKUs, sorted by SKU and location. */
    List<StockLevel> levels(Collection<String> skus);

    /** The next levels in the order of SKU and location, for exports. */
    List<StockLevel> levelsAfter(StockKey after, int limit);

    /**
     * Units of an order that were not there when they were sold.
     *
     * @param quantity units sold so
     * @param waiting of these, units that have not come yet
     */
    record Backorder(String sku, String location, long quantity, long waiting) {}

    /**
     * The locations that somebody means, by what was written: blanks around a code mean nothing, an empty one is the default
     * location. The same rule at every door. One statement.
     *
     * @param create whether a code that no location has is taken; its first stock makes the location
     */
    Map<String, ResolvedLocation> resolveLocations(Collection<String> written, boolean create);

    /**
     * The same for files of other shops, that name a location by what people call it: by its code or its name, without
     * regard to capitals. A code that is formed of the name, with hyphens for signs that a code cannot have, is the
     * location's as well. One statement.
     *
     * @param create whether a name that no location has is taken; {@link #createLocations} makes it under that name
     */
    Map<String, ResolvedLocation> resolveLocationsByName(Collection<String> written, boolean create);

    /** Makes the locations that are not there yet, by code, under these names. One statement. */
    void createLocations(Map<String, String> names);

    /**
     * What a file of another shop calls these locations, by code, so that {@link #resolveLocationsByName} finds each of them
     * again: its name or, where that would mean another one as well, its code. One statement.
     */
    Map<String, String> locationNamesForExport(Collection<String> codes);

    /**
     * What somebody means by a location.
     *
     * @param code of the location; empty when it is refused
     * @param errorCode stable, for programs: {@code invalid_location}, {@code unknown_location},
     *     {@code ambiguous_location}
     * @param detail for people
     */
    record ResolvedLocation(Optional<String> code, String errorCode, String detail) {
        static ResolvedLocation of(String code) {
            return new ResolvedLocation(Optional.of(code), "", "");
        }

        static ResolvedLocation rejected(String refusal, String detail) {
            return new ResolvedLocation(Optional.empty(), refusal, detail);
        }
    }

    /** What a count did. */
    enum CountResult {
        CREATED,
        UPDATED,
        UNCHANGED
    }
}
