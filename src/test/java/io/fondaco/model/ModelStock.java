package io.fondaco.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The stock levels and open backorders of one SKU, as docs/inventory.md describes them. Backordered units count at the
 * first location.
 */
final class ModelStock {
    private final int backorderLimit;
    private final String backorderLocation;
    private final Map<String, ModelStockLevel> levels = new LinkedHashMap<>();
    private final List<AllocatedUnits> backorderQueue = new ArrayList<>();
    private int backordered;

    ModelStock(Sku sku) {
        backorderLimit = sku.backorderLimit();
        backorderLocation = sku.initialStock().keySet().iterator().next();
        sku.initialStock().forEach((location, units) -> levels.put(location, new ModelStockLevel(units)));
    }

    private static final class ModelStockLevel {
        private int onHand;
        private int reserved;

        private ModelStockLevel(int onHand) {
            this.onHand = onHand;
        }

        private int unreserved() {
            return onHand - reserved;
        }
    }

    /** A stock level as the API returns it. */
    record StockLevelSnapshot(int onHand, int reserved, int available, int backordered) {}

    /** The units of one sale: taken from stock, or on backorder. */
    static final class AllocatedUnits {
        private final Map<String, Integer> fromStock = new TreeMap<>();
        private final int onBackorder;
        private int unfilled;

        private AllocatedUnits(int onBackorder) {
            this.onBackorder = onBackorder;
        }

        int onBackorder() {
            return onBackorder;
        }

        int unfilled() {
            return unfilled;
        }

        boolean isSplit() {
            return fromStock.size() > 1;
        }
    }

    private int available(String location) {
        return levels.get(location).unreserved() - (location.equals(backorderLocation) ? backordered : 0);
    }

    private int availableTotal() {
        return levels.keySet().stream()
                .mapToInt(location -> Math.max(0, available(location)))
                .sum();
    }

    private int shortfall() {
        return levels.keySet().stream()
                .mapToInt(location -> Math.max(0, -available(location)))
                .sum();
    }

    /** The units that can be sold from stock: backordered units are subtracted. */
    private int inStock() {
        return Math.max(0, availableTotal() - shortfall());
    }

    int sellable() {
        return inStock() + Math.max(0, backorderLimit - shortfall());
    }

    /**
     * Takes from stock first: from one location that has all units, else in order of priority. The rest is on
     * backorder.
     */
    AllocatedUnits reserve(int requested) {
        int left = Math.min(requested, inStock());
        int all = left;
        AllocatedUnits allocatedUnits = new AllocatedUnits(requested - left);
        List<String> locations = levels.keySet().stream()
                .filter(location -> available(location) >= all)
                .findFirst()
                .map(List::of)
                .orElse(List.copyOf(levels.keySet()));
        for (String location : locations) {
            int taken = Math.min(left, Math.max(0, available(location)));
            left -= taken;
            if (taken > 0) {
                levels.get(location).reserved += taken;
                allocatedUnits.fromStock.put(location, taken);
            }
        }
        backordered += allocatedUnits.onBackorder;
        return allocatedUnits;
    }

    /** @return true if units that were already in stock fill a backorder */
    boolean commit(AllocatedUnits allocatedUnits) {
        allocatedUnits.fromStock.forEach((location, count) -> {
            levels.get(location).onHand -= count;
            levels.get(location).reserved -= count;
        });
        if (allocatedUnits.onBackorder > 0) {
            allocatedUnits.unfilled = allocatedUnits.onBackorder;
            backorderQueue.add(allocatedUnits);
        }
        return fillBackorders();
    }

    boolean release(AllocatedUnits allocatedUnits) {
        allocatedUnits.fromStock.forEach((location, count) -> levels.get(location).reserved -= count);
        backordered -= allocatedUnits.onBackorder;
        return fillBackorders();
    }

    /** Drops unfilled backordered units first. The other units return to the locations that they came from. */
    boolean restock(AllocatedUnits allocatedUnits, int count) {
        int dropped = Math.min(count, allocatedUnits.unfilled);
        allocatedUnits.unfilled -= dropped;
        backordered -= dropped;
        int left = count - dropped;
        for (Map.Entry<String, Integer> source : allocatedUnits.fromStock.entrySet()) {
            int back = Math.min(left, source.getValue());
            levels.get(source.getKey()).onHand += back;
            source.setValue(source.getValue() - back);
            left -= back;
        }
        return fillBackorders();
    }

    /** On hand may not fall below the reserved units. */
    boolean canAdjust(String location, int delta) {
        return levels.get(location).unreserved() + delta >= 0;
    }

    boolean adjust(String location, int delta) {
        levels.get(location).onHand += delta;
        return fillBackorders();
    }

    /** Sets on hand to {@code available} plus the reserved units. */
    boolean setAvailable(String location, int available) {
        return adjust(location, available - levels.get(location).unreserved());
    }

    /** Fills backorders from unreserved units, the oldest sale first. */
    private boolean fillBackorders() {
        boolean filled = false;
        for (AllocatedUnits allocatedUnits : backorderQueue) {
            for (Map.Entry<String, ModelStockLevel> level : levels.entrySet()) {
                int count = Math.min(allocatedUnits.unfilled, level.getValue().unreserved());
                if (count > 0) {
                    allocatedUnits.unfilled -= count;
                    backordered -= count;
                    level.getValue().onHand -= count;
                    allocatedUnits.fromStock.merge(level.getKey(), count, Integer::sum);
                    filled = true;
                }
            }
        }
        backorderQueue.removeIf(allocatedUnits -> allocatedUnits.unfilled == 0);
        return filled;
    }

    Map<String, StockLevelSnapshot> snapshot() {
        Map<String, StockLevelSnapshot> snapshots = new TreeMap<>();
        levels.forEach((location, modelStockLevel) -> snapshots.put(
                location,
                new StockLevelSnapshot(
                        modelStockLevel.onHand,
                        modelStockLevel.reserved,
                        available(location),
                        location.equals(backorderLocation) ? backordered : 0)));
        return snapshots;
    }
}
