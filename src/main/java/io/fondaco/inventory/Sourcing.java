package io.fondaco.inventory;

import io.fondaco.inventory.InsufficientStock.Shortage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decides which location serves what. */
final class Sourcing {
    private Sourcing() {}

    /** One row of stock as it was found, locked. */
    record Level(StockKey key, long onHand, long available) {}

    /** Takes each SKU from one location that has it all, or else from as many as it needs, by name. */
    static Map<StockKey, Long> allocate(List<StockQuantity> quantities, Map<String, List<Level>> levels) {
        Map<StockKey, Long> allocation = new LinkedHashMap<>();
        List<Shortage> shortages = new ArrayList<>();
        for (StockQuantity wanted : quantities) {
            List<Level> found = levels.getOrDefault(wanted.sku(), List.of());
            long available = found.stream().mapToLong(Level::available).sum();
            if (available < wanted.quantity()) {
                shortages.add(new Shortage(wanted.sku(), wanted.quantity(), available));
                continue;
            }
            List<Level> sources = found.stream()
                    .filter(level -> level.available() >= wanted.quantity())
                    .findFirst()
                    .map(List::of)
                    .orElse(found);
            long left = wanted.quantity();
            for (Level source : sources) {
                long taken = Math.min(left, source.available());
                if (taken > 0) {
                    allocation.put(source.key(), taken);
                    left -= taken;
                }
            }
        }
        if (!shortages.isEmpty()) {
            throw new InsufficientStock(shortages);
        }
        return allocation;
    }
}
