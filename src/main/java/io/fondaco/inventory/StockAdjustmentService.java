package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory.CountResult;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.inventory.StockStatements.ChangedLevel;
import io.fondaco.inventory.StockStatements.LockedLevel;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Changes of stock that are not sales: adjustments, stock counts and restocks. A change first locks every level of its
 * SKUs. Each is in the caller's transaction.
 */
@ApplicationScoped
class StockAdjustmentService {
    private final StockStatements statements;
    private final LocationService locations;
    private final Backorders backorders;
    private final Catalog catalog;

    StockAdjustmentService(
            StockStatements statements, LocationService locations, Backorders backorders, Catalog catalog) {
        this.statements = statements;
        this.locations = locations;
        this.backorders = backorders;
        this.catalog = catalog;
    }

    /**
     * A correction of a stock level: either by a difference or to a count.
     *
     * @param location absent: {@code "default"}
     * @param createLocation whether an unknown location is created
     * @param delta units more, or less if negative
     * @param available the new number of unreserved units on the shelf
     * @param reason for the history
     */
    record StockAdjustment(
            @Schema(examples = "85123A") @NotNull @Size(min = 1, max = 255)
            String sku,

            @Size(min = 1, max = 100) @Nullable String location,

            @Schema(description = "Whether an unknown location is created; absent: no, it is rejected.") @Nullable
            Boolean createLocation,

            @Schema(description = "Units more, or less if negative; either this or available.", examples = "-3")
            @Min(-StockCount.MAX_AVAILABLE)
            @Max(StockCount.MAX_AVAILABLE)
            @Nullable
            Long delta,

            @Schema(
                    description =
                            "Unreserved units on the shelf; either this or delta. Waiting backorders are filled from"
                                    + " them immediately.")
            @Min(0)
            @Max(StockCount.MAX_AVAILABLE)
            @Nullable
            Long available,

            @Size(max = 500) @Nullable String reason) {}

    /**
     * Applies a correction that a client requests. The stock of a deleted variant remains, so a SKU without a variant
     * is accepted if it has a level.
     *
     * @throws ApiException 422 {@code unknown_sku}, {@code unknown_location}, {@code invalid_location},
     *     {@code invalid_format}, {@code delta_or_available}; as {@link #adjust}
     */
    @Transactional
    StockLevel apply(StockAdjustment adjustment) {
        String sku = adjustment.sku();
        if (sku == null
                || sku.indexOf('\0') >= 0
                || (catalog.idsBySku(List.of(sku)).isEmpty()
                        && statements.listLevels(List.of(sku)).isEmpty())) {
            throw ApiException.invalid("/sku", "unknown_sku", "There is no variant with this SKU.");
        }
        String location = locations.require(
                adjustment.location() == null ? StockKey.DEFAULT_LOCATION : adjustment.location(),
                Boolean.TRUE.equals(adjustment.createLocation()));
        String reason = adjustment.reason() == null ? "" : adjustment.reason();
        if (reason.indexOf('\0') >= 0) {
            throw ApiException.invalid("/reason", "invalid_format", "The reason must not contain NUL characters.");
        }
        StockKey stock = new StockKey(sku, location);
        Long delta = adjustment.delta();
        Long available = adjustment.available();
        if (delta != null && available == null) {
            return adjust(stock, delta, reason);
        }
        if (available != null && delta == null) {
            return recordCount(new StockCount(stock, available), reason);
        }
        throw ApiException.invalid("/delta", "delta_or_available", "Send either delta or available.");
    }

    /**
     * Changes on hand by a difference. Three statements, and those of {@link Backorders#fill} if the SKU has
     * backorders.
     *
     * @throws InsufficientStock if on hand would become less than reserved
     * @throws ApiException 422 {@code out_of_range} if more than {@link StockCount#MAX_AVAILABLE} units would be free
     */
    @Transactional
    StockLevel adjust(StockKey key, long delta, String reason) {
        Set<String> backorderedSkus = backorderedSkus(statements.createAndLockLevels(key));
        StockLevel adjusted = statements.adjust(key, delta, reason).orElseThrow(() -> rejection(key, delta));
        if (delta > 0) {
            backorders.fill(backorderedSkus);
        }
        if (delta != 0 && (!backorderedSkus.isEmpty() || adjusted.available() == 0 || adjusted.available() == delta)) {
            catalog.availabilityChanged(Set.of(key.sku()));
        }
        return statements.findLevel(key).orElseThrow();
    }

