package io.fondaco.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The levels of one SKU, and who waits for it, as docs/inventory.md has them. What is promised is so at the first place. */
final class ModelStock {
    private final int backorderLimit;
    private final String backorderLocation;
    private final Map<String, ModelStockLevel> levels = new LinkedHashMap<>();
    private final List<AllocatedUnits> backorderQueue = new ArrayList<>();
    private int backordered;

    ModelStock(Sku sku) {
        backorderLimit = sku.backorderLimit();
        backorderLocation = sku.initialStock().keySet().iterator().next();
        sku.initialStock().forEach((place, units) -> levels.put(place, new ModelStockLevel(units)));
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

    /** A level as the API tells it. */
    record StockLevelSnapshot(int onHand, int reserved, int available, int backordered) {}

    /** Units that somebody has, or is to have. */
    static final class AllocatedUnits {
        private final Map<String, Integer> fromStock = new TreeMap<>();
        private final int onBackorder;
        private int unfilled;

        private AllocatedUnits(int promised) {
            this.onBackorder = promised;
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

    private int available(String place) {
        return levels.get(place).unreserved() - (place.equals(backorderLocation) ? backordered : 0);
    }

    private int availableTotal() {
        return levels.keySet().stream()
                .mapToInt(place -> Math.max(0, available(place)))
                .sum();
    }

    private int shortfall() {
        return levels.keySet().stream()
                .mapToInt(place -> Math.max(0, -available(place)))
                .sum();
    }

    /** What can be sold from the shelves: what is owed counts as gone. */
    private int inStock() {
        return Math.max(0, availableTotal() - shortfall());
    }

    int sellable() {
        return inStock() + Math.max(0, backorderLimit - shortfall());
    }

    /** The shelves first: one place that has it all, else the preferred one first. Then promises. */
    AllocatedUnits reserve(int wanted) {
        int left = Math.min(wanted, inStock());
        int all = left;
        AllocatedUnits allocatedUnits = new AllocatedUnits(wanted - left);
        List<String> places = levels.keySet().stream()
                .filter(place -> available(place) >= all)
                .findFirst()
                .map(List::of)
                .orElse(List.copyOf(levels.keySet()));
        for (String place : places) {
            int taken = Math.min(left, Math.max(0, available(place)));
            left -= taken;
            if (taken > 0) {
                levels.get(place).reserved += taken;
                allocatedUnits.fromStock.put(place, taken);
            }
        }
        backordered += allocatedUnits.onBackorder;
        return allocatedUnits;
    }

    /** @return whether somebody who waits is served, by what was there already */
    boolean commit(AllocatedUnits allocatedUnits) {
        allocatedUnits.fromStock.forEach((place, count) -> {
            levels.get(place).onHand -= count;
            levels.get(place).reserved -= count;
        });
        if (allocatedUnits.onBackorder > 0) {
            allocatedUnits.unfilled = allocatedUnits.onBackorder;
            backorderQueue.add(allocatedUnits);
        }
        return fillBackorders();
    }

    boolean release(AllocatedUnits allocatedUnits) {
        allocatedUnits.fromStock.forEach((place, count) -> levels.get(place).reserved -= count);
        backordered -= allocatedUnits.onBackorder;
        return fillBackorders();
    }

    /** What is still waited for is so no more; the rest comes back to where it was taken. */
    boolean restock(AllocatedUnits allocatedUnits, int count) {
        int dropped = Math.min(count, allocatedUnits.unfilled);
        allocatedUnits.unfilled -= dropped;
        backordered -= dropped;
        int left = count - dropped;
        for (Map.Entry<String, Integer> shelf : allocatedUnits.fromStock.entrySet()) {
            int back = Math.min(left, shelf.getValue());
            levels.get(shelf.getKey()).onHand += back;
            shelf.setValue(shelf.getValue() - back);
            left -= back;
        }
        return fillBackorders();
    }

    /** Not below what is reserved. */
    boolean canAdjust(String place, int delta) {
        return levels.get(place).unreserved() + delta >= 0;
    }

    boolean adjust(String place, int delta) {
        levels.get(place).onHand += delta;
        return fillBackorders();
    }

    /** So many are on the shelf that nobody has reserved. */
    boolean setAvailable(String place, int available) {
        return adjust(place, available - levels.get(place).unreserved());
    }

    /** Whatever comes serves who waits, the oldest sale first. */
    private boolean fillBackorders() {
        boolean served = false;
        for (AllocatedUnits allocatedUnits : backorderQueue) {
            for (Map.Entry<String, ModelStockLevel> level : levels.entrySet()) {
                int count = Math.min(allocatedUnits.unfilled, level.getValue().unreserved());
                if (count > 0) {
                    allocatedUnits.unfilled -= count;
                    backordered -= count;
                    level.getValue().onHand -= count;
                    allocatedUnits.fromStock.merge(level.getKey(), count, Integer::sum);
                    served = true;
                }
            }
        }
        backorderQueue.removeIf(allocatedUnits -> allocatedUnits.unfilled == 0);
        return served;
    }

    Map<String, StockLevelSnapshot> snapshot() {
        Map<String, StockLevelSnapshot> figures = new TreeMap<>();
        levels.forEach((place, modelStockLevel) -> figures.put(
                place,
                new StockLevelSnapshot(
                        modelStockLevel.onHand,
                        modelStockLevel.reserved,
                        available(place),
                        place.equals(backorderLocation) ? backordered : 0)));
        return figures;
    }
}
