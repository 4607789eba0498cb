package io.fondaco.inventory;

import io.fondaco.catalog.VariantAvailability;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Stock, for other modules. Calls join the caller's transaction on the primary; rows are locked in the order of SKU and
 * location, so that two callers never wait for each other in a circle. Whoever changes stock does so as late in the
 * transaction as can be.
 */
public interface Inventory extends VariantAvailability {
    /**
     * Sets units aside, all or nothing.
     *
     * @param quantities each SKU once
     * @param timeToLive after which they are free again by themselves
     * @throws InsufficientStock naming each SKU that is short, with what is available
     */
    ReservationId reserve(List<StockQuantity> quantities, Duration timeToLive);

    /**
     * The reserved units are sold: they leave on hand and reserved alike. Claiming twice changes nothing.
     *
     * @param reference what they were sold for, for the history
     * @return false when the reservation was released before, so the units may be gone
     */
    boolean claim(ReservationId reservation, String reference);

    /** The reserved units are free again. Releasing twice, or after a claim, changes nothing. */
    void release(ReservationId reservation);

    /** Keeps a reservation from expiring for this long from now. */
    void extend(ReservationId reservation, Duration timeToLive);

    /** Units come back to where they were sold from under this reference, or to the default location. */
    void restock(List<StockQuantity> quantities, String reference);

    /**
     * Changes on hand by a difference.
     *
     * @throws InsufficientStock if less than what is reserved would be left
     */
    StockLevel adjust(StockKey key, long delta, String reason);

    /** Sets what is available; on hand becomes that plus what is reserved. */
    StockLevel count(StockCount count, String reason);

    /**
     * Sets what is available for many keys at once; unknown keys are created. A fixed number of statements.
     *
     * @param counts each key once
     * @return what happened to each
     */
    Map<StockKey, Counted> countAll(Collection<StockCount> counts, String reason);

    /** What {@link #countAll} would answer, without writing. */
    Map<StockKey, Counted> previewCounts(Collection<StockCount> counts);

    /** Every level of these SKUs, sorted by SKU and location. */
    List<StockLevel> levels(Collection<String> skus);

    /** The next levels in the order of SKU and location, for exports. */
    List<StockLevel> levelsAfter(StockKey after, int limit);

    /** What a count did. */
    enum Counted {
        CREATED,
        UPDATED,
        UNCHANGED
    }
}