    private ApiException rejection(StockKey key, long delta) {
        long free = statements.findLevel(key).map(StockLevel::free).orElse(0L);
        if (delta > 0) {
            return ApiException.invalid(
                    "/delta",
                    "out_of_range",
                    "%d units are free; adding %d would exceed the maximum of %d."
                            .formatted(free, delta, StockCount.MAX_AVAILABLE));
        }
        return new InsufficientStock(List.of(new Shortage(key.sku(), -delta, free)));
    }

    /** As {@link Inventory#recordCounts}, for one level. @return the level after the count */
    @Transactional
    StockLevel recordCount(StockCount count, String reason) {
        recordCounts(List.of(count), reason);
        return statements.findLevel(count.key()).orElseThrow();
    }

    /** See {@link Inventory#recordCounts}. */
    Map<StockKey, CountResult> recordCounts(Collection<StockCount> counts, String reason) {
        Map<StockKey, Long> newCounts = byKey(counts);
        List<LockedLevel> levels = statements.lockLevels(skusOf(newCounts));
        Map<StockKey, Long> stored = new HashMap<>();
        levels.forEach(level -> stored.put(level.key(), level.free()));
        Map<StockKey, CountResult> results = compare(stored, newCounts);
        newCounts.keySet().removeIf(key -> results.get(key) == CountResult.UNCHANGED);
        Set<String> changedSkus = new HashSet<>();
        newCounts.forEach((key, available) -> {
            if ((available == 0) != (stored.getOrDefault(key, 0L) == 0)) {
                changedSkus.add(key.sku());
            }
        });
        if (!newCounts.isEmpty()) {
            statements.upsertCounts(newCounts, reason);
        }
        backorders.fill(backorderedSkus(levels));
        catalog.availabilityChanged(changedSkus);
        return results;
    }

    /** See {@link Inventory#previewCounts}. */
    Map<StockKey, CountResult> previewCounts(Collection<StockCount> counts) {
        Map<StockKey, Long> newCounts = byKey(counts);
        Map<StockKey, Long> stored = new HashMap<>();
        statements
                .listLevels(skusOf(newCounts))
                .forEach(level -> stored.put(new StockKey(level.sku(), level.location()), level.free()));
        return compare(stored, newCounts);
    }

    private static Map<StockKey, Long> byKey(Collection<StockCount> counts) {
        Map<StockKey, Long> newCounts = new TreeMap<>(StockKey.BY_SKU_AND_LOCATION);
        counts.forEach(count -> newCounts.put(count.key(), count.available()));
        return newCounts;
    }

    private static List<String> skusOf(Map<StockKey, Long> counts) {
        return counts.keySet().stream().map(StockKey::sku).distinct().toList();
    }

    private static Map<StockKey, CountResult> compare(Map<StockKey, Long> stored, Map<StockKey, Long> newCounts) {
        Map<StockKey, CountResult> results = new LinkedHashMap<>();
        newCounts.forEach((key, available) -> {
            Long before = stored.get(key);
            results.put(
                    key,
                    before == null
                            ? CountResult.CREATED
                            : before.equals(available) ? CountResult.UNCHANGED : CountResult.UPDATED);
        });
        return results;
    }

    /** See {@link Inventory#restock}. Two statements, and those of {@link Backorders#fill} if a SKU has backorders. */
    void restock(List<StockQuantity> quantities, String reference) {
        returnUnits(quantities, reference, false);
    }

    /** See {@link Inventory#cancelSale}. The same number of statements. */
    void cancelSale(List<StockQuantity> quantities, String reference) {
        returnUnits(quantities, reference, true);
    }

    private void returnUnits(List<StockQuantity> quantities, String reference, boolean cancelBackordersFirst) {
        if (quantities.isEmpty()) {
            return;
        }
        Set<String> backorderedSkus = backorderedSkus(statements.lockLevels(
                quantities.stream().map(StockQuantity::sku).toList()));
        Set<String> changedSkus = statements.restock(quantities, reference, cancelBackordersFirst).stream()
                .filter(ChangedLevel::statusChanged)
                .map(ChangedLevel::sku)
                .collect(Collectors.toSet());
        backorders.fill(backorderedSkus);
        catalog.availabilityChanged(changedSkus);
    }

    private static Set<String> backorderedSkus(List<LockedLevel> levels) {
        return levels.stream()
                .filter(level -> level.backordered() > 0)
                .map(LockedLevel::sku)
                .collect(Collectors.toSet());
    }
}
