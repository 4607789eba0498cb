package io.fondaco.inventory;

import io.fondaco.platform.transactions.RetriedWrites;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@link Inventory}: begins or joins a transaction and passes each call to the class that does the job. */
@RetriedWrites
@ApplicationScoped
class InventoryService implements Inventory {
    private final ReservationBatcher batcher;
    private final ReservationService reservations;
    private final StockAdjustmentService adjustments;
    private final Backorders backorders;
    private final StockStatements statements;
    private final LocationService locations;
    private final InventorySettings settings;

    InventoryService(
            ReservationBatcher batcher,
            ReservationService reservations,
            StockAdjustmentService adjustments,
            Backorders backorders,
            StockStatements statements,
            LocationService locations,
            InventorySettings settings) {
        this.batcher = batcher;
        this.reservations = reservations;
        this.adjustments = adjustments;
        this.backorders = backorders;
        this.statements = statements;
        this.locations = locations;
        this.settings = settings;
    }

    @Override
    @Transactional
    public Reservation reserve(StockDemand demand, Duration timeToLive) {
        if (demand.quantities().isEmpty()) {
            throw new IllegalArgumentException("A reservation needs at least one SKU");
        }
        try {
            return batcher.reserve(demand, timeToLive);
        } catch (InsufficientStock shortage) {
            throw shortage.withDisclosureLimit(settings.shortageDisclosureLimit());
        }
    }

    @Override
    public long shortageDisclosureLimit() {
        return settings.shortageDisclosureLimit();
    }

    @Override
    @Transactional
    public boolean claim(ReservationId reservation, String reference) {
        return reservations.claim(reservation, reference);
    }

    @Override
    @Transactional
    public void release(ReservationId reservation) {
        reservations.release(reservation);
    }

    @Override
    @Transactional
    public void extend(ReservationId reservation, Duration timeToLive) {
        reservations.extend(reservation, timeToLive);
    }

    @Override
    @Transactional
    public void restock(List<StockQuantity> quantities, String reference) {
        adjustments.restock(quantities, reference);
    }

    @Override
    @Transactional
    public void cancelSale(List<StockQuantity> quantities, String reference) {
        adjustments.cancelSale(quantities, reference);
    }

    @Override
    public List<Backorder> backordersOf(String reference) {
        return backorders.findByReference(reference);
    }

    @Override
    @Transactional
    public Map<StockKey, CountResult> recordCounts(Collection<StockCount> counts, String reason) {
        return adjustments.recordCounts(counts, reason);
    }

    @Override
    public Map<StockKey, CountResult> previewCounts(Collection<StockCount> counts) {
        return adjustments.previewCounts(counts);
    }

    @Override
    public Map<String, Long> availableQuantities(Collection<String> skus) {
        Map<String, Long> available = new HashMap<>();
        statements.availability(skus).forEach((sku, found) -> available.put(sku, found.inStock()));
        return available;
    }

    @Override
    public Map<String, Availability> availability(Collection<String> skus) {
        return statements.availability(skus);
    }

    @Override
    public List<StockLevel> levels(Collection<String> skus) {
        return statements.listLevels(skus);
    }

    @Override
    public List<StockLevel> levelsAfter(StockKey after, int limit) {
        return statements.listLevelsAfter(after, limit);
    }

    @Override
    public Map<String, ResolvedLocation> resolveLocations(Collection<String> texts, boolean create) {
        return locations.resolve(texts, create);
    }

    @Override
    public Map<String, ResolvedLocation> resolveLocationsByName(Collection<String> texts, boolean create) {
        return locations.resolveByName(texts, create);
    }

    @Override
    @Transactional
    public void createLocations(Map<String, String> names) {
        locations.createAll(names);
    }

    @Override
    public Map<String, String> locationNamesForExport(Collection<String> codes) {
        return locations.namesForExport(codes);
    }
}
